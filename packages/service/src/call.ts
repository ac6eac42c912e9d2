import {
  type AddressingStyle,
  type BodyOf,
  type BucketName,
  type BucketSettings,
  type ChunkChain,
  type Entrance,
  encodeText,
  etag,
  type HandledName,
  type HandledOperations,
  type Head,
  type ObjectKey,
  type Operation,
  OssError,
  type Tag,
} from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import {
  type Asking,
  authorise,
  authoriseBody,
  authoriseListing,
  authoriseRead,
  authoriseSource,
  authoriseTarget,
  isSignedBy,
  requireOwner,
} from './access/authorise.js'
import { accountOf, type Requester } from './access/requester.js'
import type { CallBody, Found } from './call-parts.js'
import type { Content } from './content.js'
import type { Domain } from './domain/domain.js'
import { notFound } from './domain/objects/current.js'
import type { OpenObject } from './domain/objects/open-object.js'
import type { Scope } from './domain/scope.js'
import type { BucketRecord, ETag, MultipartETags, ObjectName, ObjectRecord } from './domain/stored/model.js'
import { expirationOf } from './domain/upkeep/due-action.js'
import type { Exchange } from './exchange.js'
import { findSource, findTarget } from './find-others.js'
import { CallLimits } from './limits/call-limits.js'
import type { Callbacks, DomainProofs, ServiceOptions } from './options.js'
import { forbidsOverwrite } from './overwrite-rules.js'
import type { HandledInput, Reply } from './reply.js'
import { bucketUrlOf, endpointsOf, type Reached, type RegionEndpoints } from './response/endpoint.js'
import type { ServiceRequest } from './service.js'
import { requireShown } from './source-protection.js'

export type { CallBody, Found } from './call-parts.js'
export type { HandledInput, Reply } from './reply.js'

/** The decoded head of a request. */
export interface CallHead<O extends Operation> extends Asking {
  readonly operation: O
  readonly exchange: Exchange
  readonly input: HandledInput<O>
  readonly bucketName: BucketName | undefined
  /** Undefined where the request is of no object. */
  readonly objectName: ObjectName | undefined
  readonly style: AddressingStyle
  /** The name of an access point by which the request came. */
  readonly entrance: Entrance | undefined
  /** Query and headers as the operation is decoded from them. */
  readonly parts: Head
  readonly chunkChain: ChunkChain | undefined
}

/** An authenticated and authorised request for one operation, whose body is not decoded yet. */
export class UnreadCall<O extends Operation> {
  readonly domain: Domain
  readonly requester: Requester
  readonly input: HandledInput<O>
  readonly #head: CallHead<O>
  readonly #found: Found

  constructor(head: CallHead<O>, found: Found) {
    this.domain = head.domain
    this.requester = head.requester
    this.input = head.input
    this.#head = head
    this.#found = found
  }

  /** For a second decision about the request, such as `authoriseAgain`. */
  get head(): CallHead<O> {
    return this.#head
  }

  /** Query and headers as the operation is decoded from them. */
  get parts(): Head {
    return this.#head.parts
  }

  get operation(): O {
    return this.#head.operation
  }

  get exchange(): Exchange {
    return this.#head.exchange
  }

  get requestId(): string {
    return this.exchange.requestId
  }

  /** Closed when the response has been sent, failure or not. Handlers open their resources in it. */
  get scope(): Scope {
    return this.exchange.scope
  }

  /** As in a V4 scope, `cn-hangzhou`. */
  get region(): string {
    return this.#options.region
  }

  /** The names by which the client finds the region's buckets. */
  get endpoints(): RegionEndpoints {
    return endpointsOf(this.region, this.#reached, this.#options.endpoint)
  }

  /** Where the client finds the bucket, without a slash at its end. */
  get bucketUrl(): string {
    return bucketUrlOf(this.bucketName, this.#reached, this.#options.endpoint)
  }

  /** Whether the bucket is named in the host, in the path, or by a host of its own. */
  get style(): AddressingStyle {
    return this.#head.style
  }

  get #reached(): Reached {
    return { ...this.origin, style: this.style }
  }

  get #options(): ServiceOptions {
    return this.exchange.surroundings.options
  }

  /** Whether the server refuses what OSS refuses, where Bindery would be more lenient. */
  get isStrict(): boolean {
    return this.#options.strict
  }

  /** Undefined: this server makes no callbacks. */
  get callbacks(): Callbacks | undefined {
    return this.#options.callbacks
  }

  /** The account that owns the bucket; undefined of the service, and of a bucket that does not exist yet. */
  get owner(): string | undefined {
    return this.#found.bucket?.owner
  }

  /** Undefined: this server binds no domains. */
  get domainProofs(): DomainProofs | undefined {
    return this.#options.domainProofs
  }

  /** Undefined: this server processes no images. */
  get images(): ServiceOptions['images'] {
    return this.#options.images
  }

