/** Hashes in a worker thread for `HashThread`. Requests are answered one at a time, in order. */
import { parentPort } from 'node:worker_threads'
import { crc64 } from './crc64.js'
import { createDigester, type Digester } from './digester.js'
import type { Digest, DigestRequest } from './stream-digest.js'

/**
 * A request to a worker. A stream is a number of the caller's choice, new for each stream; it begins with its first
 * request.
 */
export type HashRequest =
  | { readonly kind: 'update'; readonly stream: number; readonly request: DigestRequest; readonly bytes: Uint8Array }
  | { readonly kind: 'finish'; readonly stream: number; readonly request: DigestRequest }
  | { readonly kind: 'discard'; readonly stream: number }
  | { readonly kind: 'crc64'; readonly bytes: Uint8Array }

/** The answer to `update` and `crc64` is a checksum, to `finish` a digest; `discard` has no answer. */
export type HashAnswer = bigint | Digest

const digesters = new Map<number, Digester>()

function digesterOf(stream: number, request: DigestRequest): Digester {
  const digester = digesters.get(stream) ?? createDigester(request)
  digesters.set(stream, digester)
  return digester
}

function answer(request: HashRequest): HashAnswer | undefined {
  switch (request.kind) {
    case 'update':
      return digesterOf(request.stream, request.request).update(request.bytes)
    case 'crc64':
      return crc64(request.bytes)
    case 'finish': {
      const digest = digesterOf(request.stream, request.request).finish()
      digesters.delete(request.stream)
      return digest
    }
    case 'discard':
      digesters.delete(request.stream)
      return undefined
  }
}

const port = parentPort
if (port === null) throw new Error('this module runs in a worker thread')
port.on('message', (request: HashRequest) => {
  const reply = answer(request)
  if (reply !== undefined) port.postMessage(reply)
})
