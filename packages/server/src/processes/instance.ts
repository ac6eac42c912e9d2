import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSealer } from '@bindery/encryption'
import { BEAT_MS, createService, type Damage, type Event, RowCluster, type Service } from '@bindery/service'
import { BelowReserve, type BlobStore, type MetadataStore, StorageError } from '@bindery/storage'
import { openLocalBlobStore } from '@bindery/storage-local'
import { AllowedHosts } from '../callbacks/allowed-hosts.js'
import { createCallbacks } from '../callbacks/callback-client.js'
import { publicKeyOf } from '../callbacks/callback-key.js'
import type { Config } from '../config.js'
import { nodeDigests } from '../digests.js'
import { createKeyService } from '../encryption/key-service.js'
import { folderFailure, listenFailure } from '../failure.js'
import { keyRingReader } from '../folder/key-ring-file.js'
import { masterKeysIn } from '../folder/master-keys.js'
import { ROOT_ACCOUNT, type RootKey, rootAccessKeys } from '../folder/root-key.js'
import { connectionsMax } from '../http/connections-max.js'
import type { FullDisk, Unready } from '../http/health.js'
import { HttpServer } from '../http/http-server.js'
import { TrustedProxies } from '../http/trusted-proxies.js'
import type { Log } from '../log.js'
import { BLOBS_FOLDER, METADATA_FOLDER } from '../maintenance/data-stores.js'
import { type MetricValues, metricsText, RequestMetrics } from '../metrics/request-metrics.js'
import { pause } from '../pause.js'
import { pooledRandom } from '../random.js'
import { runBackgroundTasks } from './background-tasks.js'
import { endOnFatal } from './crash.js'
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
  /** Has it report at once which reads run in it. */
  readonly report: () => Promise<void>
  /** The metrics of this process. */
  readonly measure: () => Promise<MetricValues>
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
export type Primary = EventOutlet & {
  /** Has all other instances report at once which reads run in them. */
  readonly nudge: () => Promise<void>
  /** The metrics of all instances. */
  readonly measureAll: () => Promise<readonly MetricValues[]>
  /** Whether another process, such as a backup, keeps everything from being freed. */
  readonly isHeld: () => Promise<boolean>
}

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
  const masters = masterKeysIn(options.masterKeys)
  const surroundings = {
    metadata,
    clock: Date.now,
    sleep: (milliseconds: number) => sleep(milliseconds),
    onDamage: (damage: Damage) => log.error(damage, 'a damaged row was passed over'),
  }
  const cluster = await RowCluster.join({
    ...surroundings,
    incarnation: options.incarnation,
    uptime: () => performance.now(),
    // the primary may be gone, and then this process soon ends too
    nudge: () => void primary.nudge().catch(() => {}),
    isHeld: primary.isHeld,
  })
  const service = createService({
    ...surroundings,
    blobs,
    cluster,
    digests: nodeDigests(),
    random,
    accessKeys: rootAccessKeys(rootKey),
    sealer: createSealer(masters, random),
    keys: createKeyService({ masters, ring: keyRingReader(options.folder), random: randomBytes }),
    events,
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
  const publicKey = publicKeyOf(callbackKey)
  const measureAll = primary.measureAll
  return new RunningInstance({ config, publicKey, metadata, blobs, cluster, service, events, measureAll, log })
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
  readonly cluster: RowCluster
  readonly service: Service
  readonly events: EventRelay
  readonly measureAll: Primary['measureAll']
  readonly log: Log
}

class RunningInstance implements Instance {
  readonly #parts: Parts
  readonly #http: HttpServer
  readonly #metrics = new RequestMetrics(() => this.#http.inFlight)
  readonly #stopping = new AbortController()
  /** Ends the reports of this process, in which no request runs any more. */
  readonly #stopped = new AbortController()
  readonly #beats: Promise<void>
  #backgroundTasks: Promise<void> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    const { config, publicKey, service, measureAll, log } = parts
    const health = { domains: config.domains, unready: () => this.#unready(), fullDisk: () => this.#fullDisk() }
    this.#http = new HttpServer({
      service,
      health,
      metrics: { token: config.metricsToken, text: async () => metricsText(await measureAll()) },
      onAnswered: (measured) => this.#metrics.observe(measured),
      publicKey,
      log,
      idleTimeoutMs: config.idleTimeoutMs,
      connectionsMax: connectionsMax(),
      proxies: new TrustedProxies(config.trustedProxies),
    })
    this.#beats = this.#beat()
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

  readonly report = async (): Promise<void> => {
    try {
      await this.#parts.cluster.report()
    } catch (error) {
      // Nothing that this process does counts any more.
      if (error instanceof StorageError && error.kind === 'fenced') endOnFatal(error)
      else this.#parts.log.warn({ err: error }, 'this process could not report its reads and will try again')
    }
  }

  readonly measure = (): Promise<MetricValues> => this.#metrics.values()

  readonly receive = async (event: Event): Promise<void> => this.#parts.events.receive(event)

  readonly othersListen = async (listen: boolean): Promise<void> => this.#parts.events.setOthersListen(listen)

  readonly stop = async (graceMs: number): Promise<number> => {
    this.#stopping.abort()
    this.#parts.events.stop()
    const cut = await this.#http.stop(graceMs)
    await this.#backgroundTasks
    this.#stopped.abort()
    await this.#beats
    // Otherwise the next start declares this process dead.
    await this.#parts.cluster.leave().catch(() => {})
    await this.#parts.blobs.close()
    await this.#parts.metadata.close()
    return cut
  }

  readonly cut = async (): Promise<void> => this.#http.cut()

  async #beat(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await this.report()
      await pause(BEAT_MS, this.#stopped.signal)
    }
  }

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
