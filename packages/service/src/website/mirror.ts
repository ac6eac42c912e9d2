/** Fetches an object that a bucket lacks from its origin, and stores it. */
import {
  describeOrigin,
  type OriginDescription,
  OssError,
  originRequest,
  USER_METADATA_BYTES_MAX,
} from '@bindery/protocol'
import type { ByteSource, LentBytes } from '@bindery/storage'
import { findDefaultEncryption } from '../domain/buckets/default-encryption.js'
import { ByteBudget } from '../domain/bytes/byte-budget.js'
import { Tee } from '../domain/bytes/tee.js'
import type { Domain } from '../domain/domain.js'
import { putObject } from '../domain/objects/objects.js'
import { openObject } from '../domain/objects/open-object.js'
import { Scope } from '../domain/scope.js'
import type { BucketRecord, EncryptionChoice, ObjectName, ObjectRecord, StoredHeaders } from '../domain/stored/model.js'
import type { OriginAnswer, Origins } from '../options.js'
import { type RoutingRule, replacedKey, type Visit } from './rules.js'

const REDIRECTIONS_MAX = 10
/** Bytes that wait for clients while objects arrive, where the options do not state it. */
export const MIRROR_BYTES_DEFAULT = 16 * 1024 ** 2
/** Longer objects, and those of unknown length, are returned while they are being stored. */
const STORED_FIRST_BYTES_MAX = 1024 ** 2

/** One object to mirror. */
export interface Mirroring {
  readonly domain: Domain
  readonly origins: Origins
  readonly bucket: BucketRecord
  readonly name: ObjectName
  readonly rule: RoutingRule
  readonly visit: Visit
  /** The client takes the whole object as it comes. */
  readonly takesArriving: boolean
}

/** An object that is being fetched and stored. */
export interface Arriving {
  readonly kind: 'arriving'
  /** Undefined where the origin does not state it. */
  readonly size: number | undefined
  readonly headers: StoredHeaders
  readonly mirroredFrom: string
  readonly encryption: EncryptionChoice | undefined
  /** Fails where the origin breaks off, or where a client that has fallen behind finds nothing stored. */
  readonly bytes: AsyncIterable<LentBytes>
}

/**
 * `stored`: the object is there now. `missing`: the origin has none. `redirected`: where the origin sends a client, since
 * the rule does not follow.
 */
export type Mirrored =
  | { readonly kind: 'stored' | 'missing' }
  | { readonly kind: 'redirected'; readonly location: string }

/** The objects that a process is fetching: a request for one that is being fetched waits for it. */
export class RunningMirrors {
  readonly #running = new Map<string, Promise<Mirrored>>()
  readonly #budget: ByteBudget

  /** `waitingBytes`: those that wait for clients while objects arrive, all together. */
  constructor(waitingBytes: number) {
    this.#budget = new ByteBudget(waitingBytes)
  }

