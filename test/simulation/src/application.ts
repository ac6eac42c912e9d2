/** The application that receives callbacks: it counts them and answers as the test's client requested. */
import type { CallbackRequest } from '@bindery/protocol'
import type { CallbackAnswer } from '@bindery/service'
import type { Callback } from './steps.js'

export class Application {
  /** Calls by token. */
  readonly calls = new Map<string, number>()

  answer({ target, body }: CallbackRequest): CallbackAnswer {
    const token = Buffer.from(body).toString()
    this.calls.set(token, (this.calls.get(token) ?? 0) + 1)
    const said = Buffer.from(JSON.stringify({ said: token }))
    const status = target === ACCEPTED ? 200 : 500
    return { kind: 'answered', status, contentType: 'application/json', contentLength: said.length, body: said }
  }
}

const ACCEPTED = '/accepted'

/** The header that requests a callback. */
export function callbackHeader({ token, isAccepted }: Callback): Readonly<Record<string, string>> {
  const fields = { callbackUrl: `http://app.example${isAccepted ? ACCEPTED : '/refused'}`, callbackBody: token }
  return { 'x-oss-callback': Buffer.from(JSON.stringify(fields)).toString('base64') }
}
