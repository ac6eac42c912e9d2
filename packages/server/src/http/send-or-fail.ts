import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServiceResponse } from '@bindery/service'
import { failedAnswer } from './refusal.js'
import { type SendOptions, type Sent, sendResponse } from './send-response.js'
import { isWhole, sendWhole } from './send-whole.js'

/** The sent response and its outcome. */
export interface Outcome {
  readonly answer: ServiceResponse
  readonly sent: Sent
}

/** Sends a response in the cheapest way that it allows. Rejects as `sendResponse`. */
export async function send(response: ServerResponse, answer: ServiceResponse, options: SendOptions): Promise<Outcome> {
  const sent =
    options.beforeEnd === undefined && isWhole(answer)
      ? await sendWhole(response, answer, options)
      : await sendResponse(response, answer, options)
  return { answer, sent }
}

/** Sends a 500 instead of an answer whose head cannot be written. Rejects with the failure if a head has been sent. */
export async function sendFailure(
  request: IncomingMessage,
  response: ServerResponse,
  answer: ServiceResponse,
  { failure, ...options }: SendOptions & { readonly failure: unknown },
): Promise<Outcome> {
  if (response.headersSent) throw failure
  const { method = '', headers } = request
  return send(response, failedAnswer(answer, failure, { method, host: headers.host ?? '' }), options)
}
