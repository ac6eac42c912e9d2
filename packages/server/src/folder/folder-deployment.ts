import { mkdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import {
  openLocalBlobStore,
  openLocalMetadataStore,
  openMetadataCommitter,
  openSharedMetadataStore,
  type SendCommits,
} from '@bindery/storage-local'
import type { BlobOptions, CallPrimary, Deployment, ProcessDeployment } from '../deployment.js'
import { masterKeysIn } from '../encryption/master-keys.js'
import { CommitMetrics } from '../metrics/disk-metrics.js'
import { endOnFatal } from '../processes/crash.js'
import { SupervisedCluster } from '../processes/supervised-cluster.js'
import { keptCallbackKey } from './callback-key.js'
import { BLOBS_FOLDER, FORMAT, METADATA_FOLDER, openDataFolder } from './data-folder.js'
import { openFolderFailure } from './folder-failure.js'
import { CommitGate } from './freeze.js'
import { isBeingCopied } from './hold.js'
import { keptKeyRing, keyRingReader } from './key-ring-file.js'
import { keptMasterKeys } from './master-keys.js'
import { keptRootKey } from './root-key.js'

/** Opens a data folder for a server: locks it, and creates it if it is missing or empty. Throws as `openDataFolder`. */
export async function openFolderDeployment(name: string, givenUp?: AbortSignal): Promise<Deployment> {
  const { path, isNew, lock } = await openDataFolder(name, givenUp)
  const metadataFolder = join(path, METADATA_FOLDER)
  const metrics = new CommitMetrics()
  const commitOptions = { folder: metadataFolder, onFatal: endOnFatal, onCommit: metrics.committed }
  const gate = await CommitGate.open(path).catch(async (error) => {
    await lock.release()
    throw openFolderFailure(error, path)
  })
  return {
    location: path,
    format: FORMAT,
    isNew,
    rootKey: () => keptRootKey(path),
    callbackKey: () => keptCallbackKey(path),
    async masterKeys(given) {
      const keys = await keptMasterKeys(path, given)
      await keptKeyRing(path, masterKeysIn(keys)[0])
      return keys
    },
    openMetadata: async () => gate.guard(await openLocalMetadataStore(commitOptions)),
    ...inProcess(path),
    measure: () => metrics.values(),
    isBeingCopied: () => isBeingCopied(path),
    announce: (serving) => lock.announce(serving),
    async supportWorkers() {
      const committer = await openMetadataCommitter(commitOptions)
      return {
        address: { kind: 'folder', path },
        // The lock is held until the last process that has it open ends.
        descriptor: lock.descriptor,
        answer: (batch) => gate.run(() => committer.commit(batch)),
        workerEnded: () => committer.forgetDeadReaders(),
        close: () => committer.close(),
      }
    },
    async release() {
      gate.close()
      await lock.release()
    },
  }
}

/** A locked data folder in a worker process, for which another one commits. */
export function folderInWorker(path: string, callPrimary: CallPrimary): ProcessDeployment {
  const send = callPrimary as SendCommits
  return {
    openMetadata: () => openSharedMetadataStore({ folder: join(path, METADATA_FOLDER), send }),
    ...inProcess(path),
  }
}

function inProcess(path: string): Omit<ProcessDeployment, 'openMetadata'> {
  return {
    openBlobs: (options) => openBlobs(path, options),
    join: SupervisedCluster.join,
    keyRing: keyRingReader(path),
    async disk() {
      const { bavail, blocks, bsize } = await statfs(path)
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
    },
    failureOf: (error) => openFolderFailure(error, path),
  }
}

async function openBlobs(path: string, options: BlobOptions) {
  const folder = join(path, BLOBS_FOLDER)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return openLocalBlobStore({ folder, ...options })
}
