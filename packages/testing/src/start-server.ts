/** A server in the process of its tests: nothing is installed, stored or left behind. */
import { type Faults, startTestedServer, type TestedRequest, type TestedServer } from '@bindery/server'

/** Options of a server for tests. */
export interface StartOptions {
  /** Default 0: the system chooses. */
  readonly port?: number
  /** Buckets of the root account that exist from the start, and after a `reset`. */
  readonly buckets?: readonly string[]
  /** Default `cn-hangzhou`. */
  readonly region?: string
  /** Refuses what OSS refuses and Bindery would accept. Default false. */
  readonly strictOss?: boolean
  /** Milliseconds since 1970. Default: the clock of this machine. Requests that it makes too old or too new are refused. */
  readonly now?: () => number
  /**
   * Where the data is. Default `memory`. A folder keeps it, for tests of a restart, with the engines of `bindery serve`; it has no
   * snapshots, so `reset` and `snapshot` throw.
   */
  readonly storage?: 'memory' | { readonly folder: string }
  /** Further flags of `bindery serve`. */
  readonly flags?: readonly string[]
}

/** A state of the server that `restore` brings back. */
export type Snapshot = { readonly restore: () => void }

/** Which requests are returned: those that match everything that is given. */
export type RequestFilter = Partial<Pick<TestedRequest, 'op' | 'method' | 'bucket' | 'key' | 'partNumber' | 'status'>>

/** A key that ends. */
export interface TemporaryCredentials {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly securityToken: string
  readonly expiration: Date
}

/** A running server. */
export interface TestServer {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  readonly region: string
  /** The key of the root account, which may do everything. */
  readonly credentials: { readonly accessKeyId: string; readonly accessKeySecret: string }
  /** Rules for what goes wrong. They apply in the order in which they were added, and stay until they are removed. */
  readonly faults: Faults
  /** The server's clock. */
  readonly clock: {
    /** Milliseconds since 1970. */
    now(): number
    /** Sets how far it is ahead of this machine's, in milliseconds; negative: behind. Signatures must match it. */
    skew(milliseconds: number): void
  }
  /** Temporary keys of the root account; of those of a role, AssumeRole of any SDK. */
  readonly sts: {
    /** @param options `ttlSeconds`: the key's life by the clock of the server; default 3,600. STS gives at least 900 */
    issue(options?: { readonly ttlSeconds?: number }): TemporaryCredentials
  }
  /** The requests so far. */
  readonly log: {
    requests(filter?: RequestFilter): readonly TestedRequest[]
    clear(): void
  }
  /** The variables by which SDKs and commands find the server and its key. */
  env(): Record<string, string>
  /** Back to the state after the start: no objects, uploads or other buckets; no faults, skew or requests. */
  reset(): void
  /** Holds buckets, objects, uploads, users and everything else as it is now. It costs no copy. */
  snapshot(): Snapshot
  restore(snapshot: Snapshot): void
  /** Ends running requests, and frees everything. */
  stop(): Promise<void>
}

/** Starts a server on 127.0.0.1. It logs nothing. Throws Failure for options that `bindery serve` would refuse, and a folder in use. */
export async function startServer(options: StartOptions = {}): Promise<TestServer> {
  const server = await startTestedServer({
    flags: flagsOf(options),
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(typeof options.storage === 'object' ? options.storage : {}),
  })
  const capture = server.capture ?? noSnapshots
  const initial = server.capture?.() ?? noSnapshots
  const { endpoint, region, key, testMode } = server
  return {
    endpoint,
    region,
    credentials: key,
    faults: testMode.faults,
    clock: {
      now: testMode.clock,
      skew(milliseconds) {
        testMode.skewMs = milliseconds
      },
    },
    sts: {
      issue({ ttlSeconds = 3_600 } = {}) {
        const { expiresAt, ...issued } = server.temporaryKey(ttlSeconds)
        return { ...issued, expiration: new Date(expiresAt) }
      },
    },
    log: {
      requests: (filter = {}) => testMode.requests.filter((request) => matches(request, filter)),
      clear: () => testMode.forgetRequests(),
    },
    env: () => environmentOf(server),
    reset() {
      initial()
      testMode.faults.clear()
      testMode.forgetRequests()
      testMode.skewMs = 0
    },
    snapshot: () => ({ restore: capture() }),
    restore: (snapshot) => snapshot.restore(),
    stop: () => server.stop(),
  }
}

function noSnapshots(): never {
  throw new TypeError('a server whose data is in a folder has no snapshots')
}

function flagsOf({ port = 0, buckets = [], region, strictOss = false, flags = [] }: StartOptions): readonly string[] {
  return [
    ...['--port', String(port)],
    ...(buckets.length === 0 ? [] : ['--buckets', buckets.join(',')]),
    ...(region === undefined ? [] : ['--region', region]),
    ...(strictOss ? ['--strict-oss'] : []),
    ...flags,
  ]
}

function matches(request: TestedRequest, filter: RequestFilter): boolean {
  return Object.entries(filter).every(
    ([name, value]) => value === undefined || request[name as keyof RequestFilter] === value,
  )
}

function environmentOf({ endpoint, region, key }: TestedServer): Record<string, string> {
  const { accessKeyId, accessKeySecret } = key
  return {
    OSS_ENDPOINT: endpoint,
    OSS_REGION: region,
    OSS_ACCESS_KEY_ID: accessKeyId,
    OSS_ACCESS_KEY_SECRET: accessKeySecret,
    ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: accessKeySecret,
  }
}
