import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

const PIECE_BYTES = 4 * 1024 * 1024

/**
 * Copies bytes of a file, by default all, to a position of another, which is created if it is missing, and syncs it. A
 * file that ends early ends the copy.
 */
export async function copyExtent(
  source: string,
  range: { readonly start: number; readonly end: number } | undefined,
  target: string,
  position: number,
): Promise<void> {
  const from = await open(source, 'r')
  try {
    const to = await open(target, constants.O_WRONLY | constants.O_CREAT, 0o600)
    try {
      await copyBytes(from, range ?? { start: 0, end: Number.POSITIVE_INFINITY }, to, position)
      await to.datasync()
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
}

/** Copies bytes of an open file to a position of another. */
export async function copyBytes(
  from: FileHandle,
  { start, end }: { readonly start: number; readonly end: number },
  to: FileHandle,
  position: number,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, end - start))
  for (let done = 0; ; ) {
    const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, end - start - done), start + done)
    if (bytesRead === 0) return
    for (let written = 0; written < bytesRead; ) {
      const { bytesWritten } = await to.write(buffer, written, bytesRead - written, position + done + written)
      written += bytesWritten
    }
    done += bytesRead
  }
}
