import { join } from 'node:path'
import type { BlobId } from '@bindery/storage'

/**
 * Where a blob lies: `<folder>/<incarnation>/<shard>/<counter>`. Its id is `<incarnation>-<counter>`.
 * Counters have 12 hex digits; a shard holds those that agree in all but the last 3.
 */
export interface BlobPlace {
  readonly incarnation: string
  /** From 0; each is used once in an incarnation. */
  readonly counter: number
}

const COUNTER_DIGITS = 12
const SHARD_DIGITS = 9
/** Blobs of a shard: few enough to be listed at once, many enough that folders cost nothing. */
export const SHARD_BLOBS = 16 ** (COUNTER_DIGITS - SHARD_DIGITS)

const INCARNATION = /^[0-9a-z]{1,64}$/
const SHARD = /^[0-9a-f]{9}$/
const COUNTER = /^[0-9a-f]{12}$/
const ID = /^([0-9a-z]{1,64})-([0-9a-f]{12})$/

/** The hyphen sorts before all letters and digits, so that ids sort by incarnation, then counter. */
export function blobIdOf({ incarnation, counter }: BlobPlace): BlobId {
  return `${incarnation}-${counterName(counter)}`
}

/** The place that an id names, or undefined if it is no id of a blob file. */
export function placeOf(id: BlobId): BlobPlace | undefined {
  const [, incarnation, counter] = ID.exec(id) ?? []
  if (incarnation === undefined || counter === undefined) return undefined
  return { incarnation, counter: Number.parseInt(counter, 16) }
}

export function incarnationFolder(folder: string, incarnation: string): string {
  return join(folder, incarnation)
}

export function shardFolder(folder: string, { incarnation, counter }: BlobPlace): string {
  return join(folder, incarnation, counterName(counter).slice(0, SHARD_DIGITS))
}

export function blobPath(folder: string, place: BlobPlace): string {
  return join(shardFolder(folder, place), counterName(place.counter))
}

export function isIncarnation(name: string): boolean {
  return INCARNATION.test(name)
}

export function isShard(name: string): boolean {
  return SHARD.test(name)
}

export function isCounter(name: string): boolean {
  return COUNTER.test(name)
}

function counterName(counter: number): string {
  return counter.toString(16).padStart(COUNTER_DIGITS, '0')
}
