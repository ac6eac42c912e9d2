/** The callback that an upload requests: refused before anything is stored, and made when the object exists. */
import { textOfByteString } from '@bindery/bytes'
import {
  type Callback,
  type CallbackInput,
  type CallbackUrl,
  type CallbackValues,
  callbackBody,
  callbackRequest,
  namedCallback,
  OssError,
  readCallback,
} from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import { type Requester, requesterId } from '../access/requester.js'
import type { Domain } from '../domain/domain.js'
import { readDocument } from '../domain/stored/documents.js'
import type { BucketRecord, ObjectRecord } from '../domain/stored/model.js'
import type { CallbackReceiver, Callbacks } from '../options.js'
import type { ServiceRequest } from '../service.js'
import { type CallbackOutcome, outcomeOf } from './outcome.js'

/** A callback whose URLs may be called. */
export interface AskedCallback {
  /** Makes the callback for a stored object: each URL is called at most once, until one answers 200. */
  make(object: ObjectRecord): Promise<CallbackOutcome>
}

/** The parts of a call that callbacks need. */
interface AskingCall {
  readonly domain: Domain
  readonly callbacks: Callbacks | undefined
  readonly requestId: string
  readonly requester: Requester
  readonly operationName: string
  readonly origin: Pick<ServiceRequest, 'scheme' | 'host' | 'localAddress' | 'remoteAddress'>
  readonly bucket: BucketRecord
  readonly key: string
  readonly input: CallbackInput
  /** The wire name of an input field. */
  nameOf(field: 'callbackHeader'): string
}

type Receivers = readonly (readonly [CallbackUrl, CallbackReceiver])[]

/**
 * Parses the callback of a request and resolves its hosts; undefined if none is requested. Throws the causes of an
 * invalid configuration, callbackAnonymous, callbackAddressForbidden, and headerNotImplemented if no callbacks are made.
 */
export function askedCallback(call: AskingCall): Awaitable<AskedCallback | undefined> {
  return andThen(describedCallback(call), (described) => {
    const callback = readCallback(described)
    return callback && receivable(call, callback)
  })
}

async function receivable(call: AskingCall, callback: Callback): Promise<AskedCallback> {
  // a bucket that anyone may write to would let anyone have the server send requests
  if (call.requester.kind === 'anonymous') throw new OssError('callbackAnonymous')
  const { callbacks } = call
  if (callbacks === undefined) throw new OssError('headerNotImplemented', { header: call.nameOf('callbackHeader') })
  const found = callback.urls.map(async (url) => [url, await callbacks.find(url)] as const)
  const receivers = await Promise.all(found)
  return { make: (object) => make(call, callbacks, callback, receivers, object) }
}

/** The parameters of the callback: those of the request, or of the policy of its bucket that it names. Throws callbackPolicyUnknown. */
function describedCallback({ domain, bucket, input }: AskingCall): Awaitable<CallbackInput> {
  const name = namedCallback(input)
  if (name === undefined) return input
  return andThen(
    domain.metadata.read((reader) => readDocument(reader, bucket, 'callbackPolicy')),
    (found) => {
      const policy = found?.policies.find((one) => one.name === name)
      if (policy === undefined) {
        throw new OssError('callbackPolicyUnknown', { argumentName: 'callbackPolicy', argumentValue: name })
      }
      const variables = input.callbackVarHeader ?? input.callbackVarQuery ?? policy.variables
      return { callbackHeader: policy.callback, callbackVarHeader: variables || undefined }
    },
  )
}

async function make(
  call: AskingCall,
  callbacks: Callbacks,
  callback: Callback,
  receivers: Receivers,
  object: ObjectRecord,
): Promise<CallbackOutcome> {
  const body = callbackBody(callback, valuesOf(call, object))
  const context = {
    requestId: call.requestId,
    bucket: call.bucket.name,
    requester: requesterId(call.requester),
    publicKeyUrl: callbacks.publicKeyUrl(call.origin),
    digests: call.domain.digests,
    sign: await callbacks.signer(),
  }
  let outcome = outcomeOf({ kind: 'unreachable' })
  for (const [url, receiver] of receivers) {
    const request = callbackRequest(callback, url, body, { ...context, time: call.domain.clock() })
    const answer = await receiver.post(request, { sni: callback.sni })
    outcome = outcomeOf(answer)
    if (answer.kind === 'busy' || (answer.kind === 'answered' && answer.status === 200)) break
  }
  return outcome
}

/** The system variables. Those for images and VPCs have no value here, as on OSS for other objects and clients. */
function valuesOf(call: AskingCall, object: ObjectRecord): CallbackValues {
  const { contentType = 'application/octet-stream' } = object.headers
  return {
    bucket: call.bucket.name,
    object: call.key,
    etag: object.etag,
    size: object.size,
    mimeType: textOfByteString(contentType) ?? contentType,
    crc64: String(object.crc64),
    // OSS returns it only for objects from a single put
    contentMd5: object.type === 'Normal' ? (object.contentMd5 ?? '') : '',
    clientIp: call.origin.remoteAddress,
    reqId: call.requestId,
    operation: call.operationName,
  }
}
