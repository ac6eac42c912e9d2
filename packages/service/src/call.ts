import {
  type BodyOf,
  type BucketName,
  decodeBody,
  type InputOf,
  type ObjectKey,
  type Operation,
  type OperationName,
  type Operations,
  OssError,
  type OutputOf,
  type ResultOf,
} from '@bindery/protocol'
import type { ByteSource, LentBytes } from '@bindery/storage'
import { type Asking, authorise, authoriseSource } from './access/authorise.js'
import type { Requester } from './access/requester.js'
import { contentSource, readDocument } from './body.js'
import type { AnsweredCallback } from './callback/outcome.js'
import type { Domain } from './domain/domain.js'
import { there } from './domain/objects/objects.js'
import type { OpenObject } from './domain/objects/open-object.js'
import type { Scope } from './domain/scope.js'
import type { BucketRecord, ObjectRecord } from './domain/stored/model.js'
import type { Callbacks } from './options.js'
import type { ServiceRequest } from './service.js'
import { parseXml } from './xml-parser.js'

/** What a handler answers: the declared output headers, and the result where the operation has one. */
export type Reply<O extends Operation> = {
  /** One of the operation's other statuses of success. */
  readonly status?: number
  readonly output: OutputOf<O>
  /** Content that is lent piece by piece, absent where there is none to send; what it reads is open in the call's scope. */
  readonly content?: AsyncIterable<LentBytes>
  /** Bytes of the content, where that is known. */
  readonly contentSize?: number
  /** What an application answered to a callback: it is sent instead of the result. */
  readonly answer?: AnsweredCallback | undefined
} & ([ResultOf<O>] extends [undefined] ? unknown : { readonly result: ResultOf<O> })

/** The behaviour of one operation: input to domain to output. Which errors it may throw, its declaration says. */
export type Handler<O extends Operation> = (call: Call<O>) => Promise<Reply<O>>

/** What the head of a request tells. */
export interface CallHead<O extends Operation> extends Asking {
  readonly operation: O
  readonly region: string
  readonly callbacks: Callbacks | undefined
  readonly request: ServiceRequest
  readonly requestId: string
  readonly input: InputOf<O>
  readonly bucketName: BucketName | undefined
  readonly key: ObjectKey | undefined
  readonly bucketUrl: string
  readonly scope: Scope
}

/** What the head names, from one state of the store. */
export interface Found {
  readonly bucket: BucketRecord | undefined
  /** Only of operations that read it. */
  readonly object: ObjectRecord | undefined
  /** The same object; only of operations that declare that they read its bytes. */
  readonly openObject: OpenObject | undefined
}

/** An authenticated and authorised request for one operation, whose body is still unread. */
export class Call<O extends Operation> {
  readonly domain: Domain
  /** As in a V4 scope, `cn-hangzhou`. */
  readonly region: string
  /** Undefined: this server makes no callbacks. */
  readonly callbacks: Callbacks | undefined
  readonly requestId: string
  readonly requester: Requester
  readonly input: InputOf<O>
  /** Where the client addressed the bucket, without a slash at its end. */
  readonly bucketUrl: string
  /** Closes when the answer, or the failure, has been sent: what a handler opens, it opens in here. */
  readonly scope: Scope
  readonly #head: CallHead<O>
  readonly #found: Found

  constructor(head: CallHead<O>, found: Found) {
    this.domain = head.domain
    this.region = head.region
    this.callbacks = head.callbacks
    this.requestId = head.requestId
    this.requester = head.requester
    this.input = head.input
    this.bucketUrl = head.bucketUrl
    this.scope = head.scope
    this.#head = head
    this.#found = found
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
    return this.#named(this.#head.key)
  }

  /** The object that an operation reads, as it was when the request was authorised. Throws noSuchKey. */
  get object(): ObjectRecord {
    return there(this.#found.object, this.key)
  }

  /** That object, open in the scope of the call, for an operation that reads its bytes. Throws noSuchKey. */
  get openObject(): OpenObject {
    there(this.#found.object, this.key)
    return this.#named(this.#found.openObject)
  }

  /** The id of the account that asks; operations on the service are closed to anonymous requesters. */
  get accountId(): string {
    if (this.requester.kind === 'anonymous') throw new OssError('anonymousForbidden')
    return this.requester.account.id
  }

  get operationName(): string {
    return this.#head.operation.name
  }

  /** Where the request came from, and how it reached the server. */
  get origin(): Pick<ServiceRequest, 'scheme' | 'host' | 'localAddress' | 'remoteAddress'> {
    return this.#head.request
  }

  /** The unread content of the body. Throws missingContentLength, entityTooLarge. */
  content(): ByteSource {
    return contentSource(this.#head.request.body, this.#head.request.headers)
  }

  /** Reads the XML body. Throws the causes of documents. */
  async document(): Promise<BodyOf<O>> {
    const { operation, request, input } = this.#head
    const body = await readDocument(request.body, request.headers, this.domain.digests)
    return decodeBody(operation, parseXml, body, input) as BodyOf<O>
  }

  /** Allows what the operation does to one object of the bucket, or throws the cause of the denial. */
  authorise(key: ObjectKey): void | Promise<void> {
    return authorise(this.#head, { bucket: this.bucket, key, object: 'unread' })
  }

  /** Allows reading an object that is to be copied, or throws the cause of the denial. */
  authoriseSource(bucket: BucketRecord, key: ObjectKey): void | Promise<void> {
    return authoriseSource(this.#head, bucket, key)
  }

  #named<T>(part: T | undefined): T {
    if (part === undefined) throw new TypeError(`${this.operationName} has no such part`)
    return part
  }
}

/** The handler of an operation by its name. */
export type HandlerOf<N extends OperationName> = Handler<Operations[N]>

/** A handler with the name of its operation, as the index finds it. */
export interface NamedHandler<N extends OperationName> {
  readonly name: N
  readonly handle: HandlerOf<N>
}

/** Names the handler of an operation. */
export function handler<const N extends OperationName>(name: N, handle: HandlerOf<N>): NamedHandler<N> {
  return { name, handle }
}
