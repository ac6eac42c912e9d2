import type { LentBytes } from '@bindery/storage'

/** Pieces passed to the socket and not yet taken by the kernel; the next one is read meanwhile. */
const WRITES_IN_FLIGHT = 2

/** Where pieces go: a response, or a connection. */
export interface Outlet {
  /** `taken` is called when the kernel has the bytes, unless the outlet closes before. */
  write(bytes: Uint8Array, taken: () => void): unknown
  destroy(): unknown
  /** Whether nothing can be sent any more. */
  hasLeft(): boolean
}

/** The bytes that were sent, and why there were no more. */
export interface SentPieces {
  readonly bytes: number
  readonly failure?: unknown
}

/**
 * Sends pieces, and releases each when the kernel has it. `gone` resolves when the outlet has closed. Where a piece cannot be read, the
 * outlet is destroyed.
 */
export async function sendPieces(
  outlet: Outlet,
  pieces: AsyncIterable<LentBytes>,
  gone: Promise<false>,
): Promise<SentPieces> {
  const lent = new Set<LentBytes>()
  let bytes = 0
  let wake = () => {}
  void gone.then(() => wake())
  const taken = (piece: LentBytes) => {
    if (lent.delete(piece)) piece.release()
    wake()
  }
  try {
    for await (const piece of pieces) {
      lent.add(piece)
      if (outlet.hasLeft()) break
      bytes += piece.bytes.length
      outlet.write(piece.bytes, () => taken(piece))
      while (lent.size >= WRITES_IN_FLIGHT && !outlet.hasLeft()) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
    return { bytes }
  } catch (failure) {
    // The head promised bytes that cannot be read: only a broken connection reports that.
    outlet.destroy()
    return { bytes, failure }
  } finally {
    // Only a closed socket is certain to have released its buffers, and it need not call back.
    if (outlet.hasLeft()) {
      await gone
      for (const piece of lent) taken(piece)
    }
  }
}
