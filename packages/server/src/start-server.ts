import { join } from 'node:path'
import { openLocalMetadataStore, openMetadataCommitter } from '@bindery/storage-local'
import { keptCallbackKey } from './callbacks/callback-key.js'
import type { Config } from './config.js'
import { folderFailure } from './failure.js'
import { type DataFolder, openDataFolder } from './folder/data-folder.js'
import { isHeld } from './folder/hold.js'
import { keptKeyRing } from './folder/key-ring-file.js'
import { keptMasterKeys, masterKeysIn } from './folder/master-keys.js'
import { keptRootKey, type RootKey } from './folder/root-key.js'
import { createLog, type Log } from './log.js'
import { METADATA_FOLDER } from './maintenance/data-stores.js'
import { endOnCrash, endOnFatal } from './processes/crash.js'
import { type InstanceOptions, openInstance, type Primary } from './processes/instance.js'
import { type Launched, Supervisor } from './processes/supervisor.js'
import { workerProcesses } from './processes/worker-processes.js'

/** A server that accepts requests. */
export interface RunningServer {
  /** `http://127.0.0.1:9000`: its address from this machine. */
  readonly endpoint: string
  readonly folder: Omit<DataFolder, 'lock'>
  readonly rootKey: RootKey
  /** Rejects with a Failure if the server cannot continue; never resolves. */
  readonly failed: Promise<never>
  /** Lets running requests complete, for `config.stopTimeoutMs`. Resolves with the number that were aborted. */
  stop(): Promise<number>
  /** Aborts the requests that a running `stop` waits for. */
  cut(): Promise<void>
}

/** Locks the folder, opens it, and serves it, in one process or several. Throws Failure. */
export async function startServer(config: Config): Promise<RunningServer> {
  const readableLog = !config.json && process.stderr.isTTY === true
  const log = createLog(config.logLevel, { readable: readableLog })
  const folder = await openDataFolder(config.folder)
  try {
    const rootKey = await rootKeyOf(config, folder)
    const { accessKeyId, accessKeySecret } = rootKey
    const callbackKey = await keptCallbackKey(folder.path)
    const masterKeys = await keptMasterKeys(folder.path)
    await keptKeyRing(folder.path, masterKeysIn(masterKeys)[0])
    const keys = { rootKey: { accessKeyId, accessKeySecret }, callbackKey, masterKeys }
    const shared = { config, folder: folder.path, ...keys, readableLog }
    const { launch, close } = config.workers === 1 ? launchHere(log) : await launchWorkers(folder)
    const supervisor = new Supervisor({
      instances: config.workers,
      port: config.port,
      launch: (incarnation, primary) => launch({ ...shared, incarnation }, primary),
      isHeld: () => isHeld(folder.path),
      log,
    })
    const port = await supervisor.start()
    endOnCrash(log)
    return {
      endpoint: endpointOf(config.host, port),
      folder,
      rootKey,
      failed: supervisor.failed,
      stop: async () => {
        const cut = await supervisor.stop(config.stopTimeoutMs)
        await close()
        await folder.lock.release()
        return cut
      },
      cut: () => supervisor.cut(),
    }
  } catch (error) {
    await folder.lock.release()
    throw folderFailure(error, folder.path)
  }
}

async function rootKeyOf({ accessKeyId, accessKeySecret }: Config, folder: DataFolder): Promise<RootKey> {
  if (accessKeyId === undefined || accessKeySecret === undefined) return await keptRootKey(folder.path)
  return { accessKeyId, accessKeySecret, isNew: false, file: undefined }
}

/** How instances are started, and the resources to close when all have stopped. */
interface Launcher {
  readonly launch: (options: InstanceOptions, primary: Primary) => Promise<Launched>
  readonly close: () => Promise<void>
}

function launchHere(log: Log): Launcher {
  const openMetadata = (folder: string) => openLocalMetadataStore({ folder, onFatal: endOnFatal })
  return {
    launch: async (options, primary) => ({
      instance: await openInstance(options, openMetadata, primary, log),
      ended: new Promise(() => {}),
    }),
    close: async () => {},
  }
}

async function launchWorkers({ path, lock }: DataFolder): Promise<Launcher> {
  const committer = await openMetadataCommitter({ folder: join(path, METADATA_FOLDER), onFatal: endOnFatal })
  return { launch: workerProcesses(lock.descriptor, committer), close: () => committer.close() }
}

function endpointOf(host: string, port: number): string {
  // SDKs use path-style addressing only for IP addresses, so a host name would not work.
  if (host === '0.0.0.0' || host === '::' || host === 'localhost') return `http://127.0.0.1:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
