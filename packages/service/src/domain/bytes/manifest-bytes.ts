/**
 * The bytes of a manifest: follows its blobs and slices to where they are stored. The caller has registered its read of
 * the manifest, so that neither it nor the targets of its slices are freed meanwhile.
 */
import { crc64Combine } from '@bindery/bytes'
import { type ByteRange, type Bytes, type LentBytes, StorageError, together } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { Scope, withScope } from '../scope.js'
import { manifestRows, partNumberOf, partRows } from '../stored/keyspace.js'
import type { Manifest, Placed } from '../stored/manifest.js'
import type { PartRecord, Slice } from '../stored/model.js'

/** Part records per read: few at first, so that the first byte does not wait for many. */
const PARTS_FIRST = 4
const PARTS_AT_ONCE = 256

/** A part of a manifest, and the bytes of it that a range covers, relative to the start of the part. */
export interface Piece {
  readonly part: PartRecord
  /** The offset of the piece in the manifest. */
  readonly start: number
  readonly range: ByteRange
}

/** The bytes of a range in order, lent as by `BlobStore.read`. */
export async function* readManifest(domain: Domain, id: string, range: ByteRange): AsyncIterable<LentBytes> {
  for await (const { part, range: piece } of piecesOf(domain, id, range)) {
    if (part.bytes.kind === 'blob') yield* domain.blobs.read(part.bytes.blob, piece)
    else
      for (const { manifest, range: slice } of sliceRanges(part.bytes.slices, piece))
        yield* readTarget(domain, manifest, slice)
  }
}

/** The target of a slice may be appended to: its manifest is read as a read of its own. */
async function* readTarget(domain: Domain, id: string, range: ByteRange): AsyncIterable<LentBytes> {
  const scope = new Scope()
  domain.cluster.reads.begin(scope).uses(id)
  try {
    yield* readManifest(domain, id, range)
  } finally {
    scope.close()
  }
}

/**
 * CRC-64 of a range, combined from stored checksums of parts and chunks, so that at most the two edge chunks are
 * read.
 */
export async function crc64Of(domain: Domain, id: string, range: ByteRange): Promise<bigint> {
  let crc = 0n
  for await (const { part, range: piece } of piecesOf(domain, id, range)) {
    crc = crc64Combine(crc, await crc64OfPiece(domain, part, piece), piece.end - piece.start)
  }
  return crc
}

async function crc64OfPiece(domain: Domain, { bytes, size, crc64 }: PartRecord, piece: ByteRange): Promise<bigint> {
  if (piece.start === 0 && piece.end === size) return crc64
  if (bytes.kind === 'blob') return domain.blobs.crc64(bytes.blob, piece)
  let crc = 0n
  for (const { manifest, range } of sliceRanges(bytes.slices, piece)) {
    crc = crc64Combine(crc, await crc64OfTarget(domain, manifest, range), range.end - range.start)
  }
  return crc
}

function crc64OfTarget(domain: Domain, id: string, range: ByteRange): Promise<bigint> {
  return withScope((scope) => {
    domain.cluster.reads.begin(scope).uses(id)
    return crc64Of(domain, id, range)
  })
}

/** The parts that a range touches, in order; their records are read as they are needed. */
export async function* piecesOf(domain: Domain, id: string, { start, end }: ByteRange): AsyncIterable<Piece> {
  const { manifest, firstParts } = await findBeginning(domain, id, start === 0 ? PARTS_FIRST : 0)
  for (let at = start, batch = PARTS_FIRST; at < end; batch = PARTS_AT_ONCE) {
    const places = manifest.covering({ start: at, end }, batch)
    const parts = await findParts(domain, id, places, firstParts)
    for (const [index, place] of places.entries()) {
      const part = parts[index]
      if (part === undefined) continue
      const first = Math.max(start, place.start)
      yield { part, start: first, range: { start: first - place.start, end: Math.min(end, place.end) - place.start } }
    }
    at = places.at(-1)?.end ?? end
  }
}

/** Throws StorageError corrupt: a record that names a manifest keeps it. */
export async function findManifest(domain: Domain, id: string): Promise<Manifest> {
  return (await findBeginning(domain, id, 0)).manifest
}

type PartRows = ReadonlyMap<number, Bytes>

/**
 * A manifest and, among its rows, those of the first `count` existing part numbers: most objects are read from the
 * start, and need not wait for the manifest to know which parts these are. Not all rows are parts of the object.
 */
async function findBeginning(
  domain: Domain,
  id: string,
  count: number,
): Promise<{ readonly manifest: Manifest; readonly firstParts: PartRows }> {
  const { from, to } = partRows.rangeUnder({ manifest: id })
  // a damaged row may not belong to the object; if it does, it is read again
  const onDamaged = (): void => {}
  const [manifest, rows] = await domain.metadata.read((reader) =>
    together(
      manifestRows.read(reader, { manifest: id }),
      count === 0 ? [] : reader.range(from, to, { limit: count, onDamaged }),
    ),
  )
  if (manifest === undefined) throw new StorageError('corrupt', `manifest ${id} is missing`)
  return { manifest, firstParts: new Map(rows.map(({ key, value }) => [partNumberOf(key), value])) }
}

async function findParts(
  domain: Domain,
  manifest: string,
  places: readonly Placed[],
  known: PartRows,
): Promise<PartRecord[]> {
  const missing = places.filter(({ partNumber }) => !known.has(partNumber))
  const keys = missing.map(({ partNumber }) => partRows.key({ manifest, partNumber }))
  const values = keys.length === 0 ? [] : await domain.metadata.read((reader) => reader.getMany(keys))
  const found = new Map(missing.map(({ partNumber }, index) => [partNumber, values[index]]))
  return places.map(({ partNumber }) => {
    const row = known.get(partNumber) ?? found.get(partNumber)
    if (row === undefined) throw new StorageError('corrupt', `part ${partNumber} of manifest ${manifest} is missing`)
    return partRows.decode(row, { manifest, partNumber })
  })
}

/** The ranges of the slices' manifests that a range of their concatenated bytes covers. */
export function sliceRanges(
  slices: readonly Slice[],
  { start, end }: ByteRange,
): { readonly manifest: string; readonly range: ByteRange }[] {
  const found: { manifest: string; range: ByteRange }[] = []
  let at = 0
  for (const { manifest, offset, length } of slices) {
    const first = Math.max(start, at)
    const last = Math.min(end, at + length)
    if (first < last) found.push({ manifest, range: { start: offset + first - at, end: offset + last - at } })
    at += length
  }
  return found
}
