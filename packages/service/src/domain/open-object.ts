/** Reading an object's bytes: all from the version that was current when it was opened, whatever happens meanwhile. */
import type { BucketName, ObjectKey } from '@bindery/protocol'
import type { ByteRange, LentBytes } from '@bindery/storage'
import type { Domain } from './domain.js'
import { readManifest } from './manifest-bytes.js'
import type { ObjectRecord } from './model.js'
import { requireObject } from './objects.js'
import type { RegisteredRead } from './reads.js'

/** An object held open: its bytes stay until `read` has ended, or `close` was called instead. */
export interface OpenObject {
  readonly record: ObjectRecord
  /** The bytes of a range, by default all, in order. May be called once, and closes when it ends. */
  read(range?: ByteRange): AsyncIterable<LentBytes>
  close(): void
}

/** Throws noSuchKey. */
export async function openObject(domain: Domain, bucket: BucketName, key: ObjectKey): Promise<OpenObject> {
  const registered = domain.reads.begin()
  try {
    const record = await domain.metadata.read((reader) => requireObject(reader, bucket, key))
    registered.uses(record.manifest)
    return {
      record,
      read: (range = { start: 0, end: record.size }) =>
        ending(readBytes(domain, record, range, registered), registered),
      close: () => registered.end(),
    }
  } catch (error) {
    registered.end()
    throw error
  }
}

async function* readBytes(
  domain: Domain,
  { bytes, manifest }: ObjectRecord,
  range: ByteRange,
  registered: RegisteredRead,
): AsyncGenerator<LentBytes, void> {
  try {
    if (range.start >= range.end) return
    if (bytes.kind === 'blob') yield* domain.blobs.read(bytes.blob, range)
    else yield* readManifest(domain, manifest, range)
  } finally {
    registered.end()
  }
}

/** Ends the read also where it is given up before its first byte: a generator that has not begun does not notice. */
function ending(pieces: AsyncGenerator<LentBytes, void>, registered: RegisteredRead): AsyncIterable<LentBytes> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => pieces.next(),
      return: async () => {
        try {
          return await pieces.return()
        } finally {
          registered.end()
        }
      },
    }),
  }
}
