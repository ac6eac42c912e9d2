import { readings } from '@bindery/protocol'
import type { ServiceRequest, ServiceResponse } from '@bindery/service'

/** Why a server is not ready: it is stopping, the metadata or the blobs do not answer, or others may have declared it dead. */
export type Unready = 'stopping' | 'storesSilent' | 'blobsSilent' | 'leaseEnded'

/** A disk whose free space is at the reserve, or close to it. */
export interface ScarceDisk {
  readonly uploads: 'refused' | 'soon refused'
  readonly freeBytes: number
  readonly reserveBytes: number
}

/** The state that health checks report. */
export interface HealthOptions {
  /** Host names whose first label below is a bucket; under them `/-/health/live` is an object. */
  readonly domains: readonly string[]
  readonly unready: () => Promise<Unready | undefined>
  /** Whether there is a bucket `minio`, below whose name MinIO has these pages. Absent: answers show it. */
  readonly hasAliasBucket?: () => Promise<boolean>
  /** Why uploads are refused, or will be soon, though the server is ready; undefined if there is space. */
  readonly scarceDisk?: () => Promise<ScarceDisk | undefined>
}

const LIVE = '/-/health/live'
const READY = '/-/health/ready'
/** A process listens only once it has recovered what an earlier one left. */
const STARTUP = '/-/health/startup'

/** The names that MinIO gave these pages, and ours. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['/minio/health/live', LIVE],
  ['/minio/health/ready', READY],
  ['/minio/health/cluster', READY],
  ['/minio/health/cluster/read', READY],
])

/** Whether a request may be for a page by its name of MinIO; it may be for an object of a bucket `minio` too. */
export function mayBeAlias({ target }: Pick<ServiceRequest, 'target'>): boolean {
  return target.startsWith('/minio/health/')
}

/** Answers that only a bucket which exists can give. */
const OF_BUCKET: ReadonlySet<string | undefined> = new Set(['NoSuchKey', 'AccessDenied'])

/** The pages by their names of MinIO, which are those of objects where there is a bucket `minio`. */
export class HealthAliases {
  readonly #options: HealthOptions
  /** As the object store last answered, or as it was at the start; undefined where neither is known. */
  #hasBucket: boolean | undefined

  constructor(options: HealthOptions) {
    this.#options = options
    const look = async () => {
      const hasBucket = await options.hasAliasBucket?.()
      this.#hasBucket ??= hasBucket
    }
    void look().catch(() => {}) // the next answer shows it
  }

  /**
   * `otherwise`: the answer of the object store, which counts where there is the bucket. A failure of a store that has none, as far as is known, is the
   * answer to a signed request, and where the server is ready, so that no failure to read an object looks like health.
   */
  async answer(request: ServiceRequest, otherwise: ServiceResponse): Promise<ServiceResponse> {
    const { status, log } = otherwise
    const isMissing = log.code === 'NoSuchBucket'
    if (isMissing || status < 300 || OF_BUCKET.has(log.code)) this.#hasBucket = !isMissing
    const page = ALIASES.get(request.target.split('?', 1)[0] ?? '')
    if (page === undefined || this.#hasBucket) return otherwise
    const isOpen = status >= 500 && isUnsigned(request) && (await this.#options.unready()) !== undefined
    if (!isOpen && !isMissing) return otherwise
    return (await answerHealth({ ...request, target: page }, this.#options)) ?? otherwise
  }
}

/** Probes sign nothing. */
function isUnsigned({ headers, target }: ServiceRequest): boolean {
  return headers.authorization === undefined && !target.includes('?')
}

/** The conditions of readiness in the order in which they are examined, each with the reason if it does not hold. */
const CHECKS: readonly (readonly [check: string, reason: Unready])[] = [
  ['running', 'stopping'],
  ['stores', 'storesSilent'],
  ['blobs', 'blobsSilent'],
  ['membership', 'leaseEnded'],
]

/** Answers the pages below `/-/health/`, which need no signature; undefined for every other request. */
export async function answerHealth(
  request: ServiceRequest,
  { domains, unready, scarceDisk }: HealthOptions,
): Promise<ServiceResponse | undefined> {
  if (!request.target.startsWith('/-/health/')) return undefined
  const [path = '', query = ''] = request.target.split('?', 2)
  if (![LIVE, READY, STARTUP].includes(path) || (request.method !== 'GET' && request.method !== 'HEAD'))
    return undefined
  if (readings(request.host, path, { domains }).some(({ style }) => style === 'host')) return undefined
  const reason = path === READY ? await unready() : undefined
  const isReady = path === READY && reason === undefined
  const isVerbose = path === READY && new URLSearchParams(query).has('verbose')
  // reads and deletes go on, so that the server is ready
  const scarce = isReady ? await scarceDisk?.() : undefined
  const page = {
    ...(reason === undefined ? { status: 'ok' } : { status: 'unready', reason }),
    ...(scarce !== undefined && withDisk(scarce)),
    ...(isVerbose && { checks: checks(reason, scarce) }),
  }
  const body = Buffer.from(`${JSON.stringify(page)}\n`)
  return {
    status: reason === undefined ? 200 : 503,
    headers: [
      ['Content-Type', 'application/json'],
      ['Cache-Control', 'no-store'],
      ['Content-Length', String(body.length)],
    ],
    body: request.method === 'HEAD' ? undefined : body,
    log: { requestId: '', operation: path === READY ? 'HealthReady' : 'HealthLive' },
  }
}

/** Each check with `ok`, or why it fails; those after one that failed were not made. */
function checks(reason: Unready | undefined, scarce: ScarceDisk | undefined): Record<string, string> {
  const failed = CHECKS.findIndex(([, cause]) => cause === reason)
  const outcome = (index: number) => (failed < 0 || index < failed ? 'ok' : index === failed ? reason : 'not made')
  const made = CHECKS.map(([check], index) => [check, outcome(index)])
  const disk = reason !== undefined ? 'not made' : scarce === undefined ? 'ok' : `uploads are ${scarce.uploads}`
  return { ...Object.fromEntries(made), disk }
}

function withDisk({ uploads, freeBytes, reserveBytes }: ScarceDisk) {
  return { uploads, disk: { freeBytes, reserveBytes } }
}