  /** The bucket that the request names, whether it exists or not. */
  get bucketName(): BucketName {
    return this.#named(this.#head.bucketName)
  }

  /** The bucket that the request is about; not of operations on the service. */
  get bucket(): BucketRecord {
    return this.#named(this.#found.bucket)
  }

  get key(): ObjectKey {
    return this.#named(this.#head.objectName).key
  }

  /** The object that the request is about, or one of its versions. */
  get objectName(): ObjectName {
    return this.#named(this.#head.objectName)
  }

  /** The object that an operation reads, as it was when the request was authorised. Throws noSuchKey, noSuchVersion, versionIsDeleteMarker. */
  get object(): ObjectRecord {
    return this.#sought(this.#found.object)
  }

  /** That object, open in the scope of the call, for an operation that reads its bytes. Throws as `object` does. */
  get openObject(): OpenObject {
    return this.#sought(this.#found.openObject)
  }

  /** The id of the requester's account. Throws anonymousForbidden: operations on the service need a signature. */
  get accountId(): string {
    if (this.requester.kind === 'anonymous') throw new OssError('anonymousForbidden')
    return this.requester.account.id
  }

  /** Whether the requester is of the owner's account, and not only the bearer of a URL that such a requester signed. */
  get isOfOwner(): boolean {
    return isSignedBy(this.#head, this.owner)
  }

  /** Whether the requester pays for what would be the owner's to pay. */
  get isCharged(): boolean {
    return this.#found.rules?.requesterPays === true && accountOf(this.requester)?.id !== this.#found.bucket?.owner
  }

  /** Whether an existing object must not be overwritten, by the request or by a rule of its bucket. */
  get forbidsOverwrite(): boolean {
    const { forbidOverwrite = false } = this.input as { readonly forbidOverwrite?: boolean }
    const { rules = [] } = this.#found.settings?.overwriteConfig ?? {}
    return forbidOverwrite || forbidsOverwrite(rules, this.requester, this.key)
  }

  /** The limits of the bucket. */
  get limits(): CallLimits {
    return new CallLimits(this, this.#found)
  }

  /** The rules of the bucket about headers that its answers leave out. */
  get hidingRules(): BucketSettings['responseHeader']['rules'] | undefined {
    return this.#found.settings?.responseHeader?.rules
  }

  /**
   * When the bucket's rules delete an object of the request's key, and by which of them. Undefined where they do not, and
   * where the request names one of several versions: rules for the current version do not delete that one.
   */
  expirationOf(record: ObjectRecord): ReturnType<typeof expirationOf> {
    const lifecycle = this.#found.settings?.lifecycle
    if (lifecycle === undefined) return undefined
    const { key, version } = this.objectName
    if (version !== undefined && this.bucket.versioning === 'Enabled') return undefined
    // the response for a symlink mixes link and target; rules apply to the link
    const own = record.target === undefined ? record : (this.#found.object ?? record)
    return expirationOf(lifecycle.rules, key, own)
  }

  /** When an object was last read, if its bucket records that. */
  lastAccessOf({ modifiedAt, accessedAt = 0 }: ObjectRecord): number | undefined {
    const accessmonitor = this.#found.settings?.accessmonitor
    if (accessmonitor?.status !== 'Enabled') return undefined
    return Math.max(modifiedAt, accessedAt, accessmonitor.enabledAt ?? 0)
  }

  /** The tag of an object's content, as the client's protocol has it. */
  etagOf({ etag, digestETag }: MultipartETags): ETag {
    return digestETag !== undefined && this.exchange.dialect.etagRecipe === 'digests' ? digestETag : etag
  }

  /** The same as text in quotes, for documents and URLs. */
  shownEtagOf(record: MultipartETags): string {
    return encodeText(etag, this.etagOf(record), this.exchange.dialect)
  }

  /** The key of an object that may exist, in the client's protocol. Throws the objectName… causes. */
  keyOf(text: string): ObjectKey {
    return this.exchange.dialect.keyOf(text)
  }

  /** How the client's protocol names a field of the input. */
  nameOf(field: keyof O['input'] & string): string {
    const documented = this.operation.input[field]?.name ?? field
    return this.exchange.dialect.nameOf(documented) ?? documented
  }

  get operationName(): string {
    return this.operation.name
  }

  /** Where the request came from, and how it reached the server. */
  get origin(): Pick<ServiceRequest, 'scheme' | 'host' | 'localAddress' | 'remoteAddress' | 'passes'> {
    return this.exchange.request
  }

  /** Allows what the operation does to one object of the bucket, or throws the cause of the denial. */
  authorise({ key, version }: ObjectName): Awaitable<void> {
    return authorise(this.#head, { bucket: this.bucket, rules: this.#found.rules, key, version, object: 'unread' })
  }

  /** Allows giving the object of the request these tags, which its body holds, or throws the cause of the denial. */
  authoriseTags(requestTags: readonly Tag[]): Awaitable<void> {
    const { conditions } = this.#head
    const { key, version } = this.objectName
    const touched = { bucket: this.bucket, rules: this.#found.rules, key, version, object: 'unread' } as const
    return authorise({ ...this.#head, conditions: { ...conditions, requestTags } }, touched)
  }

  /** Allows what a part of the body requests of the bucket, which may not exist yet, or throws the cause of the denial. */
  authoriseBody(): Awaitable<void> {
    const { bucket, rules } = this.#found
    return authoriseBody(this.#head, { bucket, bucketName: this.bucketName, rules })
  }

  /** Allows reading an object that is to be copied, and returns its bucket. Throws noSuchBucket, bucketOwnerDiffers, and the causes of access. */
  authoriseSource({ bucket: name, key, version }: ObjectName, expectedBucketOwner?: string): Awaitable<BucketRecord> {
    const byAlias = this.exchange.dialect.hasAccessPoints === true
    return andThen(findSource(this.#head, name, byAlias), ({ bucket, more: { rules } }) =>
      andThen(authoriseSource(this.#head, { bucket, rules, key, version, object: 'unread' }), () => {
        requireOwner(bucket, { expectedBucketOwner })
        return andThen(requireShown(this.#head, bucket, key), () => bucket)
      }),
    )
  }

  /** Allows writing an object that is made elsewhere, and returns its bucket. Throws noSuchBucket, and the causes of access. */
  authoriseTarget({ bucket: name, key }: ObjectName): Awaitable<BucketRecord> {
    return andThen(findTarget(this.#head, name, this.bucket), ({ bucket, more: { rules } }) =>
      andThen(authoriseTarget(this.#head, { bucket, rules, key, object: 'unread' }), () => bucket),
    )
  }

  /** Allows listing the keys of the bucket, or throws the cause of the denial. */
  authoriseListing(): Awaitable<void> {
    return authoriseListing(this.#head, { bucket: this.bucket, rules: this.#found.rules })
  }

  /** Throws sourceProtected where the requester may see an object of the bucket by styles alone. */
  requireShown({ key }: ObjectName): Awaitable<void> {
    return requireShown(this.#head, this.bucket, key)
  }

  /** Allows reading another object of the bucket, or throws the cause of the denial. */
  authoriseRead({ key }: ObjectName): Awaitable<void> {
    return authoriseRead(this.#head, { bucket: this.bucket, rules: this.#found.rules, key, object: 'unread' })
  }

  withBody(body: CallBody<O>): Call<O> {
    return new Call(this.#head, this.#found, body)
  }

  #sought<T>(found: T | undefined): T {
    if (found === undefined) throw notFound(this.objectName, this.#found.marker)
    return found
  }

  #named<T>(part: T | undefined): T {
    if (part === undefined) throw new TypeError(`${this.operationName} has no such part`)
    return part
  }
}

/** An authenticated and authorised request for one operation, as its handler gets it. */
export class Call<O extends Operation> extends UnreadCall<O> {
  readonly #body: CallBody<O>

  constructor(head: CallHead<O>, found: Found, body: CallBody<O>) {
    super(head, found)
    this.#body = body
  }

  /** The value of the body, of an operation that declares a document. */
  get document(): BodyOf<O> {
    return this.#body.document as BodyOf<O>
  }

  /** The unread body, of an operation that declares one of bytes. */
  get content(): Content {
    if (this.#body.content === undefined) throw new TypeError(`${this.operationName} declares no body of bytes`)
    return this.#body.content
  }
}

/** The behaviour of one operation: input to domain to output. It may throw the errors of its declaration. */
export type Handler<O extends Operation> = (call: Call<O>) => Awaitable<Reply<O>>

/**
 * A handler that looks something up while the body is unread, so that a missing thing is reported before an invalid
 * body.
 */
export interface LookingHandler<O extends Operation, F> {
  find(call: UnreadCall<O>): Awaitable<F>
  handle(call: Call<O>, found: F): Awaitable<Reply<O>>
}

/** The call of an operation by its name. */
export type CallOf<N extends HandledName> = Call<HandledOperations[N]>

/** The handler of an operation by its name. */
export type HandlerOf<N extends HandledName> = Handler<HandledOperations[N]>

/** A handler with the name of its operation, as the index finds it. */
export interface NamedHandler<N extends HandledName> {
  readonly name: N
  /** Absent where the operation needs no more than the pipeline finds. */
  readonly find?: (call: UnreadCall<HandledOperations[N]>) => Awaitable<unknown>
  readonly handle: (call: Call<HandledOperations[N]>, found: never) => Awaitable<Reply<HandledOperations[N]>>
}

/** Names the handler of an operation. */
export function handler<const N extends HandledName, F>(
  name: N,
  behaviour: HandlerOf<N> | LookingHandler<HandledOperations[N], F>,
): NamedHandler<N> {
  return typeof behaviour === 'function' ? { name, handle: behaviour } : { name, ...behaviour }
}
