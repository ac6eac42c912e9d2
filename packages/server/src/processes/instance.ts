import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSealer, parseMasterKeys, type Sealer } from '@bindery/encryption'
import { createService, type Event, type Peers, type Service } from '@bindery/service'
import { BelowReserve, type BlobStore, type MetadataStore } from '@bindery/storage'
import { openLocalBlobStore } from '@bindery/storage-local'
import { AllowedHosts } from '../callbacks/allowed-hosts.js'
import { createCallbacks } from '../callbacks/callback-client.js'
import { publicKeyOf } from '../callbacks/callback-key.js'
import type { Config } from '../config.js'
import { nodeDigests } from '../digests.js'
import { folderFailure, listenFailure } from '../failure.js'
import { ROOT_ACCOUNT, type RootKey, rootAccessKeys } from '../folder/root-key.js'
import { connectionsMax } from '../http/connections-max.js'
import type { FullDisk, Unready } from '../http/health.js'
import { HttpServer } from '../http/http-server.js'
import type { Log } from '../log.js'
import { BLOBS_FOLDER, METADATA_FOLDER } from '../maintenance/data-stores.js'
import { pooledRandom } from '../random.js'
import { runBackgroundTasks } from './background-tasks.js'
import { EventRelay } from './event-relay.js'
import type { EventInlet, EventOutlet } from './event-switchboard.js'

/** The stores must answer within this time for a server to report that it is ready. */
const READY_WITHIN_MS = 2_000

export interface InstanceOptions {
  readonly config: Config
  /** Absolute path of the data folder, which this process or its parent has locked. */
  readonly folder: string
  readonly rootKey: Pick<RootKey, 'accessKeyId' | 'accessKeySecret'>
  /** PEM of the RSA key that signs callbacks. */
  readonly callbackKey: string
  /** The master keys as text. */
  readonly masterKeys: string
  /** Random, and used by no other process before or after. */
  readonly incarnation: string
  /** Whether the log is text for a terminal. */
  readonly readableLog: boolean
}

/**
 * One process that serves requests, as its supervisor sees it. A type, so that its functions can be called
 * remotely.
 */
export type Instance = {
  /** Frees what dead processes left behind, and creates the configured buckets. Only one process does so at a time. */
  readonly prepare: (living: readonly string[]) => Promise<void>
  /** Serves requests. Resolves with the port; throws Failure `portTaken`, `portForbidden`, `hostUnknown`. */
  readonly listen: (port: number) => Promise<number>
  /** Runs the background tasks from then on; only one process does so at a time. */
  readonly lead: () => Promise<void>
  /** The manifests that running reads of this process may use. */
  readonly inUse: (manifestIds: readonly string[]) => Promise<readonly string[]>
  /** An event of another process, for the listeners of this one. */
  readonly receive: EventInlet['receive']
  /** Whether another process has listeners. */
  readonly othersListen: EventInlet['othersListen']
  /** Lets running requests end and closes the stores. Resolves with the number of requests that were aborted. */
  readonly stop: (graceMs: number) => Promise<number>
  /** Aborts the requests that a running `stop` waits for; `stop` counts them. */
  readonly cut: () => Promise<void>
}

/** Questions and notices of an instance to its supervisor. */
export type Primary = Pick<Instance, 'inUse'> & Required<Pick<Peers, 'isHeld'>> & EventOutlet

/** Opens the metadata store in a folder: to commit in this process, or in another one. */
export type OpenMetadata = (folder: string) => Promise<MetadataStore>

/** Opens the stores and the service over them. Throws Failure `folderForbidden`, `diskFull`. */
export async function openInstance(
  options: InstanceOptions,
  openMetadata: OpenMetadata,
  primary: Primary,
  log: Log,
): Promise<Instance> {
  const { config, rootKey, callbackKey } = options
  const { metadata, blobs } = await openStores(options, openMetadata).catch((error) => {
    throw folderFailure(error, options.folder)
  })
  const events = new EventRelay(primary)
  const random = pooledRandom()
  const service = createService({
    metadata,
    blobs,
    digests: nodeDigests(),
    clock: Date.now,
    sleep: (milliseconds) => sleep(milliseconds),
    random,
    accessKeys: rootAccessKeys(rootKey),
    sealer: sealerOf(options.masterKeys, random),
    peers: primary,
    events,
    onDamage: (damage) => log.error(damage, 'a damaged row was passed over'),
    callbacks: createCallbacks({
      key: callbackKey,
      hosts: new AllowedHosts(config.callbackHosts),
      domains: config.domains,
      log,
    }),
    region: config.region,
    domains: config.domains,
    endpoint: config.endpoint,
    strict: config.strict,
    receiptMs: config.receiptMs,
  })
  await service.open()
  return new RunningInstance({ config, publicKey: publicKeyOf(callbackKey), metadata, blobs, service, events, log })
}

