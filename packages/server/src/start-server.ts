import { loadNative } from '@bindery/digest'
import { CallbackKey } from './callbacks/callback-key.js'
import type { Config } from './config.js'
import { signInUrl } from './console/sign-in-url.js'
import type { Deployment } from './deployment.js'
import { requireFreePort } from './free-port.js'
import { readCertificate } from './http/certificate.js'
import { createLog, type Log } from './log.js'
import type { MetricValues } from './metrics/metric.js'
import { isNewDeployment, openDeployment } from './open-deployment.js'
import { endOnCrash } from './processes/crash.js'
import { type InstanceOptions, openInstance } from './processes/instance.js'
import type { Primary } from './processes/process-cluster.js'
import { SocketFile, socketOf } from './processes/socket-file.js'
import { type Launched, Supervisor } from './processes/supervisor.js'
import { workerProcesses } from './processes/worker-processes.js'
import type { ExplainedOption } from './read-config.js'
import { Reloading } from './reloading.js'
import type { RootKey } from './root-key.js'
import { serverState } from './server-state.js'
import { isOpenInPlainText, tlsFilesOf } from './tls-files.js'

/** A server that accepts requests. */
export interface RunningServer {
  /** `http://127.0.0.1:9000`: its address from this machine. */
  readonly endpoint: string
  readonly deployment: Pick<Deployment, 'location' | 'isNew'>
  readonly rootKey: RootKey
  /** Signs the holder of the root key in to the console, once, for 15 minutes from the start. */
  readonly consoleUrl: string
  /** `wasm`: there is no native addon for this machine, so hashing is slower. */
  readonly hashing: 'native' | 'wasm'
  /** Rejects with a Failure if the server cannot continue; never resolves. */
  readonly failed: Promise<never>
  /** Lets running requests complete, for `config.stopTimeoutMs`. Resolves with the number that were aborted. */
  stop(): Promise<number>
  /** Its configuration, which may be read again. */
  readonly configuration: Pick<Reloading, 'setLogLevel' | 'reload' | 'failed'>
  /** Aborts the requests that a running `stop` waits for. */
  cut(): Promise<void>
}

/**
 * Opens the deployment and serves it, in one process or several; `version` is Bindery's, and `explained` the sources of the configuration.
 * Throws Failure, and the reason of `givenUp` if that is aborted before there is a root key.
 */
export async function startServer(
  config: Config,
  version: string,
  explained: readonly ExplainedOption[],
  givenUp: AbortSignal,
): Promise<RunningServer> {
  const readableLog = !config.json && process.stderr.isTTY === true
  const log = createLog(config.logLevel, { readable: readableLog })
  // otherwise a start that fails would leave a new folder, with a key that was never shown
  if (await isNewDeployment(config)) await requireStartable(config)
  givenUp.throwIfAborted()
  const deployment = await openDeployment(config, givenUp)
  try {
    // later, a new key would be kept and never shown
    givenUp.throwIfAborted()
    const rootKey = await rootKeyOf(config, deployment)
    const { accessKeyId, accessKeySecret } = rootKey
    const callbackKey = new CallbackKey(() => deployment.callbackKey())
    // one that is damaged is reported before anything starts
    if (!deployment.isNew) await callbackKey.pem()
    const masterKeys = await deployment.masterKeys(config.masterKeys)
    const keys = { rootKey: { accessKeyId, accessKeySecret }, masterKeys }
    const shared = { config, version, ...keys, readableLog }
    // the controls of a test mode are in memory
    const instances = config.testMode ? 1 : config.workers
    const { launch, close, measure } = instances === 1 ? launchHere(deployment, log) : await launchWorkers(deployment)
    const hashing = loadNative() === undefined ? 'wasm' : 'native'
    const startedAt = Date.now()
    const supervisor: Supervisor = new Supervisor({
      instances,
      port: config.port,
      socket: socketOf(config),
      launch: (incarnation, primary) => launch({ ...shared, incarnation }, primary),
      isBeingCopied: () => deployment.isBeingCopied(),
      callbackKey: () => callbackKey.pem(),
      state: () =>
        serverState({ config, version, deployment, hashing, processes: instances, startedAt, configuration }),
      setLogLevel: (level) => configuration.setLogLevel(level),
      measure,
      log,
    })
    const configuration = new Reloading(config, explained, { log, adjust: (options) => supervisor.adjust(options) })
    const port = await supervisor.start()
    endOnCrash(log)
    const keyKept = callbackKey
      .pem()
      .catch((error) => log.error({ err: error }, 'the key of callbacks could not be kept'))
    const endpoint = endpointOf(config, port)
    if (isOpenInPlainText(config)) log.warn({ host: config.host }, PLAIN_TEXT_WARNING)
    deployment.announce({ endpoint, region: config.region, accessKeyId })
    // a terminal shows the banner instead
    if (!readableLog) log.info({ endpoint, version, workers: config.workers, hashing }, 'the server accepts requests')
    return {
      endpoint,
      deployment,
      rootKey,
      hashing,
      consoleUrl: signInUrl(endpoint, { masterKeys, accessKeyId, madeAt: Date.now() }),
      failed: supervisor.failed,
      stop: async () => {
        const cut = await supervisor.stop(configuration.options.stopTimeoutMs)
        await close()
        await keyKept
        await deployment.release()
        if (!readableLog) log.info({ cut }, 'the server has stopped')
        return cut
      },
      configuration,
      cut: () => supervisor.cut(),
    }
  } catch (error) {
    await deployment.release()
    throw deployment.failureOf(error)
  }
}

/** Throws the failures of a start that need no data folder. */
async function requireStartable(config: Config): Promise<void> {
  const tls = tlsFilesOf(config)
  if (tls !== undefined) readCertificate(tls)
  await requireFreePort(config.host, config.port)
  const socket = socketOf(config)
  if (socket !== undefined) await SocketFile.prepare(socket.path, socket.mode)
}

async function rootKeyOf({ accessKeyId, accessKeySecret }: Config, deployment: Deployment): Promise<RootKey> {
  if (accessKeyId === undefined || accessKeySecret === undefined) return await deployment.rootKey()
  return { accessKeyId, accessKeySecret, isNew: false, file: undefined }
}

/** How instances are started, and the resources to close when all have stopped. */
interface Launcher {
  readonly launch: (options: InstanceOptions, primary: Primary) => Promise<Launched>
  readonly close: () => Promise<void>
  /** The metrics of this process, besides those of its instances. */
  readonly measure?: () => MetricValues
}

function launchHere(deployment: Deployment, log: Log): Launcher {
  return {
    launch: async (options, primary) => ({
      instance: await openInstance(options, deployment, primary, log),
      ended: new Promise(() => {}),
    }),
    close: async () => {},
  }
}

async function launchWorkers(deployment: Deployment): Promise<Launcher> {
  const support = await deployment.supportWorkers()
  return {
    launch: workerProcesses(support),
    close: () => support.close(),
    measure: () => deployment.measure?.() ?? [],
  }
}

const PLAIN_TEXT_WARNING =
  'other machines can connect, and nothing is encrypted: set --tls-cert and --tls-key, or put a proxy with TLS in front and name it in --trusted-proxies'

function endpointOf({ host, ...tls }: Config, port: number): string {
  const scheme = tls.tlsCertificate === undefined ? 'http' : 'https'
  // SDKs use path-style addressing only for IP addresses, so a host name would not work.
  if (host === '0.0.0.0' || host === '::' || host === 'localhost') return `${scheme}://127.0.0.1:${port}`
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
