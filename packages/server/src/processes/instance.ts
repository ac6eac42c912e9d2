import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadNative } from '@bindery/digest'
import { createSealer } from '@bindery/encryption'
import { ImageProcesses } from '@bindery/imaging/processes'
import {
  createService,
  type Event,
  type RecentRequest,
  type RememberedRefusal,
  type ScrubState,
  type Service,
  type ServiceOptions,
} from '@bindery/service'
import type { BlobStore, MetadataStore } from '@bindery/storage'
import { type AuditWebhook, openAudit } from '../audit/audit-webhook.js'
import { createCallbacks } from '../callbacks/callback-client.js'
import { CallbackKey } from '../callbacks/callback-key.js'
import type { Adjustable, Config } from '../config.js'
import { ConsolePages } from '../console/console-pages.js'
import { CurrentOptions } from '../current-options.js'
import type { ProcessDeployment } from '../deployment.js'
import { nativeFunctions } from '../digests.js'
import { createDomainProofs } from '../domain-proofs.js'
import { createKeyService } from '../encryption/key-service.js'
import { masterKeysIn } from '../encryption/master-keys.js'
import { listenFailure } from '../failure.js'
import { connectionsMax, idleFilesMax } from '../http/connections-max.js'
import type { ScarceDisk, Unready } from '../http/health.js'
import { HttpServer } from '../http/http-server.js'
import { RecentRequests } from '../http/recent-requests.js'
import { TrustedProxies } from '../http/trusted-proxies.js'
import { instanceRoleOf } from '../instance-role.js'
import type { Log } from '../log.js'
import { Scrubber } from '../maintenance/scrubber.js'
import { memberDetails } from '../member-details.js'
import { type Figures, figuresOf } from '../metrics/figures.js'
import { type MetricsFormat, type MetricValues, metricsText } from '../metrics/metric.js'
import { ProcessMetrics } from '../metrics/process-metrics.js'
import { RequestMetrics } from '../metrics/request-metrics.js'
import { storeMetrics } from '../metrics/store-metrics.js'
import { createOrigins } from '../mirroring/origins.js'
import { AllowedHosts } from '../outgoing/allowed-hosts.js'
import { timers } from '../pause.js'
import { pooledRandom } from '../random.js'
import { ROOT_ACCOUNT, type RootKey, rootAccessKeys } from '../root-key.js'
import { scarceDisk, watchDisk } from '../scarce-disk.js'
import { serviceOptionsOf } from '../service-options.js'
import { TestMode } from '../test-mode/test-mode.js'
import { tlsFilesOf } from '../tls-files.js'
import { openTraces } from '../traces/open-traces.js'
import type { OtlpTraces } from '../traces/otlp-traces.js'
import { backgroundTasks, keepNotes, recoverForever, rehearse } from './background-tasks.js'
import { createBuckets } from './create-buckets.js'
import type { Instance } from './instance-calls.js'
import type { Primary, ProcessCluster } from './process-cluster.js'
import { listeningPath, socketFailure } from './socket-file.js'

/** The callbacks of `then` that give whether a promise was fulfilled. */
const SUCCEEDS = [() => true, () => false] as const
/** The stores must answer within this time for a server to report that it is ready. */
const READY_WITHIN_MS = 2_000

/**
 * The configuration and secrets of one process that serves. They are sent to workers, so they hold plain values only.
 */
export interface InstanceOptions {
  readonly config: Config
  /** The version of Bindery. */
  readonly version: string
  readonly rootKey: Pick<RootKey, 'accessKeyId' | 'accessKeySecret'>
  /** The master keys as text. */
  readonly masterKeys: string
  /** Random, and used by no other process before or after. */
  readonly incarnation: string
  /** Whether the log is text for a terminal. */
  readonly readableLog: boolean
}

/**
 * Opens the stores and the service over them. `testMode` is that of a server in the process of its tests. Throws Failure `folderForbidden`, `diskFull`.
 */
