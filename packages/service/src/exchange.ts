import {
  type DeclaredOperation,
  type Dialect,
  type Head,
  type Operation,
  ossDialect,
  s3Dialect,
} from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'
import type { Authenticate } from './access/authenticate.js'
import type { Authoriser } from './access/authoriser.js'
import type { BucketRuleBook } from './access/bucket-rules.js'
import type { RamKeys } from './access/ram-keys.js'
import type { UnreadCall } from './call.js'
import type { Domain } from './domain/domain.js'
import { Scope } from './domain/scope.js'
import type { OpenForms } from './form/open-forms.js'
import { type PostForm, readPostForm } from './form/post-form.js'
import type { ServiceOptions } from './options.js'
import type { RequestHead, ResponseLog, ServiceRequest, ServiceResponse } from './service.js'

/** Shared by all exchanges of a service. */
export interface Surroundings {
  readonly options: ServiceOptions
  readonly domain: Domain
  readonly keys: RamKeys
  readonly authenticate: Authenticate
  readonly authoriser: Authoriser
  readonly rules: BucketRuleBook
  readonly forms: OpenForms
}

/** One request on its way to its response, with the data for its log line. */
export class Exchange {
  readonly surroundings: Surroundings
  readonly request: RequestHead
  /** The request as decisions see it. */
  judged: RequestHead
  readonly requestId: string
  readonly startedAt: number
  /**
   * The resources that are open for this request. They close with the request or, if bytes are lent to the response,
   * after the last.
   */
  readonly scope = new Scope()
  readonly log: { -readonly [K in keyof ResponseLog]: ResponseLog[K] }
  /** The protocol of the request; until its query is read, the one of requests that show none. */
  dialect: Dialect
  /** Known once the request is routed. */
  operation: DeclaredOperation | undefined
  /** Headers of the answer, for success and failure. */
  crossOrigin: ServiceResponse['headers'] = []
  #body: ByteSource

  constructor(surroundings: Surroundings, request: ServiceRequest, requestId: string) {
    this.surroundings = surroundings
    this.request = request
    this.judged = request
    this.requestId = requestId
    this.startedAt = surroundings.options.clock()
    this.log = { requestId }
    this.dialect = dialectOf(surroundings.options, undefined)
    this.#body = request.body
  }

  /** Reads the fields of a form, which name its sender. Throws slowDown, and what readPostForm throws. */
  async readForm(): Promise<PostForm> {
    this.surroundings.forms.enter(this.scope)
    return readPostForm(this.#body, this.request.headers)
  }

  /** Makes the file of a form the body, and its fields the headers that decisions depend on. */
  takeForm(file: ByteSource, fields: RequestHead['headers']): void {
    const isOwn = ([name]: [string, string]) => name.startsWith('x-oss-')
    const others = Object.entries(this.request.headers).filter((header) => !isOwn(header))
    this.#body = file
    this.judged = { ...this.request, headers: Object.fromEntries([...others, ...Object.entries(fields).filter(isOwn)]) }
  }

  /** The unread body, for an authorised request: only the step that authorises creates a call. */
  bodyOf(_authorised: UnreadCall<Operation>): ByteSource {
    return this.#body
  }
}

const DIALECTS: NonNullable<ServiceOptions['dialects']> = [s3Dialect, ossDialect]

/** The protocol that a request shows; the last of them if it shows none, or could not be read. */
export function dialectOf({ dialects = DIALECTS }: ServiceOptions, head: Head | undefined): Dialect {
  const last = dialects.length - 1
  for (let index = 0; head !== undefined && index < last; index += 1) {
    const dialect = dialects[index]
    if (dialect?.isSpoken(head)) return dialect
  }
  return dialects[last] ?? ossDialect
}
