/**
 * The outcome of a callback: the application's answer, or one of OSS's failures, for the first request and for
 * repeats.
 */
import { base64, base64Bytes, utf8Text } from '@bindery/bytes'
import {
  CALLBACK_ANSWER_BYTES_MAX,
  type CallbackFailure,
  type ErrorDetails,
  OssError,
  readXml,
} from '@bindery/protocol'
import type { CallbackAnswer } from '../options.js'
import { parseXml } from '../xml-parser.js'

/** The client's answer, as the application sent it. */
export interface AnsweredCallback {
  /** SDKs compare it exactly, so it has no parameters. */
  readonly contentType: 'application/json' | 'application/xml'
  readonly body: Uint8Array
}

/** A callback that was made, or could not be. */
export type CallbackOutcome =
  | ({ readonly kind: 'answered' } & AnsweredCallback)
  | { readonly kind: 'failed'; readonly failure: CallbackFailure; readonly details: ErrorDetails }

const WITHOUT_ANSWER = {
  busy: failed('callbacksTooMany'),
  late: failed('callbackLate'),
  notAllowed: failed('callbackNotAllowed'),
  // OSS's proxy returns this status for an unreachable application
  unreachable: failed('callbackStatus', { status: 502 }),
} as const

/** Evaluates an answer by OSS's rules: 200, an announced length within the limit, and JSON or XML. */
export function outcomeOf(answer: CallbackAnswer): CallbackOutcome {
  if (answer.kind !== 'answered') return WITHOUT_ANSWER[answer.kind]
  const { status, contentType = '', contentLength, body } = answer
  if (status !== 200) return failed('callbackStatus', { status })
  if (contentLength === undefined) return failed('callbackWithoutLength')
  if (contentLength > CALLBACK_ANSWER_BYTES_MAX) return failed('callbackTooLarge')
  if (/^application\/xml\s*(?:;|$)/i.test(contentType.trim()) && isXml(body)) {
    return { kind: 'answered', contentType: 'application/xml', body }
  }
  return isJson(body) ? { kind: 'answered', contentType: 'application/json', body } : failed('callbackAnswerNotJson')
}

function failed(failure: CallbackFailure, details: ErrorDetails = {}): CallbackOutcome {
  return { kind: 'failed', failure, details }
}

function isJson(body: Uint8Array): boolean {
  try {
    JSON.parse(utf8Text(body) ?? '')
    return true
  } catch {
    return false
  }
}

function isXml(body: Uint8Array): boolean {
  try {
    readXml(parseXml, body)
    return true
  } catch (error) {
    if (error instanceof OssError) return false
    throw error
  }
}

/** The client's answer. Throws the failure of a failed callback. */
export function answerOf(outcome: CallbackOutcome): AnsweredCallback {
  if (outcome.kind === 'answered') return outcome
  throw new OssError(outcome.failure, outcome.details)
}

/** The maximum size of an answer that is kept for repeated requests, in bytes. */
const KEPT_BYTES_MAX = 16 * 1024

interface KeptAnswer {
  readonly kind: 'answered'
  readonly contentType: AnsweredCallback['contentType']
  /** Base64; absent if it was too long to keep. */
  readonly body?: string
}

/** An outcome in the form of a receipt. */
export function keepOutcome(outcome: CallbackOutcome): string {
  if (outcome.kind === 'failed') return JSON.stringify(outcome)
  const { kind, contentType, body } = outcome
  const kept: KeptAnswer = { kind, contentType, ...(body.length <= KEPT_BYTES_MAX && { body: base64(body) }) }
  return JSON.stringify(kept)
}

/**
 * The client's answer as a receipt keeps it; undefined if it was too long to keep. Throws the failure that the client
 * got.
 */
export function keptOutcome(text: string): AnsweredCallback | undefined {
  const kept = JSON.parse(text) as KeptAnswer | (CallbackOutcome & { kind: 'failed' })
  if (kept.kind === 'failed') return answerOf({ ...kept, details: camelCased(kept.details) })
  const { contentType, body } = kept
  return body === undefined ? undefined : { contentType, body: base64Bytes(body) ?? new Uint8Array() }
}

/** Details by names of the domain: receipts of earlier versions name them as elements. */
function camelCased(details: ErrorDetails): ErrorDetails {
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [uncapitalized(name), value]))
}

const uncapitalized = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)
