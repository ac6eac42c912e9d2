/** Bodies that break off, pause, trickle or change. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LentBody, ServiceResponse } from '@bindery/service'
import type { ByteSource, LentBytes } from '@bindery/storage'
import type { Fault } from './fault.js'

const STALL_MS = 600_000
/** A trickling body is read in pieces that take this many milliseconds. */
const TRICKLE_MS = 50

/** Thrown inside the server where a connection must break. */
export class BrokenConnection extends Error {
  override readonly name = 'BrokenConnection'
}

/** A body as the faults leave it. `read` rejects with BrokenConnection where the connection breaks. */
export function faultyBody(body: ByteSource, fault: Fault, signal: AbortSignal): ByteSource {
  const { cutRequestAfter, stallAfter, stallMs = STALL_MS, bytesPerSecond, corruptByte } = fault
  const end = Math.min(cutRequestAfter ?? Number.POSITIVE_INFINITY, stallAfter ?? Number.POSITIVE_INFINITY)
  let position = 0
  return {
    size: body.size,
    ready: () => body.ready(),
    async read(buffer) {
      if (position >= end) {
        if (position >= (stallAfter ?? Number.POSITIVE_INFINITY))
          await sleep(stallMs, undefined, { signal, ref: false })
        throw new BrokenConnection()
      }
      const most = bytesPerSecond === undefined ? buffer.length : Math.max(1, (bytesPerSecond * TRICKLE_MS) / 1000)
      const length = await body.read(buffer.subarray(0, Math.min(buffer.length, end - position, Math.floor(most))))
      if (bytesPerSecond !== undefined) await sleep((length / bytesPerSecond) * 1000, undefined, { signal })
      const index = (corruptByte ?? -1) - position
      if (index >= 0 && index < length) buffer[index] = (buffer[index] ?? 0) ^ 0xff
      position += length
      return length
    },
  }
}

/** An answer that breaks off after `bytes` bytes of its body: after none, nothing of it is sent. */
export function brokenAnswer(answer: ServiceResponse, bytes: number): ServiceResponse {
  return { ...answer, onSent: undefined, body: answerBody(answer.body, (pieces) => cutAfter(pieces, bytes)) }
}

/** An answer of which one byte differs. */
export function corruptAnswer(answer: ServiceResponse, index: number): ServiceResponse {
  return { ...answer, body: answerBody(answer.body, (pieces) => corrupt(pieces, index)) }
}

function answerBody(
  body: ServiceResponse['body'],
  change: (pieces: AsyncIterable<LentBytes>) => AsyncIterable<LentBytes>,
): LentBody {
  const lent = body === undefined || body instanceof Uint8Array ? undefined : body
  const pieces = lent ?? whole(body as Uint8Array | undefined)
  const changed = change(pieces)
  return { [Symbol.asyncIterator]: () => changed[Symbol.asyncIterator](), close: async () => lent?.close() }
}

async function* whole(bytes: Uint8Array | undefined): AsyncGenerator<LentBytes> {
  if (bytes !== undefined) yield { bytes, release: () => {} }
}

async function* cutAfter(pieces: AsyncIterable<LentBytes>, bytes: number): AsyncGenerator<LentBytes> {
  let left = bytes
  for await (const piece of pieces) {
    if (left <= 0) {
      piece.release()
      break
    }
    yield { bytes: piece.bytes.subarray(0, left), release: () => piece.release() }
    left -= piece.bytes.length
  }
  throw new BrokenConnection()
}

async function* corrupt(pieces: AsyncIterable<LentBytes>, index: number): AsyncGenerator<LentBytes> {
  let position = 0
  for await (const piece of pieces) {
    const place = index - position
    position += piece.bytes.length
    if (place < 0 || place >= piece.bytes.length) {
      yield piece
      continue
    }
    const bytes = Uint8Array.from(piece.bytes)
    bytes[place] = (bytes[place] ?? 0) ^ 0xff
    piece.release()
    yield { bytes, release: () => {} }
  }
}
