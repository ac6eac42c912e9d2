/** Reading an object's bytes: all from the version that was current when it was opened, whatever happens meanwhile. */
import type { BucketName, ObjectKey } from '@bindery/protocol'
import type { ByteRange, LentBytes } from '@bindery/storage'
import { readManifest } from '../bytes/manifest-bytes.js'
import type { RegisteredRead } from '../bytes/reads.js'
import type { Domain } from '../domain.js'
import type { ObjectRecord } from '../stored/model.js'
import { requireObject } from './objects.js'

/** Resolves with how many bytes may be read next, at most `wanted` and at least one, when they may be. */
export type TakeBytes = (wanted: number) => Promise<number>

/** An object held open: its bytes stay until `read` has ended, or `close` was called instead. */
export interface OpenObject {
  readonly record: ObjectRecord
  /**
   * The bytes of a range, by default all, in order. May be called once, and closes when it ends. With `take` they are
   * read as they are granted, so that nothing is lent while they are waited for.
   */
  read(range?: ByteRange, take?: TakeBytes): AsyncIterable<LentBytes>
  close(): void
}

/** Throws noSuchKey. */
export async function openObject(domain: Domain, bucket: BucketName, key: ObjectKey): Promise<OpenObject> {
  const registered = domain.reads.begin()
  try {
    const record = await domain.metadata.read((reader) => requireObject(reader, bucket, key))
    return openRecord(domain, record, registered)
  } catch (error) {
    registered.end()
    throw error
  }
}

/** Opens an object whose record was read after `registered` began. */
export function openRecord(domain: Domain, record: ObjectRecord, registered: RegisteredRead): OpenObject {
  registered.uses(record.manifest)
  return {
    record,
    read: (range = { start: 0, end: record.size }, take = undefined) =>
      until(
        take === undefined ? readBytes(domain, record, range) : readAsGranted(domain, record, range, take),
        registered,
      ),
    close: () => registered.end(),
  }
}

function readBytes(domain: Domain, { bytes, manifest }: ObjectRecord, range: ByteRange): AsyncIterable<LentBytes> {
  if (bytes.kind === 'blob') return domain.blobs.read(bytes.blob, range)
  return readManifest(domain, manifest, range)
}

async function* readAsGranted(
  domain: Domain,
  record: ObjectRecord,
  { start, end }: ByteRange,
  take: TakeBytes,
): AsyncGenerator<LentBytes> {
  for (let at = start; at < end; ) {
    const next = at + (await take(end - at))
    yield* readBytes(domain, record, { start: at, end: next })
    at = next
  }
}

/** Ends the registered read with the iteration, also where that is returned before it has begun. */
function until(pieces: AsyncIterable<LentBytes>, registered: RegisteredRead): AsyncIterable<LentBytes> {
  const iterator = pieces[Symbol.asyncIterator]()
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          const result = await iterator.next()
          if (result.done === true) registered.end()
          return result
        } catch (error) {
          registered.end()
          throw error
        }
      },
      async return() {
        await iterator.return?.()
        registered.end()
        return { done: true, value: undefined }
      },
    }),
  }
}
