/** Turns failures of transports into OssError, and loads what is seldom needed. */
import { CLIENT_CODES, OssError } from '../types/error.js'

/** A transport's failure: no whole response head arrived, or its body broke off. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly kind: 'network' | 'stalled'
  /** `HOST:PORT` of the proxy where that is what failed. */
  readonly proxy: string | undefined

  constructor(kind: 'network' | 'stalled', message: string, cause?: unknown, proxy?: string) {
    super(message, { cause })
    this.kind = kind
    this.proxy = proxy
  }
}

/** Converts the error of a transport or of a caller's signal. */
export function asOssError(thrown: unknown): OssError {
  if (thrown instanceof OssError) return thrown
  if (thrown instanceof TransportError) {
    const code = thrown.kind === 'stalled' ? CLIENT_CODES.stalled : CLIENT_CODES.network
    const hint = 'Check the endpoint and that the server runs.'
    return new OssError({ code, message: thrown.message, retryable: true, cause: thrown, hint })
  }
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new OssError({ code: CLIENT_CODES.aborted, message: 'The transfer was aborted.', cause: thrown })
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new OssError({ code: 'ClientError', message, cause: thrown })
}

/** Whether the server is overloaded; parallelism adapts to it. */
export function isPressure({ code, status }: OssError): boolean {
  return status === 503 || status === 429 || code === CLIENT_CODES.stalled || code === 'RequestTimeout'
}

/** A module that is loaded when it is first used. A failure to load it is one of the network. */
export function loaded<Module>(loading: Promise<Module>): Promise<Module> {
  return loading.catch((cause: unknown) => {
    throw new TransportError('network', 'a module of the client did not load', cause)
  })
}

/** Reads a body of at most `maxBytes` as text; a proxy may answer with a large page instead of a small document. */
export async function readText(body: AsyncIterable<Uint8Array>, maxBytes = 64 * 1024 * 1024): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for await (const piece of body) {
    length += piece.length
    if (length > maxBytes) throw new TransportError('network', `the response is larger than ${maxBytes} bytes`)
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}
