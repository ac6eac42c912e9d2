/** The parts of an object that a multipart upload made. */
import { type ByteRange, StorageError } from '@bindery/storage'
import { findManifest } from '../bytes/manifest-bytes.js'
import type { Domain } from '../domain.js'
import { partRows } from '../stored/keyspace.js'
import type { ObjectRecord, PartRecord } from '../stored/model.js'

/** A part as it lies in its object. */
export interface ObjectPart extends Pick<PartRecord, 'partNumber' | 'etag' | 'crc64' | 'modifiedAt'> {
  readonly range: ByteRange
  readonly checksum: PartRecord['checksum'] | undefined
}

/** Whether a record knows its parts: an object that was put at once, or joined by appends, has none. */
export function hasParts({ type, bytes }: ObjectRecord): boolean {
  return type === 'Multipart' && bytes.kind === 'manifest'
}

/** The number of parts of an object, which the caller has opened. */
export async function countParts(domain: Domain, record: ObjectRecord): Promise<number> {
  return (await findManifest(domain, record.manifest)).partCount
}

/** The part of a number; undefined where the object has no such part. The caller has opened the object. */
export async function findPart(
  domain: Domain,
  record: ObjectRecord,
  partNumber: number,
): Promise<ObjectPart | undefined> {
  const [part] = await findPartsAfter(domain, record, partNumber - 1, 1)
  return part?.partNumber === partNumber ? part : undefined
}

/** The parts after a number, at most `limit`. The caller has opened the object. */
export async function findPartsAfter(
  domain: Domain,
  { manifest: id }: ObjectRecord,
  after: number,
  limit: number,
): Promise<ObjectPart[]> {
  const manifest = await findManifest(domain, id)
  const places = []
  for (let index = manifest.positionAfter(after); index < manifest.partCount && places.length < limit; index += 1) {
    places.push(manifest.at(index))
  }
  const keys = places.map(({ partNumber }) => ({ manifest: id, partNumber }))
  const parts = await domain.metadata.read((reader) => partRows.readMany(reader, keys))
  return places.map(({ partNumber, start, end }, index) => {
    const part = parts[index]
    if (part === undefined) throw new StorageError('corrupt', `part ${partNumber} of manifest ${id} is missing`)
    const { etag, crc64, modifiedAt, checksum } = part
    return { partNumber, range: { start, end }, etag, crc64, modifiedAt, checksum }
  })
}
