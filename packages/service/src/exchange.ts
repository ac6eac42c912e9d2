import {
  type DeclaredOperation,
  type Dialect,
  type FormFields,
  type Head,
  headersWithForm,
  hostName,
  type Operation,
  ossDialect,
  s3Dialect,
} from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'
import type { Requester } from './access/requester.js'
import type { UnreadCall } from './call.js'
import { Scope } from './domain/scope.js'
import { type PostForm, readPostForm } from './form/post-form.js'
import { Lanes } from './limits/lanes.js'
import type { ServiceOptions } from './options.js'
import { Places } from './places.js'
import type { Recording } from './repeated/recording.js'
import {
  newRequestLog,
  type RequestHead,
  type RequestLog,
  type ServiceRequest,
  type ServiceResponse,
} from './service.js'
import type { Shared } from './surface.js'
import { MIRROR_BYTES_DEFAULT, RunningMirrors } from './website/mirror.js'

/** Shared by all exchanges of a service. */
export interface Surroundings extends Shared {
  readonly forms: Places
  /** For requests that walk over rows of a bucket, however many it has. */
  readonly walks: Places
  readonly mirrors: RunningMirrors
  readonly lanes: Lanes
}

/** Each form holds a buffer of 64 to 512 KiB from before its sender is known until it is answered. */
const OPEN_FORMS_MAX = 128
const WALKS_MAX = 4

/** The parts that the requests of a process share. */
export function createSurroundings(shared: Shared): Surroundings {
  const mirrors = new RunningMirrors(shared.options.mirrorBytes ?? MIRROR_BYTES_DEFAULT)
  const lanes = new Lanes(shared.options.clock, shared.options.processes)
  return { ...shared, forms: new Places(OPEN_FORMS_MAX), walks: new Places(WALKS_MAX), mirrors, lanes }
}

/** One request on its way to its response, with the data for its log line. */
export class Exchange {
  readonly surroundings: Surroundings
  /** Present where the answer may be given again. */
  readonly recording: Recording | undefined
  readonly request: RequestHead
  /** The headers that decisions depend on. */
  judgedHeaders: RequestHead['headers']
  readonly requestId: string
  readonly startedAt: number
  /**
   * The resources that are open for this request. They close with the request or, if bytes are lent to the response,
   * after the last.
   */
  readonly scope = new Scope()
  readonly log: RequestLog
  /** The protocol of the request; until its query is read, the one of requests that show none. */
  dialect: Dialect
  /** Known once the request is routed. */
  operation: DeclaredOperation | undefined
  /** Known once the request is authenticated. */
  requester: Requester | undefined
  /** Known once the request is allowed. */
  allowed: UnreadCall<Operation> | undefined
  /** Whether its bucket was looked up. */
  isBucketRead = false
  /** Headers of the answer, for success and failure. */
  crossOrigin: ServiceResponse['headers'] = []
  #body: ByteSource

  constructor(surroundings: Surroundings, request: ServiceRequest, requestId: string, recording?: Recording) {
    this.surroundings = recording === undefined ? surroundings : { ...surroundings, domain: recording.domain }
    this.recording = recording
    this.request = request
    this.judgedHeaders = request.headers
    this.requestId = requestId
    this.startedAt = surroundings.options.clock()
    this.log = request.log ?? newRequestLog()
    this.log.requestId = requestId
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
    this.#body = file
    this.judgedHeaders = headersWithForm(this.request.headers, fields)
  }

  /** The unread body, for an authorised request: only the step that authorises creates a call. */
  bodyOf(_authorised: UnreadCall<Operation>): ByteSource {
    return this.#body
  }
}

const DIALECTS: NonNullable<ServiceOptions['dialects']> = [s3Dialect, ossDialect]

/** The protocol that a request shows; the last of them if it shows none, or could not be read. */
export function dialectOf({ dialects = DIALECTS, s3Domains = [] }: ServiceOptions, head: Head | undefined): Dialect {
  const last = dialects.length - 1
  for (let index = 0; head !== undefined && index < last; index += 1) {
    const dialect = dialects[index]
    if (dialect?.isSpoken(head)) return dialect
  }
  const fallback = dialects[last] ?? ossDialect
  const host = head?.headers.host
  if (s3Domains.length === 0 || head === undefined || host === undefined || fallback.isSpoken(head)) return fallback
  const name = hostName(host)
  return s3Domains.some((domain) => name === domain || name.endsWith(`.${domain}`)) ? s3Dialect : fallback
}

/** The protocol that the fields of a form show; that of the request if they show none. */
export function dialectOfForm(
  { dialects = DIALECTS }: ServiceOptions,
  fields: FormFields,
  otherwise: Dialect,
): Dialect {
  return dialects.find(({ forms }) => forms.isSpoken(fields)) ?? otherwise
}