export async function openInstance(
  options: InstanceOptions,
  deployment: ProcessDeployment,
  primary: Primary,
  log: Log,
  testMode: TestMode | undefined = testModeOf(options),
): Promise<Instance> {
  const { config, rootKey, incarnation } = options
  const metrics = new ProcessMetrics()
  const current = new CurrentOptions(config, rootKey, await deployment.disk())
  const { metadata, blobs } = await openStores(options, deployment, { metrics, current }).catch((error) => {
    throw deployment.failureOf(error)
  })
  const cluster = await deployment.join({ metadata, incarnation, primary, details: detailsOf(options), log })
  const callbackKey = new CallbackKey(primary.callbackKey)
  const random = pooledRandom()
  const masters = masterKeysIn(options.masterKeys)
  const images = new ImageProcesses()
  const audit = openAudit(config, log)
  const { findRefusal, recentRequests, metricsHistory, bucketMetrics } = primary
  const service = createService({
    metadata,
    blobs,
    cluster,
    events: cluster,
    ...nativeFunctions(loadNative()),
    clock: testMode?.clock ?? Date.now,
    ...timers,
    random,
    accessKeys: rootAccessKeys(() => current.rootKey),
    administrator: ROOT_ACCOUNT.id,
    ...{ findRefusal, recentRequests, metricsHistory, bucketMetrics },
    server: primary,
    sealer: createSealer(masters, random),
    keys: createKeyService({ masters, ring: () => deployment.keyRing(), random: randomBytes }),
    onDamage: (damage) => log.error(damage, 'a damaged row was passed over'),
    callbacks: createCallbacks({
      key: callbackKey,
      hosts: new AllowedHosts(config.callbackHosts),
      domains: config.domains,
      log,
    }),
    ...originsOf(config, log),
    domainProofs: createDomainProofs(config.trustedDomains),
    images,
    meter: metrics.multipart,
    ...serviceOptionsOf(config),
    onAudit: audit?.add,
    // where notices do not arrive, the processes of this machine share them at least
    processes: () => (config.testMode ? 1 : Math.max(config.workers, cluster.limiting?.() ?? 1)),
    ...instanceRoleOf(config),
  })
  const scrubber = new Scrubber({ service, rate: config.scrubRate, log, metrics: metrics.tasks })
  leadTasks({ current, service, cluster, deployment, metrics, log, scrubber })
  const traces = await openTraces(config, options.version, log)
  return new RunningInstance({
    config,
    current,
    version: options.version,
    deployment,
    callbackKey,
    metadata,
    blobs,
    cluster,
    service,
    testMode,
    ...{ images, audit, scrubber, metrics },
    measureAll: primary.measureAll,
    traces,
    log,
  })
}

const detailsOf = ({ config, version }: InstanceOptions) => memberDetails(config, version)

function originsOf(config: Config, log: Log): Pick<ServiceOptions, 'origins' | 'mirrorBytes'> {
  const { mirrorHosts } = config
  if (mirrorHosts.length === 0) return {}
  return { origins: createOrigins({ hosts: new AllowedHosts(mirrorHosts), log }), mirrorBytes: mirrorBytesOf(config) }
}

/** The part of the memory for bytes on their way that those of origins get. */
function mirrorBytesOf({ mirrorHosts, memoryBytes }: Config): number {
  return mirrorHosts.length === 0 ? 0 : memoryBytes / 8
}

function testModeOf({ config }: InstanceOptions): TestMode | undefined {
  return config.testMode ? new TestMode({ domains: [...config.domains, ...config.s3Domains] }) : undefined
}

/** Registers the background tasks, each of which one process at a time runs. */
function leadTasks(
  parts: Pick<Parts, 'current' | 'service' | 'cluster' | 'deployment' | 'metrics' | 'log' | 'scrubber'>,
): void {
  const { current, service, cluster, deployment, metrics, log, scrubber } = parts
  for (const [chore, task] of Object.entries(backgroundTasks(service, scrubber, log, metrics.tasks)))
    cluster.lead(chore, task)
  const scarce = async () => scarceDisk(await deployment.disk(), current.reserveBytes)
  cluster.lead('disk', (signal) => watchDisk(scarce, log, signal))
  const { fence } = cluster
  if (fence !== undefined) cluster.lead('recovery', (signal) => recoverForever(service, fence, log, signal))
}

