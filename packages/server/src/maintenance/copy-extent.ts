import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

const PIECE_BYTES = 4 * 1024 * 1024

/**
 * Copies bytes of a file, by default all, to a place of another, which is made if it is missing, and syncs them. A file
 * that ends early ends the copy. Returns the bytes copied.
 */
export async function copyExtent(
  source: string,
  range: { readonly start: number; readonly end: number } | undefined,
  target: string,
  position: number,
): Promise<number> {
  const from = await open(source, 'r')
  try {
    const to = await open(target, constants.O_WRONLY | constants.O_CREAT, 0o600)
    try {
      const bytes = await copyBytes(from, range ?? { start: 0, end: Number.POSITIVE_INFINITY }, to, position)
      await to.datasync()
      return bytes
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
}

async function copyBytes(
  from: FileHandle,
  { start, end }: { readonly start: number; readonly end: number },
  to: FileHandle,
  position: number,
): Promise<number> {
  const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, end - start))
  for (let done = 0; ; ) {
    const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, end - start - done), start + done)
    if (bytesRead === 0) return done
    await to.write(buffer, 0, bytesRead, position + done)
    done += bytesRead
  }
}
