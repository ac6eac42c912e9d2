/** Callbacks that connect to nothing. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is how OSS writes variables
import { type CallbackRequest, type CallbackUrl, OssError } from '@bindery/protocol'
import type { CallbackAnswer, Callbacks } from '../options.js'

const PUBLIC_KEY_URL = 'http://key.example/'

/** A callback that was made. */
export interface Made {
  readonly url: CallbackUrl
  readonly request: CallbackRequest
  readonly sni: boolean
  readonly body: string
}

/** The answer of an application. */
export type Answering = (made: Made) => CallbackAnswer | Promise<CallbackAnswer>

/** The answer 200 with a body; `more` replaces parts of it. */
export const answered = (body: string, more: Partial<CallbackAnswer & { kind: 'answered' }> = {}): CallbackAnswer => {
  const bytes = Buffer.from(body)
  return {
    kind: 'answered',
    status: 200,
    contentType: 'application/json',
    contentLength: bytes.length,
    body: bytes,
    ...more,
  }
}

/** Callbacks that record the requests and connect to nothing. Hosts below `private.example` are refused. */
export function callbackRecorder(answer: Answering = () => answered('{"Status":"OK"}')) {
  const made: Made[] = []
  const callbacks: Callbacks = {
    find: async (url) => {
      if (url.host.endsWith('private.example')) throw new OssError('callbackAddressForbidden')
      return {
        post: async (request, { sni }) => {
          const one = { url, request, sni, body: Buffer.from(request.body).toString() }
          made.push(one)
          return answer(one)
        },
      }
    },
    signer: async () => (bytes) => Buffer.from(bytes).toString('base64'),
    publicKeyUrl: ({ host }) => `${PUBLIC_KEY_URL}${host}`,
  }
  return { made, callbacks }
}

/** Base64 of JSON. */
export const jsonInBase64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
/** A callback that names its object. */
export const BASIC = { callbackUrl: 'http://app.example/done', callbackBody: 'o=${object}' }
/** The header that requests it; `fields` replace its fields. */
export const asking = (fields: object = {}) => ({ 'x-oss-callback': jsonInBase64({ ...BASIC, ...fields }) })
