/** Sends bodies by XMLHttpRequest, which reports how much of them has left; everything else by `fetch`. */
import { fetchTransport } from '../transport-fetch.js'
import type { Transport, TransportRequest, TransportResponse } from '../types/client.js'
import { TransportError } from '../wire/failure.js'

/**
 * A transport that reports `onSent` while a body leaves. Requests without a body use `fetch`, and so do all requests
 * where there is no XMLHttpRequest (service workers).
 */
export function xhrTransport(): Transport {
  const { send } = fetchTransport()
  return {
    send: (request) =>
      request.body === undefined || typeof XMLHttpRequest === 'undefined' ? send(request) : sendByXhr(request),
  }
}

async function sendByXhr(request: TransportRequest): Promise<TransportResponse> {
  const { body } = request
  const content = body !== undefined && Symbol.asyncIterator in body ? await gathered(body) : body
  return new Promise((resolve, reject) => {
    const { method, url, headers, signal, onSent, stallTimeoutMs } = request
    if (signal.aborted) return reject(signal.reason)
    const xhr = new XMLHttpRequest()
    const onAbort = () => xhr.abort()
    let stalled = false
    const stall = () => {
      stalled = true
      xhr.abort()
    }
    let timer = setTimeout(stall, stallTimeoutMs)
    const onProgress = () => {
      clearTimeout(timer)
      timer = setTimeout(stall, stallTimeoutMs)
    }
    const settle = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
    xhr.open(method, url)
    for (const [name, value] of Object.entries(headers))
      if (name !== 'content-length') xhr.setRequestHeader(name, value)
    xhr.responseType = 'arraybuffer'
    xhr.upload.onprogress = ({ loaded }) => {
      onProgress()
      onSent?.(loaded)
    }
    xhr.onprogress = onProgress
    xhr.onload = () => {
      settle()
      resolve(responseOf(xhr))
    }
    xhr.onerror = () => {
      settle()
      reject(new TransportError('network', `${method} failed: the network or the bucket's CORS rules refused it`))
    }
    xhr.onabort = () => {
      settle()
      reject(
        stalled ? new TransportError('stalled', `${method} made no progress for ${stallTimeoutMs} ms`) : signal.reason,
      )
    }
    signal.addEventListener('abort', onAbort)
    xhr.send(content as XMLHttpRequestBodyInit)
  })
}

function responseOf(xhr: XMLHttpRequest): TransportResponse {
  const lines = xhr.getAllResponseHeaders().trim().split(/\r?\n/)
  const pairs = lines
    .filter((line) => line.includes(':'))
    .map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
    })
  const headers: Record<string, string> = Object.fromEntries(pairs)
  return {
    status: xhr.status,
    headers,
    header: (name) => headers[name.toLowerCase()],
    body: once(new Uint8Array(xhr.response as ArrayBuffer)),
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** XMLHttpRequest takes no stream: a part's pieces are gathered. */
async function gathered(body: AsyncIterable<Uint8Array>): Promise<Blob> {
  const pieces: BlobPart[] = []
  for await (const piece of body) pieces.push(piece as Uint8Array<ArrayBuffer>)
  return new Blob(pieces)
}
