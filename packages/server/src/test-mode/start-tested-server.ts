import { randomBytes } from 'node:crypto'
import { createSealer } from '@bindery/encryption'
import { sealSession } from '@bindery/service'
import { CallbackKey } from '../callbacks/callback-key.js'
import { masterKeysIn } from '../encryption/master-keys.js'
import { createLog } from '../log.js'
import { openMemoryDeployment } from '../memory/memory-deployment.js'
import { openDeployment } from '../open-deployment.js'
import { openInstance } from '../processes/instance.js'
import { socketOf } from '../processes/socket-file.js'
import { Supervisor } from '../processes/supervisor.js'
import { readConfig } from '../read-config.js'
import { Reloading } from '../reloading.js'
import { serverState } from '../server-state.js'
import { TestMode } from './test-mode.js'

/** A temporary key of the root account. */
export interface TemporaryRootKey {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly securityToken: string
  /** Milliseconds since 1970, by the clock of the server. */
  readonly expiresAt: number
}

/** A server in this process, in test mode. */
export interface TestedServer {
  /** `http://127.0.0.1:PORT`. */
  readonly endpoint: string
  readonly region: string
  /** The key of the root account. */
  readonly key: { readonly accessKeyId: string; readonly accessKeySecret: string }
  readonly testMode: TestMode
  /** A temporary key that may do what the root key may do, for this many seconds. STS itself gives at least 900. */
  temporaryKey(seconds: number): TemporaryRootKey
  /** Holds the present state. Returns what brings it back, any number of times. Undefined where the data is in a folder. */
  readonly capture: (() => () => void) | undefined
  /** Cuts the requests that run, and frees everything. */
  stop(): Promise<void>
}

/** Options of a server in test mode. */
export interface TestedServerOptions {
  /** Flags of `bindery serve`, such as `--buckets` and `--strict-oss`; those about a folder have no effect. */
  readonly flags?: readonly string[]
  /** Milliseconds since 1970. Default: the clock of this machine. */
  readonly now?: () => number
  /** A data folder, which stays when the server ends. Default: the data is in memory. */
  readonly folder?: string
}

/** Starts a server in test mode on 127.0.0.1. It logs nothing. Throws Failure. */
export async function startTestedServer({ flags = [], now, folder }: TestedServerOptions = {}): Promise<TestedServer> {
  const config = { ...readConfig(['--port', '0', ...flags], {}), logLevel: 'silent' as const, workers: 1 }
  const log = createLog('silent', { readable: false })
  const memory = folder === undefined ? openMemoryDeployment() : undefined
  const deployment = memory ?? (await openDeployment(readConfig([folder ?? ''], {})))
  const domains = [...config.domains, ...config.s3Domains]
  const testMode = new TestMode(now === undefined ? { domains } : { domains, now })
  const { accessKeyId, accessKeySecret } = await deployment.rootKey()
  const rootKey = { accessKeyId, accessKeySecret }
  const callbackKey = new CallbackKey(() => deployment.callbackKey())
  const masterKeys = await deployment.masterKeys()
  const sealer = createSealer(masterKeysIn(masterKeys), randomBytes)
  const shared = { config, version: 'test', rootKey, masterKeys, readableLog: false }
  const supervisor: Supervisor = new Supervisor({
    instances: 1,
    port: config.port,
    socket: socketOf(config),
    launch: async (incarnation, primary) => ({
      instance: await openInstance({ ...shared, incarnation }, deployment, primary, log, testMode),
      ended: new Promise(() => {}),
    }),
    state: () =>
      serverState({
        ...{ config, version: 'test', deployment, hashing: 'wasm', processes: 1, startedAt: testMode.clock() },
        configuration,
      }),
    setLogLevel: (level) => configuration.setLogLevel(level),
    isBeingCopied: () => deployment.isBeingCopied(),
    callbackKey: () => callbackKey.pem(),
    log,
  })
  const configuration = new Reloading(config, [], { log, adjust: (options) => supervisor.adjust(options) })
  const port = await supervisor.start()
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: config.region,
    key: rootKey,
    testMode,
    temporaryKey(seconds) {
      const beganAt = testMode.clock()
      const name = randomBytes(12).toString('hex')
      const made = { accessKeyId: `STS.${name}`, accessKeySecret: randomBytes(15).toString('hex') }
      const key = { ...made, expiresAt: Math.floor(beganAt + seconds * 1000) }
      return { ...key, securityToken: sealSession(sealer, { ...key, standsFor: accessKeyId, beganAt }) }
    },
    capture: memory?.capture,
    async stop() {
      await supervisor.stop(0)
      await deployment.release()
    },
  }
}
