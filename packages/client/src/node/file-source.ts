/** Files as sources: read in pieces, fingerprinted, and watched for changes while they are sent. */
import { fstatSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { sampleOffsets } from '../transfer/source.js'
import type { Crc64 } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { RandomAccessSource } from '../types/upload.js'
import { returnSlab, takeSlab } from './slabs.js'

const PIECE_BYTES = 256 * 1024
/** Fewer bytes are allocated faster than they are borrowed. */
const LENT_BYTES_MIN = 16 * 1024
const SAMPLE_BYTES = 64 * 1024

/** Opens a file. Throws OssError FileError with the system's error as its cause. */
export async function fileSource(path: string, crc64: Crc64): Promise<RandomAccessSource> {
  const handle = await open(path).catch((error: Error) => {
    throw new OssError({ code: 'FileError', message: `${path} cannot be read: ${error.message}`, cause: error })
  })
  // in place, since an open file is described from memory: a thread costs more than the call
  const { size, mtimeMs, ino } = fstatSync(handle.fd)
  return {
    path,
    size,
    read: (start, end, lends) => readRange(handle, start, end, lends),
    async fingerprint() {
      let checksum = 0n
      for (const start of sampleOffsets(size)) {
        for await (const piece of readRange(handle, start, Math.min(size, start + SAMPLE_BYTES), true)) {
          checksum = crc64(piece, checksum)
        }
      }
      return `file|${size}|${mtimeMs}|${checksum}`
    },
    async checkUnchanged() {
      const now = await handle.stat()
      if (now.size === size && now.mtimeMs === mtimeMs && now.ino === ino) return
      throw new OssError({
        code: CLIENT_CODES.sourceChanged,
        message: `${path} changed while it was being uploaded. Nothing was completed.`,
        hint: 'Upload it again when nothing writes to it.',
      })
    },
    close: () => handle.close(),
  }
}

/** The bytes `[start, end)`. With `lends` all pieces are in one block, and each is valid until the next is requested. */
async function* readRange(handle: FileHandle, start: number, end: number, lends = false): AsyncGenerator<Uint8Array> {
  const slab = lends && end - start > LENT_BYTES_MIN ? takeSlab() : undefined
  try {
    for (let position = start; position < end; ) {
      const wanted = Math.min(slab?.length ?? PIECE_BYTES, end - position)
      const { bytesRead, buffer } = await handle.read(slab ?? Buffer.allocUnsafe(wanted), 0, wanted, position)
      if (bytesRead === 0) return // shorter than before; the check of the body's length reports it
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    if (slab !== undefined) returnSlab(slab)
  }
}