  /**
   * Fetches and stores an object, unless that is under way; resolves when it is stored, or, for a client that takes it so, when it
   * arrives. Throws MIRROR_CAUSES, and what putObject throws.
   */
  fetch(mirroring: Mirroring): Promise<Mirrored | Arriving> {
    const { bucket, key } = mirroring.name
    const id = `${bucket}/${key}`
    const running = this.#running.get(id)
    if (running !== undefined) return running
    return new Promise((resolve, reject) => {
      const begun = mirror({ ...mirroring, budget: this.#budget }, resolve).finally(() => this.#running.delete(id))
      this.#running.set(id, begun)
      begun.then(resolve, reject)
    })
  }
}

/** With the memory for bytes that wait for clients. */
interface Running extends Mirroring {
  readonly budget: ByteBudget
}

type Answered = OriginAnswer & { readonly kind: 'answered' }

/** An answer behind all redirections, and the URL that gave it. */
interface Reached {
  readonly answer: Answered
  readonly url: URL
}

async function mirror(mirroring: Running, arrive: (arriving: Arriving) => void): Promise<Mirrored> {
  const { mirrorFollowRedirect: follows = true } = mirroring.rule.redirect
  const { answer, url } = await reach(mirroring, follows)
  try {
    const { status } = answer
    if (status === 404) return { kind: 'missing' }
    const description = describeOrigin(answer.headers)
    if (!follows && isRedirection(answer)) return { kind: 'redirected', location: description.location ?? '' }
    if (status !== 200) throw new OssError('mirrorStatus', { status })
    await store(mirroring, answer.body, { ...description, url }, arrive)
    return { kind: 'stored' }
  } finally {
    answer.close()
  }
}

const isRedirection = ({ status, headers }: Answered) => status >= 300 && status < 400 && headers.location !== undefined

/** Follows redirections; headers are sent to the host that the rule names, and to no other. */
async function reach({ origins, rule, visit }: Mirroring, follows: boolean): Promise<Reached> {
  const first = originRequest(rule.redirect, { ...visit, key: replacedKey(rule, visit.key) })
  if (first === undefined) throw new OssError('mirrorUnreachable')
  let { url } = first
  for (let hops = 0; hops <= REDIRECTIONS_MAX; hops += 1) {
    const headers = url.origin === first.url.origin ? first.headers : []
    const answer = requireAnswer(await origins.get({ url, headers }))
    if (!follows || !isRedirection(answer)) return { answer, url }
    answer.close()
    const { location = '' } = describeOrigin(answer.headers)
    if (!URL.canParse(location, url.href)) throw new OssError('mirrorStatus', { status: answer.status })
    url = new URL(location, url)
  }
  throw new OssError('mirrorUnreachable')
}

function requireAnswer(answer: OriginAnswer): Answered {
  if (answer.kind === 'answered') return answer
  if (answer.kind === 'busy') throw new OssError('mirrorsTooMany')
  throw new OssError(answer.kind === 'forbidden' ? 'mirrorForbidden' : 'mirrorUnreachable')
}

interface Fetched extends OriginDescription {
  readonly url: URL
}

/** An object that was written in the meantime stays as it is. */
async function store(
  mirroring: Running,
  body: ByteSource,
  fetched: Fetched,
  arrive: (arriving: Arriving) => void,
): Promise<void> {
  const { domain, bucket, takesArriving, budget } = mirroring
  const { headers, url } = fetched
  const length = Object.values(headers).reduce((sum, value) => sum + value.length, 0)
  if (length > USER_METADATA_BYTES_MAX) throw new OssError('mirrorHeadersTooLong')
  const encryption = await findDefaultEncryption(domain, bucket)
  // a query may hold what only the origin is to know
  const mirroredFrom = `${url.origin}${url.pathname}`
  const isShort = body.size !== undefined && body.size <= STORED_FIRST_BYTES_MAX
  const tee = takesArriving && !isShort ? new Tee(body, budget) : undefined
  const stored = put(mirroring, tee ?? body, fetched, { encryption, mirroredFrom })
  if (tee !== undefined) {
    stored.then(
      () => tee.detach(),
      (error) => tee.fail(error),
    )
    const bytes = tee.bytes((from) => readStored(mirroring, stored, from))
    arrive({ kind: 'arriving', size: body.size, headers, mirroredFrom, encryption, bytes })
  }
  await stored
}

/** Undefined where another object was written in the meantime. */
async function put(
  { domain, bucket, name, rule }: Mirroring,
  body: ByteSource,
  { headers, contentMd5 }: Fetched,
  kept: { readonly encryption: EncryptionChoice | undefined; readonly mirroredFrom: string },
): Promise<ObjectRecord | undefined> {
  const object = {
    bucket: bucket.name,
    key: name.key,
    owner: bucket.owner,
    description: { headers, userMetadata: {}, tagging: [] },
    acl: 'default',
    forbidOverwrite: false,
    condition: { differs: ['*'] },
    contentMd5: rule.redirect.mirrorCheckMd5 === true ? contentMd5 : undefined,
    ...kept,
  } as const
  try {
    return await putObject(domain, object, body)
  } catch (error) {
    if (error instanceof OssError && error.reason === 'preconditionFailed') return undefined
    throw causeOf(error)
  }
}

/** Bytes of the stored object from an offset on, unless it is another object by now. */
async function* readStored(
  { domain, name }: Mirroring,
  stored: Promise<ObjectRecord | undefined>,
  from: number,
): AsyncGenerator<LentBytes, void, undefined> {
  const made = await stored
  const scope = new Scope()
  try {
    const open = await openObject(domain, scope, name)
    if (open.record.manifest !== made?.manifest) throw new OssError('mirrorIncomplete')
    yield* open.read({ start: from, end: open.record.size })
  } finally {
    scope.close()
  }
}

const CAUSES: Readonly<Partial<Record<string, 'mirrorIncomplete' | 'mirrorUnreadable' | 'mirrorDigestMismatch'>>> = {
  incompleteBody: 'mirrorIncomplete',
  malformedRequest: 'mirrorIncomplete',
  requestTimeout: 'mirrorUnreadable',
  entityTooLarge: 'mirrorUnreadable',
  invalidDigestMismatch: 'mirrorDigestMismatch',
}

function causeOf(error: unknown): unknown {
  const cause = error instanceof OssError ? CAUSES[error.reason] : undefined
  return cause === undefined ? error : new OssError(cause)
}
