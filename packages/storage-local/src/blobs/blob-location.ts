/**
 * Where blobs are stored, and how their ids encode it.
 *
 *     a file    <folder>/<incarnation>/<shard>/<counter>         <incarnation>-<counter>
 *     a pack    <folder>/<incarnation>/<shard>/<counter>.pack
 *     in a pack                                                  <incarnation>-<counter>.p<distance>.<page>.<header>.<size>
 *     in a pack, encrypted                                       <incarnation>-<counter>.e<distance>.<page>.<header>.<size>
 *
 * Counters have 12 hex digits and are used once; a shard holds those that agree in all but the last 3. Packs take
 * counters too: distance is the blob's counter minus that of its pack.
 */
import { join } from 'node:path'
import type { BlobId } from '@bindery/storage'

/** A blob with a file of its own, or a pack. */
export interface BlobLocation {
  readonly incarnation: string
  /** From 0; each is used once in an incarnation. */
  readonly counter: number
}

/** A blob in a pack. */
export interface PackedLocation extends BlobLocation {
  /** The counter of the pack. */
  readonly pack: number
  /** Where the blob's header begins, in bytes: a multiple of `PAGE_BYTES`. */
  readonly offset: number
  /** Bytes of the header. */
  readonly headerBytes: number
  /** Bytes of the blob. */
  readonly size: number
  readonly isEncrypted: boolean
}

/** Blobs in packs begin at multiples of this many bytes, so that each fills pages of its own. */
export const PAGE_BYTES = 4096

/**
 * Areas of packs begin at multiples of this many bytes, and are as long. It is the largest page of memory that Linux has for a file, so no page has bytes of two
 * areas, or of an area and what is around it.
 */
export const AREA_BYTES = 2 * 1024 * 1024

const COUNTER_DIGITS = 12
const SHARD_DIGITS = 9
/** Blobs per shard: few enough to be listed at once, enough that folders cost little. */
export const SHARD_BLOBS = 16 ** (COUNTER_DIGITS - SHARD_DIGITS)

const INCARNATION = /^[0-9a-z]{1,64}$/
const SHARD = /^[0-9a-f]{9}$/
const COUNTER = /^[0-9a-f]{12}$/
const PACK = /^[0-9a-f]{12}\.pack$/
const ID =
  /^([0-9a-z]{1,64})-([0-9a-f]{12})(?:\.([pe])([0-9a-f]{1,8})\.([0-9a-f]{1,8})\.([0-9a-f]{1,4})\.([0-9a-f]{1,6}))?$/

/** The hyphen sorts before all letters and digits, so that ids sort by incarnation, then counter. */
export function blobIdOf({ incarnation, counter }: BlobLocation): BlobId {
  return `${incarnation}-${counterName(counter)}`
}

/** The id of a blob in a pack. It sorts like that of a blob with a file of its own, by incarnation, then counter. */
export function packedIdOf(location: PackedLocation): BlobId {
  const { counter, pack, offset, headerBytes, size, isEncrypted } = location
  const place = `${hex(counter - pack)}.${hex(offset / PAGE_BYTES)}.${hex(headerBytes)}.${hex(size)}`
  return `${blobIdOf(location)}.${isEncrypted ? 'e' : 'p'}${place}`
}

/** The location that an id names, or undefined if it is not the id of a blob in a file. */
export function locationOf(id: BlobId): BlobLocation | PackedLocation | undefined {
  const [, incarnation, counterText, kind, ...numbers] = ID.exec(id) ?? []
  if (incarnation === undefined || counterText === undefined) return undefined
  const counter = Number.parseInt(counterText, 16)
  if (kind === undefined) return { incarnation, counter }
  const [distance = 0, page = 0, headerBytes = 0, size = 0] = numbers.map((text) => Number.parseInt(text ?? '', 16))
  const [pack, offset, isEncrypted] = [counter - distance, page * PAGE_BYTES, kind === 'e']
  if (headerBytes === PAGE_BYTES && offset % AREA_BYTES !== 0) return undefined
  const location = { incarnation, counter, pack, offset, headerBytes, size, isEncrypted }
  // Each blob has exactly one id: leading zeros do not make another.
  return location.pack >= 0 && packedIdOf(location) === id ? location : undefined
}

/** Whether a blob is in a pack; otherwise it has a file of its own. */
export function isPacked(location: BlobLocation | PackedLocation): location is PackedLocation {
  return 'pack' in location
}

/** The folder of an incarnation below `folder`, the folder of the blobs. */
export function incarnationFolder(folder: string, incarnation: string): string {
  return join(folder, incarnation)
}

/** The folder of the shard that has a location's counter, below `folder`, the folder of the blobs. */
export function shardFolder(folder: string, { incarnation, counter }: BlobLocation): string {
  return join(folder, incarnation, counterName(counter).slice(0, SHARD_DIGITS))
}

/** The path of a blob with a file of its own, below `folder`, the folder of the blobs. */
export function blobPath(folder: string, location: BlobLocation): string {
  return join(shardFolder(folder, location), counterName(location.counter))
}

/** The location of the pack that contains a blob. */
export function packOf({ incarnation, pack }: PackedLocation): BlobLocation {
  return { incarnation, counter: pack }
}

/** The path of a pack, by the pack's own location. */
export function packPath(folder: string, pack: BlobLocation): string {
  return `${blobPath(folder, pack)}.pack`
}

/** Whether a name in the folder of the blobs is that of an incarnation: 1 to 64 digits and small letters. */
export function isIncarnation(name: string): boolean {
  return INCARNATION.test(name)
}

/** Whether a name in an incarnation's folder is that of a shard: 9 hex digits. */
export function isShard(name: string): boolean {
  return SHARD.test(name)
}

/** Whether a name in a shard's folder is that of a blob's file: 12 hex digits. */
export function isCounter(name: string): boolean {
  return COUNTER.test(name)
}

/** Whether a name in a shard's folder is that of a pack: 12 hex digits and `.pack`. */
export function isPackName(name: string): boolean {
  return PACK.test(name)
}

/** The counter in the name of a blob's file or of a pack. */
export function counterOf(name: string): number {
  return Number.parseInt(name, 16)
}

function counterName(counter: number): string {
  return hex(counter).padStart(COUNTER_DIGITS, '0')
}

const hex = (number: number): string => number.toString(16)