async function openStores(
  { config, incarnation }: InstanceOptions,
  deployment: ProcessDeployment,
  { metrics, current }: { readonly metrics: ProcessMetrics; readonly current: CurrentOptions },
) {
  const metadata = await deployment.openMetadata(incarnation)
  try {
    const bufferBytes = config.memoryBytes - mirrorBytesOf(config)
    const [reserveBytes, onSync] = [() => current.reserveBytes, metrics.disk.synced]
    const options = { incarnation, bufferBytes, reserveBytes, onSync, idleFilesMax: idleFilesMax() }
    return { metadata, blobs: await deployment.openBlobs(options) }
  } catch (error) {
    await metadata.close()
    throw error
  }
}

interface Parts {
  /** As the process was started. */
  readonly config: Config
  readonly current: CurrentOptions
  readonly version: string
  readonly deployment: ProcessDeployment
  readonly callbackKey: CallbackKey
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly cluster: ProcessCluster
  readonly service: Service
  readonly testMode: TestMode | undefined
  readonly images: ImageProcesses
  readonly audit: AuditWebhook | undefined
  readonly scrubber: Scrubber
  readonly metrics: ProcessMetrics
  readonly measureAll: Primary['measureAll']
  readonly traces: OtlpTraces | undefined
  readonly log: Log
}

