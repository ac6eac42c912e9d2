/** The only place that chooses among deployments. */
import type { Config } from './config.js'
import type { CallPrimary, Deployment, DeploymentAddress, IdleStores, ProcessDeployment } from './deployment.js'
import { isDataFolder } from './folder/data-folder.js'
import { openDataStores } from './folder/data-stores.js'
import { folderInWorker, openFolderDeployment } from './folder/folder-deployment.js'

/** Opens the deployment that a configuration names. Throws Failure. */
export function openDeployment({ folder }: Config): Promise<Deployment> {
  return openFolderDeployment(folder)
}

/** Whether a configuration names a deployment that no server has used. */
export async function isNewDeployment({ folder }: Config): Promise<boolean> {
  return !(await isDataFolder(folder))
}

/** A deployment that another process has opened, for a worker of that process. */
export function deploymentInWorker({ path }: DeploymentAddress, callPrimary: CallPrimary): ProcessDeployment {
  return folderInWorker(path, callPrimary)
}

/** The stores of a deployment that no server uses. Throws Failure. */
export function openIdleStores(folder: string, bufferBytes: number): Promise<IdleStores> {
  return openDataStores(folder, bufferBytes)
}
