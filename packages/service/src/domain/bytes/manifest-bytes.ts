/**
 * The bytes of a manifest: follows its blobs and slices to where they are stored. The caller has registered its read of
 * the manifest, so that neither it nor the targets of its slices are freed meanwhile.
 */
import { crc64Combine } from '@bindery/bytes'
import {
  type Awaitable,
  type BlobCipher,
  type ByteRange,
  type Bytes,
  type LentBytes,
  StorageError,
  together,
} from '@bindery/storage'
import type { Domain } from '../domain.js'
import { Scope, withScope } from '../scope.js'
import { manifestRows, partNumberOf, partRows } from '../stored/keyspace.js'
import type { Manifest, PartExtent } from '../stored/manifest.js'
import type { Encryption, PartRecord, Slice, WrappedKey } from '../stored/model.js'
import { cipherFor, withDataKey } from './encryption.js'

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

/**
 * The bytes of a range in order, lent as by `BlobStore.read`. `encryption`: of the record that names the manifest. Throws
 * as KeyProvider.
 */
export async function* readManifest(
  domain: Domain,
  id: string,
  range: ByteRange,
  encryption: Encryption | undefined,
): AsyncIterable<LentBytes> {
  const ciphers = new PartCiphers(domain, id, encryption)
  for await (const { part, range: piece } of piecesOf(domain, id, range)) {
    const { bytes } = part
    if (bytes.kind === 'blob') yield* domain.blobs.read(bytes.blob, piece, { cipher: await ciphers.of(bytes) })
    else for (const slice of sliceRanges(bytes.slices, piece)) yield* readTarget(domain, slice, encryption)
  }
}

/** The target of a slice may be appended to: its manifest is read as a read of its own. */
async function* readTarget(
  domain: Domain,
  { manifest, range, dataKey }: SliceRange,
  encryption: Encryption | undefined,
): AsyncIterable<LentBytes> {
  const scope = new Scope()
  domain.cluster.reads.begin(scope).uses(manifest)
  try {
    yield* readManifest(domain, manifest, range, withDataKey(encryption, dataKey))
  } finally {
    scope.close()
  }
}

/** The ciphers of the blobs of one manifest: almost always one. */
class PartCiphers {
  readonly #domain: Domain
  readonly #manifest: string
  readonly #encryption: Encryption | undefined
  #shared: Awaitable<BlobCipher | undefined>

  constructor(domain: Domain, manifest: string, encryption: Encryption | undefined) {
    this.#domain = domain
    this.#manifest = manifest
    this.#encryption = encryption
  }

  of({ dataKey }: { readonly dataKey?: WrappedKey }): Awaitable<BlobCipher | undefined> {
    if (dataKey !== undefined) {
      return cipherFor(this.#domain, withDataKey(this.#encryption, dataKey), this.#manifest)
    }
    this.#shared ??= cipherFor(this.#domain, this.#encryption, this.#manifest)
    return this.#shared
  }
}

/**
 * CRC-64 of a range, combined from stored checksums of parts and chunks, so that at most the two edge chunks are
 * read. `encryption` as for `readManifest`.
 */
export async function crc64Of(
  domain: Domain,
  id: string,
  range: ByteRange,
  encryption: Encryption | undefined,
): Promise<bigint> {
  const ciphers = new PartCiphers(domain, id, encryption)
  let crc = 0n
  for await (const { part, range: piece } of piecesOf(domain, id, range)) {
    const { bytes, size, crc64 } = part
    const isWhole = piece.start === 0 && piece.end === size
    const checksum = isWhole
      ? crc64
      : bytes.kind === 'blob'
        ? await domain.blobs.crc64(bytes.blob, piece, { cipher: await ciphers.of(bytes) })
        : await crc64OfSlices(domain, bytes.slices, piece, encryption)
    crc = crc64Combine(crc, checksum, piece.end - piece.start)
  }
  return crc
}

async function crc64OfSlices(
  domain: Domain,
  slices: readonly Slice[],
  piece: ByteRange,
  encryption: Encryption | undefined,
): Promise<bigint> {
  let crc = 0n
  for (const { manifest, range, dataKey } of sliceRanges(slices, piece)) {
    const checksum = await withScope((scope) => {
      domain.cluster.reads.begin(scope).uses(manifest)
      return crc64Of(domain, manifest, range, withDataKey(encryption, dataKey))
    })
    crc = crc64Combine(crc, checksum, range.end - range.start)
  }
  return crc
}

/** The parts that a range touches, in order; their records are read as they are needed. */
export async function* piecesOf(domain: Domain, id: string, { start, end }: ByteRange): AsyncIterable<Piece> {
  const { manifest, firstParts } = await findBeginning(domain, id, start === 0 ? PARTS_FIRST : 0)
  for (let at = start, batch = PARTS_FIRST; at < end; batch = PARTS_AT_ONCE) {
    const extents = manifest.covering({ start: at, end }, batch)
    const parts = await findParts(domain, id, extents, firstParts)
    for (const [index, extent] of extents.entries()) {
      const part = parts[index]
      if (part === undefined) continue
      const first = Math.max(start, extent.start)
      yield {
        part,
        start: first,
        range: { start: first - extent.start, end: Math.min(end, extent.end) - extent.start },
      }
    }
    at = extents.at(-1)?.end ?? end
  }
}

/**
 * The manifest with an id, which the caller has found in a record. Throws StorageError corrupt: a record that names a
 * manifest keeps it.
 */
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
  extents: readonly PartExtent[],
  known: PartRows,
): Promise<PartRecord[]> {
  const missing = extents.filter(({ partNumber }) => !known.has(partNumber))
  const keys = missing.map(({ partNumber }) => partRows.key({ manifest, partNumber }))
  const values = keys.length === 0 ? [] : await domain.metadata.read((reader) => reader.getMany(keys))
  const found = new Map(missing.map(({ partNumber }, index) => [partNumber, values[index]]))
  return extents.map(({ partNumber }) => {
    const row = known.get(partNumber) ?? found.get(partNumber)
    if (row === undefined) throw new StorageError('corrupt', `part ${partNumber} of manifest ${manifest} is missing`)
    return partRows.decode(row, { manifest, partNumber })
  })
}

/** A range of the manifest that a slice names. */
export interface SliceRange {
  readonly manifest: string
  readonly range: ByteRange
  /** The slice's. */
  readonly dataKey?: WrappedKey
}

/** The ranges of the slices' manifests that a range of their concatenated bytes covers. */
export function sliceRanges(slices: readonly Slice[], { start, end }: ByteRange): readonly SliceRange[] {
  const found: SliceRange[] = []
  let at = 0
  for (const { manifest, offset, length, dataKey } of slices) {
    const first = Math.max(start, at)
    const last = Math.min(end, at + length)
    const range = { start: offset + first - at, end: offset + last - at }
    if (first < last) found.push({ manifest, range, ...(dataKey && { dataKey }) })
    at += length
  }
  return found
}
