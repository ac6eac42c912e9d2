/** Reading an object's bytes: all from the version that was current when it was opened, whatever happens meanwhile. */
import type { BucketName, ObjectKey } from '@bindery/protocol'
import { type BlobId, type ByteRange, type LentBytes, type Row, StorageError } from '@bindery/storage'
import type { Domain } from './domain.js'
import { manifestKey, partKey } from './keyspace.js'
import { Manifest } from './manifest.js'
import type { ObjectRecord } from './model.js'
import { requireObject } from './objects.js'
import type { RegisteredRead } from './reads.js'
import { decodePart } from './records.js'

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
      read: (range = { start: 0, end: record.size }) => readBytes(domain, record, range, registered),
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
): AsyncIterable<LentBytes> {
  try {
    if (range.start >= range.end) return
    if (bytes.kind === 'blob') yield* domain.blobs.read(bytes.blob, range)
    else yield* readParts(domain, manifest, range)
  } finally {
    registered.end()
  }
}

/** Part records fetched at once: the first few quickly, so that the first byte does not wait for many. */
const PARTS_FIRST = 4
const PARTS_AT_ONCE = 256

async function* readParts(domain: Domain, id: string, { start, end }: ByteRange): AsyncIterable<LentBytes> {
  const row = await domain.metadata.read((reader) => reader.get(manifestKey(id)))
  if (row === undefined) throw new StorageError('corrupt', `manifest ${id} is missing`)
  const manifest = new Manifest(row)
  let index = manifest.indexOf(start)
  for (let batch = PARTS_FIRST; index < manifest.partCount && manifest.at(index).start < end; batch = PARTS_AT_ONCE) {
    const places = Array.from({ length: Math.min(batch, manifest.partCount - index) }, (_, i) => manifest.at(index + i))
    const wanted = places.filter((place) => place.start < end && place.end > place.start)
    const blobs = await findBlobs(
      domain,
      id,
      wanted.map(({ partNumber }) => partNumber),
    )
    for (const [i, place] of wanted.entries()) {
      const slice = { start: Math.max(start, place.start) - place.start, end: Math.min(end, place.end) - place.start }
      yield* domain.blobs.read(blobs[i] ?? '', slice)
    }
    index += places.length
  }
}

async function findBlobs(domain: Domain, manifest: string, partNumbers: readonly number[]): Promise<BlobId[]> {
  const rows = await domain.metadata.read((reader) =>
    reader.getMany(partNumbers.map((partNumber) => partKey(manifest, partNumber))),
  )
  return rows.map((row: Row['value'] | undefined, index) => {
    const partNumber = partNumbers[index] ?? 0
    if (row === undefined) throw new StorageError('corrupt', `part ${partNumber} of manifest ${manifest} is missing`)
    return decodePart(partNumber, row).bytes.blob
  })
}
