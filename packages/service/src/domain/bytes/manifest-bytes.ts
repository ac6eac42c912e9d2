/**
 * The bytes of a manifest, its blobs and slices followed to where they lie. Whoever calls has registered its read of the
 * manifest, so that neither it nor what its slices name is freed meanwhile.
 */
import { crc64Combine } from '@bindery/bytes'
import { type ByteRange, type LentBytes, StorageError } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { manifestKey, partKey } from '../stored/keyspace.js'
import { Manifest, type Placed } from '../stored/manifest.js'
import type { PartRecord, Slice } from '../stored/model.js'
import { decodePart } from '../stored/records.js'

/** Part records fetched at once: the first few quickly, so that the first byte does not wait for many. */
const PARTS_FIRST = 4
const PARTS_AT_ONCE = 256

/** A part of a manifest, and the bytes of it that a range covers, counted from the part's start. */
export interface Piece {
  readonly part: PartRecord
  /** Where the piece begins in the manifest. */
  readonly start: number
  readonly range: ByteRange
}

/** The bytes of a range in order, as `BlobStore.read` lends them. */
export async function* readManifest(domain: Domain, id: string, range: ByteRange): AsyncIterable<LentBytes> {
  for await (const { part, range: piece } of piecesOf(domain, id, range)) {
    if (part.bytes.kind === 'blob') yield* domain.blobs.read(part.bytes.blob, piece)
    else
      for (const { manifest, range: slice } of within(part.bytes.slices, piece))
        yield* readManifest(domain, manifest, slice)
  }
}

/** CRC-64 of a range: from what is stored for parts and chunks, so that at most the two edge chunks are read. */
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
  for (const { manifest, range } of within(bytes.slices, piece)) {
    crc = crc64Combine(crc, await crc64Of(domain, manifest, range), range.end - range.start)
  }
  return crc
}

/** The parts that a range touches, in order; their records are fetched as they are needed. */
export async function* piecesOf(domain: Domain, id: string, { start, end }: ByteRange): AsyncIterable<Piece> {
  const manifest = await findManifest(domain, id)
  for (let at = start, batch = PARTS_FIRST; at < end; batch = PARTS_AT_ONCE) {
    const places = manifest.covering({ start: at, end }, batch)
    const parts = await findParts(domain, id, places)
    for (const [index, place] of places.entries()) {
      const part = parts[index]
      if (part === undefined) continue
      const first = Math.max(start, place.start)
      yield { part, start: first, range: { start: first - place.start, end: Math.min(end, place.end) - place.start } }
    }
    at = places.at(-1)?.end ?? end
  }
}

/** Throws StorageError corrupt: what names a manifest keeps it. */
export async function findManifest(domain: Domain, id: string): Promise<Manifest> {
  const row = await domain.metadata.read((reader) => reader.get(manifestKey(id)))
  if (row === undefined) throw new StorageError('corrupt', `manifest ${id} is missing`)
  return new Manifest(row)
}

async function findParts(domain: Domain, manifest: string, places: readonly Placed[]): Promise<PartRecord[]> {
  const rows = await domain.metadata.read((reader) =>
    reader.getMany(places.map(({ partNumber }) => partKey(manifest, partNumber))),
  )
  return places.map(({ partNumber }, index) => {
    const row = rows[index]
    if (row === undefined) throw new StorageError('corrupt', `part ${partNumber} of manifest ${manifest} is missing`)
    return decodePart(partNumber, row)
  })
}

/** What of each slice a range of their joined bytes covers, as ranges of the slices' manifests. */
export function within(
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