function sealerOf(masterKeys: string, random: (bytes: number) => Uint8Array): Sealer {
  const keys = parseMasterKeys(masterKeys)
  if (keys === undefined) throw new TypeError('the master keys were checked when they were read')
  return createSealer(keys, random)
}

async function openStores({ config, folder, incarnation }: InstanceOptions, openMetadata: OpenMetadata) {
  const blobFolder = join(folder, BLOBS_FOLDER)
  await mkdir(blobFolder, { recursive: true, mode: 0o700 })
  const metadata = await openMetadata(join(folder, METADATA_FOLDER))
  try {
    const blobs = await openLocalBlobStore({
      folder: blobFolder,
      incarnation,
      bufferBytes: config.memoryBytes,
      reserveBytes: config.reserveBytes,
    })
    return { metadata, blobs }
  } catch (error) {
    await metadata.close()
    throw error
  }
}

interface Parts {
  readonly config: Config
  /** PEM of the key that checks the signatures of callbacks. */
  readonly publicKey: string
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly service: Service
  readonly events: EventRelay
  readonly log: Log
}

class RunningInstance implements Instance {
  readonly #parts: Parts
  readonly #http: HttpServer
  readonly #stopping = new AbortController()
  #backgroundTasks: Promise<void> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    const { config, publicKey, service, log } = parts
    const health = { domains: config.domains, unready: () => this.#unready(), fullDisk: () => this.#fullDisk() }
    this.#http = new HttpServer({
      service,
      health,
      publicKey,
      log,
      idleTimeoutMs: config.idleTimeoutMs,
      connectionsMax: connectionsMax(),
    })
  }

  readonly prepare = async (living: readonly string[]): Promise<void> => {
    const { service, config } = this.#parts
    await service.recover(living)
    const disk = await this.#fullDisk()
    if (disk !== undefined)
      this.#parts.log.warn(disk, 'the disk is full: uploads are refused until it has more than --reserve')
    for (const bucket of config.buckets) await service.ensureBucket(bucket, ROOT_ACCOUNT.id)
  }

  readonly listen = async (port: number): Promise<number> => {
    const { host } = this.#parts.config
    try {
      return (await this.#http.listen(port, host)).port
    } catch (error) {
      throw listenFailure(error, host, port)
    }
  }

  readonly lead = async (): Promise<void> => {
    const { service, config, log } = this.#parts
    this.#backgroundTasks ??= runBackgroundTasks(service, config, log, this.#stopping.signal)
  }

  readonly inUse = (manifestIds: readonly string[]): Promise<readonly string[]> =>
    this.#parts.service.inUse(manifestIds)

  readonly receive = async (event: Event): Promise<void> => this.#parts.events.receive(event)

  readonly othersListen = async (listen: boolean): Promise<void> => this.#parts.events.setOthersListen(listen)

  readonly stop = async (graceMs: number): Promise<number> => {
    this.#stopping.abort()
    this.#parts.events.stop()
    const cut = await this.#http.stop(graceMs)
    await this.#backgroundTasks
    await this.#parts.blobs.close()
    await this.#parts.metadata.close()
    return cut
  }

  readonly cut = async (): Promise<void> => this.#http.cut()

  async #unready(): Promise<Unready | undefined> {
    if (this.#stopping.signal.aborted) return 'stopping'
    const late = sleep(READY_WITHIN_MS, false, { ref: false })
    return (await Promise.race([this.#answers(), late])) ? undefined : 'storesSilent'
  }

  async #fullDisk(): Promise<FullDisk | undefined> {
    try {
      await this.#parts.blobs.requireSpace?.()
    } catch (error) {
      if (error instanceof BelowReserve) return { freeBytes: error.freeBytes, reserveBytes: error.reserveBytes }
    }
    return undefined
  }

  /** Whether the metadata can be read. */
  async #answers(): Promise<boolean> {
    try {
      await this.#parts.metadata.read((reader) => reader.get(Uint8Array.of(0)))
      return true
    } catch {
      return false
    }
  }
}
