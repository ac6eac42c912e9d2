/** The only place that chooses among deployments. The engines of a cluster are loaded only by its processes. */
import { resolve } from 'node:path'
import type { Config } from './config.js'
import type { CallPrimary, Deployment, DeploymentAddress, IdleStores, ProcessDeployment } from './deployment.js'
import { isDataFolder } from './folder/data-folder.js'
import { openDataStores } from './folder/data-stores.js'
import { folderInWorker, openFolderDeployment } from './folder/folder-deployment.js'
import { openFolderKeys } from './folder/folder-keys.js'
import { thawFolder } from './folder/freeze.js'
import { openBackupSource, openFolderSource, openFolderTarget } from './folder/move-folder.js'
import type { ClusterSchema } from './gateway/upgrade-cluster.js'
import type { KeyHome } from './key-home.js'
import type { MoveSource, MoveSourceOptions, MoveTarget } from './move-place.js'

/** Opens the deployment that a configuration names. Throws Failure, and the reason of `givenUp` if that is aborted while another process uses it. */
export async function openDeployment(config: Config, givenUp?: AbortSignal): Promise<Deployment> {
  if (!isGateway(config)) return openFolderDeployment(config.folder, givenUp)
  const { openGatewayDeployment } = await loadGateway()
  return openGatewayDeployment(config)
}

/** Whether a configuration names a deployment that no server has used. */
export async function isNewDeployment(config: Config): Promise<boolean> {
  return !isGateway(config) && !(await isDataFolder(config.folder))
}

/** A deployment that another process has opened, for a worker of that process. */
export async function deploymentInWorker(
  address: DeploymentAddress,
  callPrimary: CallPrimary,
): Promise<ProcessDeployment> {
  if (address.kind === 'folder') return folderInWorker(address.path, callPrimary)
  const { gatewayInWorker } = await loadGateway()
  return gatewayInWorker(address)
}

/** The stores of a deployment that no server uses: a data folder, or what a configuration names. Throws Failure. */
export async function openIdleStores(place: string | Config, bufferBytes: number): Promise<IdleStores> {
  if (typeof place === 'string') return openDataStores(place, bufferBytes)
  if (!isGateway(place)) return openDataStores(place.folder, bufferBytes)
  const { openIdleCluster } = await import('./gateway/idle-cluster.js')
  return openIdleCluster(place, bufferBytes)
}

/** A data folder, with master keys that are given from outside, or the cluster that a configuration names. */
export type KeyPlace =
  | { readonly folder: string; readonly masterKeys?: string | undefined }
  | { readonly config: Config }

/** Opens the keys of a place, which servers may be using. Throws Failure. */
export async function openKeyHome(place: KeyPlace): Promise<KeyHome> {
  if (!('config' in place)) return openFolderKeys(place.folder, place.masterKeys)
  const { openClusterKeys } = await import('./gateway/cluster-keys.js')
  return openClusterKeys(place.config)
}

/** A data folder, a backup, or the cluster that a configuration names. */
export type MoveEnd =
  | { readonly kind: 'data' | 'backup'; readonly folder: string; readonly masterKeys?: string | undefined }
  | { readonly kind: 'cluster'; readonly config: Config }

/** Opens a place to copy its data. Throws Failure. */
export async function openMoveSource(end: MoveEnd, options: MoveSourceOptions): Promise<MoveSource> {
  if (end.kind !== 'cluster') {
    const open = end.kind === 'backup' ? openBackupSource : openFolderSource
    return open(end.folder, end.masterKeys)
  }
  const { openClusterSource } = await loadMoves()
  return openClusterSource(end.config, options)
}

/** Opens a place to fill it with the data of `from`. Throws Failure. */
export async function openMoveTarget(end: MoveEnd, from: string): Promise<MoveTarget> {
  if (end.kind !== 'cluster') return openFolderTarget(end.folder, end.kind)
  const { openClusterTarget } = await loadMoves()
  return openClusterTarget(end.config, from)
}

/** Lets a place take writes again whose data have moved. Throws Failure. */
export async function thaw(end: MoveEnd): Promise<void> {
  if (end.kind !== 'cluster') return thawFolder(resolve(end.folder))
  const { thawCluster } = await loadMoves()
  await thawCluster(end.config)
}

/** Which schema the database of a cluster has. Throws Failure as `openDeployment`. */
export async function readClusterSchema(config: Config): Promise<ClusterSchema> {
  const { readSchema } = await import('./gateway/upgrade-cluster.js')
  return readSchema(config)
}

/**
 * Brings the schema of a cluster's database up to that of this release, which leaves everything that the gateways of an older one use. With
 * `finish` those can commit no more: to be called when none runs. Throws Failure as `openDeployment`.
 */
export async function upgradeCluster(config: Config, { finish }: { readonly finish: boolean }): Promise<ClusterSchema> {
  const { raiseSchema } = await import('./gateway/upgrade-cluster.js')
  return raiseSchema(config, finish)
}

/** Whether a configuration is that of a process of a cluster. */
function isGateway({ metadata }: Config): boolean {
  return metadata !== undefined
}

function loadGateway() {
  return import('./gateway/gateway-deployment.js')
}

function loadMoves() {
  return import('./gateway/move-cluster.js')
}
