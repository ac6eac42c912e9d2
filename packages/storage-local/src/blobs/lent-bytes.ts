import type { Pipe } from '@bindery/digest'
import { type LentBytes, StorageError, type UnreadBytes } from '@bindery/storage'

/** Lends bytes that are in memory; `giveBack` is called when they are released. */
export function lend(bytes: Uint8Array, giveBack: () => void): LentBytes {
  return { bytes, release: once(giveBack) }
}

/** Lends the bytes of a pipe; `buffer` has room for them, if they are asked for. */
export function lendUnread(pipe: Pipe, buffer: Uint8Array, giveBack: () => void): LentBytes {
  let bytes: Uint8Array | undefined
  const take = (lengthMax: number): Uint8Array => {
    const next = buffer.subarray(0, Math.min(lengthMax, pipe.length))
    pipe.take(next)
    return next
  }
  const unread: UnreadBytes = {
    get length() {
      return pipe.length
    },
    sendTo: (socket) => pipe.sendTo(socket),
    take,
  }
  return {
    get bytes() {
      bytes ??= take(pipe.length)
      return bytes
    },
    unread,
    release: once(giveBack),
  }
}

function once(giveBack: () => void): () => void {
  let isLent = true
  return () => {
    if (!isLent) throw new StorageError('misuse', 'lent bytes were released twice')
    isLent = false
    giveBack()
  }
}