class RunningInstance implements Instance {
  readonly #parts: Parts
  readonly #http: HttpServer
  readonly #metrics = new RequestMetrics({
    running: () => this.#http.running,
    replayed: () => this.#parts.metrics.multipart.replayed,
    consoleAborts: () => this.#parts.metrics.multipart.consoleAborts,
  })
  readonly #recent = new RecentRequests()
  readonly #stopping = new AbortController()
  readonly #notes = new AbortController()
  readonly #keeping: Promise<void>
  #rehearsing: Promise<void> | undefined
  #reaching: Promise<boolean> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    const { config, current, version, callbackKey, service, log } = parts
    this.#keeping = keepNotes(service, log, this.#notes.signal)
    const domains = [...config.domains, ...config.s3Domains]
    const health = {
      domains,
      unready: () => this.#unready(),
      hasAliasBucket: () => service.hasBucket('minio'),
      scarceDisk: () => this.#scarceDisk(),
    }
    this.#http = new HttpServer({
      service: parts.testMode?.control(service) ?? service,
      health,
      metrics: {
        token: () => current.metricsToken,
        text: (format) => this.#metricsText(format),
        cluster: () => service.cluster(),
      },
      onAnswered: (answered) => {
        this.#metrics.observe(answered)
        this.#recent.note(answered)
        parts.traces?.observe(answered)
      },
      publicKey: () => callbackKey.publicPem(),
      consolePages: new ConsolePages({ region: config.region, version }, domains),
      log,
      tls: tlsFilesOf(config),
      idleTimeoutMs: config.idleTimeoutMs,
      connectionsMax: connectionsMax(),
      proxies: new TrustedProxies(config.trustedProxies),
      reader: config.httpReader,
    })
  }

  readonly prepare = async (living: readonly string[]): Promise<void> => {
    const { service, config, cluster, metrics } = this.#parts
    const startedAt = performance.now()
    // a cluster has processes that this supervisor does not know: there leases decide which are dead
    if (cluster.fence === undefined) await service.recover(living)
    metrics.tasks.recovered((performance.now() - startedAt) / 1_000)
    await createBuckets(service, config.buckets)
  }

  readonly listen = async (port: number): Promise<number> => {
    const { host } = this.#parts.config
    try {
      const { port: bound } = await this.#http.listen(port, host)
      await this.#listenLocally()
      this.#rehearsing = rehearse(this.#parts.service, this.#parts.log, this.#stopping.signal)
      return bound
    } catch (error) {
      throw listenFailure(error, host, port)
    }
  }

  async #listenLocally(): Promise<void> {
    const { socket } = this.#parts.config
    if (socket === undefined) return
    await this.#http.listenLocally(listeningPath(socket)).catch((error) => {
      throw socketFailure(error, socket)
    })
  }

  readonly lead = async (): Promise<void> => this.#parts.cluster.startLeading()

  readonly report = (): Promise<void> => this.#parts.cluster.report()

  readonly measure = async (): Promise<MetricValues> => [
    ...(await this.#metrics.values()),
    ...(this.#parts.deployment.measure?.() ?? []),
    ...this.#parts.metrics.values(),
    ...(this.#parts.audit?.values() ?? []),
  ]

  readonly figures = async (): Promise<Figures> =>
    figuresOf(this.#metrics, this.#parts.metrics, await this.#parts.service.totals())

  readonly refusal = async (requestId: string): Promise<RememberedRefusal | undefined> =>
    this.#parts.service.refusal(requestId)

  readonly recent = async (since: number): Promise<readonly RecentRequest[]> => this.#recent.since(since)

  readonly scrubState = async (): Promise<ScrubState | undefined> => this.#parts.scrubber.state

  readonly startScrub = async (bytesPerSecond: number | undefined): Promise<boolean> =>
    this.#parts.scrubber.start(bytesPerSecond)

  readonly adjust = async (options: Adjustable): Promise<void> => {
    this.#parts.log.level = options.logLevel
    this.#parts.current.adjust(options)
  }

  readonly receive = (event: Event): Promise<void> => this.#parts.cluster.receive(event)

  readonly othersListen = (listen: boolean): Promise<void> => this.#parts.cluster.othersListen(listen)

  readonly stop = async (graceMs: number): Promise<number> => {
    const { cluster, blobs, metadata, service, traces, images, audit } = this.#parts
    this.#stopping.abort()
    this.#parts.testMode?.end()
    const drained = cluster.drain()
    const cut = await this.#http.stop(graceMs)
    this.#notes.abort()
    await this.#keeping
    await this.#rehearsing
    await service.finish()
    await audit?.close()
    await traces?.close()
    await drained
    images.close()
    // If that fails, the next start declares this process dead.
    await cluster.leave().catch(() => {})
    await blobs.close()
    await metadata.close()
    return cut
  }

  readonly cut = async (): Promise<void> => this.#http.cut()

  async #unready(): Promise<Unready | undefined> {
    if (this.#stopping.signal.aborted) return 'stopping'
    const late = sleep(READY_WITHIN_MS, false, { ref: false })
    if (!(await Promise.race([this.#answers(), late]))) return 'storesSilent'
    if (!(await Promise.race([this.#parts.cluster.mayAnswer(), late]))) return 'leaseEnded'
    return (await Promise.race([this.#blobsAnswer(), late])) ? undefined : 'blobsSilent'
  }

  async #scarceDisk(): Promise<ScarceDisk | undefined> {
    const { deployment, current } = this.#parts
    return scarceDisk(await deployment.disk(), current.reserveBytes)
  }

  /** The metrics of all processes, and of the stores that they share. */
  async #metricsText(format: MetricsFormat): Promise<string> {
    const { config, measureAll, service, deployment, current, version } = this.#parts
    const [processes, totals, uploads, disk, cluster] = await Promise.all([
      measureAll(),
      service.totals(config.metricsBuckets),
      service.uploadAges(),
      deployment.disk(),
      service.cluster(),
    ])
    const facts = { totals, uploads, disk, cluster, reserveBytes: current.reserveBytes, version }
    const ofStores = await storeMetrics(facts)
    return metricsText([...processes, ofStores], format)
  }

  /** Whether the blob store answers: one request at a time, however often balancers look. */
  #blobsAnswer(): Promise<boolean> {
    this.#reaching ??= (this.#parts.blobs.reach?.() ?? Promise.resolve()).then(...SUCCEEDS).finally(() => {
      this.#reaching = undefined
    })
    return this.#reaching
  }

  /** Whether the metadata can be read. */
  #answers(): Promise<boolean> {
    const read = Promise.resolve(this.#parts.metadata.read((reader) => reader.get(Uint8Array.of(0))))
    return read.then(...SUCCEEDS)
  }
}
