/** The only place that chooses among deployments. */
import { resolve } from 'node:path'
import type { Config } from './config.js'
import type { CallPrimary, Deployment, DeploymentAddress, IdleStores, ProcessDeployment } from './deployment.js'
import { isDataFolder } from './folder/data-folder.js'
import { openDataStores } from './folder/data-stores.js'
import { folderInWorker, openFolderDeployment } from './folder/folder-deployment.js'
import { thawFolder } from './folder/freeze.js'
import { openBackupSource, openFolderSource, openFolderTarget } from './folder/move-folder.js'
import { gatewayInWorker, isGateway, openGatewayDeployment } from './gateway/gateway-deployment.js'
import { openIdleCluster } from './gateway/idle-cluster.js'
import { openClusterSource, openClusterTarget, thawCluster } from './gateway/move-cluster.js'
import type { MoveSource, MoveSourceOptions, MoveTarget } from './move-place.js'

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

/** A data folder, a backup, or the cluster that a configuration names. */
export type MoveEnd =
  | { readonly kind: 'data' | 'backup'; readonly folder: string; readonly masterKeys?: string | undefined }
  | { readonly kind: 'cluster'; readonly config: Config }

/** Opens a place to copy its data. Throws Failure. */
export function openMoveSource(end: MoveEnd, options: MoveSourceOptions): Promise<MoveSource> {
  if (end.kind === 'cluster') return openClusterSource(end.config, options)
  return end.kind === 'backup'
    ? openBackupSource(end.folder, end.masterKeys)
    : openFolderSource(end.folder, end.masterKeys)
}

/** Opens a place to fill it with the data of `from`. Throws Failure. */
export function openMoveTarget(end: MoveEnd, from: string): Promise<MoveTarget> {
  return end.kind === 'cluster' ? openClusterTarget(end.config, from) : openFolderTarget(end.folder, end.kind)
}

/** Lets a place take writes again whose data have moved. Throws Failure. */
export function thaw(end: MoveEnd): Promise<void> {
  return end.kind === 'cluster' ? thawCluster(end.config) : thawFolder(resolve(end.folder))
}
