/** Files as sources: read in pieces, fingerprinted, and watched for changes while they are sent. */
import { closeSync, fstatSync } from 'node:fs'
import { sampleOffsets } from '../transfer/source.js'
import type { Crc64 } from '../types/client.js'
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { RandomAccessSource } from '../types/upload.js'
import { openFile, readAt } from './descriptor.js'
import { returnSlab, SLAB_BYTES, takeSlab } from './slabs.js'

const PIECE_BYTES = 256 * 1024
/** Fewer bytes are allocated faster than they are borrowed. */
const LENT_BYTES_MIN = 16 * 1024
const SAMPLE_BYTES = 64 * 1024

/** Opens a file. Throws OssError FileError with the system's error as its cause. */
export async function fileSource(path: string, crc64: Crc64): Promise<RandomAccessSource> {
  const descriptor = await openFile(path, 'r').catch((error: Error) => {
    throw new OssError({ code: 'FileError', message: `${path} cannot be read: ${error.message}`, cause: error })
  })
  const file = new ReadFile(descriptor)
  // in place, since an open file is described from memory: a thread costs more than the call
  const { size, mtimeMs, ino } = fstatSync(descriptor)
  return {
    path,
    size,
    read: (start, end, lends = false) => {
      const isWhole = lends && end - start === size && size > LENT_BYTES_MIN && size <= SLAB_BYTES
      return isWhole ? file.whole(size) : file.range(start, end, lends)
    },
    async fingerprint() {
      let checksum = 0n
      for (const start of sampleOffsets(size)) {
        for await (const piece of file.range(start, Math.min(size, start + SAMPLE_BYTES), true)) {
          checksum = crc64(piece, checksum)
        }
      }
      return `file|${size}|${mtimeMs}|${checksum}`
    },
    async checkUnchanged() {
      const now = fstatSync(descriptor)
      if (now.size === size && now.mtimeMs === mtimeMs && now.ino === ino) return
      throw new OssError({
        code: CLIENT_CODES.sourceChanged,
        message: `${path} changed while it was being uploaded. Nothing was completed.`,
        hint: 'Upload it again when nothing writes to it.',
      })
    },
    close: () => file.close(),
  }
}

/** An open file, of which ranges are read. */
class ReadFile {
  readonly #descriptor: number
  /** The block of a file that fits into one: such a file is one piece, without the steps of a generator. */
  #whole: Buffer | undefined
  #reading = 0
  #isOpen = true
  #onIdle = () => {}

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  /** All bytes of a file that fits into a block. They are valid until it is closed, or read again. */
  async whole(size: number): Promise<Uint8Array> {
    this.#whole ??= takeSlab()
    const block = this.#whole
    let length = 0
    for (let read = -1; length < size && read !== 0; length += read) {
      read = await this.#read(block.subarray(length), size - length, length)
    }
    return block.subarray(0, length)
  }

  /** The bytes `[start, end)`. With `lends` all pieces are in one block, and each is valid until the next is requested. */
  async *range(start: number, end: number, lends = false): AsyncGenerator<Uint8Array> {
    const slab = lends && end - start > LENT_BYTES_MIN ? takeSlab() : undefined
    try {
      for (let position = start; position < end; ) {
        const wanted = Math.min(slab?.length ?? PIECE_BYTES, end - position)
        const buffer = slab ?? Buffer.allocUnsafe(wanted)
        const bytesRead = await this.#read(buffer, wanted, position)
        if (bytesRead === 0) return // shorter than before; the check of the body's length reports it
        position += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      if (slab !== undefined) returnSlab(slab)
    }
  }

  /** Waits for what is being read: else the number may mean another file, and the block hold other bytes. */
  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    if (this.#reading > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    }
    closeSync(this.#descriptor) // nothing was written that it might wait for
    if (this.#whole !== undefined) returnSlab(this.#whole)
  }

  async #read(into: Uint8Array, length: number, position: number): Promise<number> {
    if (!this.#isOpen) return 0
    this.#reading += 1
    try {
      return await readAt(this.#descriptor, into, length, position)
    } finally {
      this.#reading -= 1
      if (this.#reading === 0) this.#onIdle()
    }
  }
}
