/** The only place that chooses among deployments. */
import type { Config } from './config.js'
import type { CallPrimary, Deployment, DeploymentAddress, IdleStores, ProcessDeployment } from './deployment.js'
import { isDataFolder } from './folder/data-folder.js'
import { openDataStores } from './folder/data-stores.js'
import { folderInWorker, openFolderDeployment } from './folder/folder-deployment.js'
import { gatewayInWorker, isGateway, openGatewayDeployment } from './gateway/gateway-deployment.js'
import { openIdleCluster } from './gateway/idle-cluster.js'

/** Opens the deployment that a configuration names. Throws Failure. */
export function openDeployment(config: Config): Promise<Deployment> {
  return isGateway(config) ? openGatewayDeployment(config) : openFolderDeployment(config.folder)
}

/** Whether a configuration names a deployment that no server has used. */
export async function isNewDeployment(config: Config): Promise<boolean> {
  return !isGateway(config) && !(await isDataFolder(config.folder))
}

/** A deployment that another process has opened, for a worker of that process. */
export function deploymentInWorker(address: DeploymentAddress, callPrimary: CallPrimary): ProcessDeployment {
  return address.kind === 'gateway' ? gatewayInWorker(address) : folderInWorker(address.path, callPrimary)
}

/** The stores of a deployment that no server uses: a data folder, or what a configuration names. Throws Failure. */
export function openIdleStores(place: string | Config, bufferBytes: number): Promise<IdleStores> {
  if (typeof place === 'string') return openDataStores(place, bufferBytes)
  return isGateway(place) ? openIdleCluster(place, bufferBytes) : openDataStores(place.folder, bufferBytes)
}
