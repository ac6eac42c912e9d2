import { stat } from 'node:fs/promises'
import { OssError } from '@bindery/client'
import type { ClientOf } from '../objects/with-client.js'
import { haveSameChecksum } from './checksum.js'
import type { Item } from './items.js'
import type { Place } from './places.js'

/** The values of `--overwrite`, for targets that exist. */
export const OVERWRITE = ['always', 'never', 'newer', 'different', 'size', 'ask'] as const

/** `never` is enforced by the server, `newer`, `different` and `size` compare the target with its source. */
export type Overwrite = (typeof OVERWRITE)[number]

/** Why a source is not transferred. */
export type SkipReason = 'UpToDate' | 'Same' | 'Declined'

/**
 * Why the target of an item is left as it is; undefined where it is to be written. `confirm` is called before a target is replaced.
 * Throws OssError, and what reading a file throws.
 */
export async function skipReason(
  clientOf: ClientOf,
  { from, to, size, modified }: Item,
  overwrite: Overwrite,
  confirm: (target: Place) => Promise<boolean>,
): Promise<SkipReason | undefined> {
  if (overwrite === 'always' || overwrite === 'never') return undefined
  const target = await factsOf(clientOf, to)
  if (target === undefined) return undefined
  if (overwrite === 'ask') return (await confirm(to)) ? undefined : 'Declined'
  const source = size === undefined || modified === undefined ? await factsOf(clientOf, from) : { size, modified }
  if (source === undefined) return undefined
  if (overwrite === 'newer') return secondsOf(target) >= secondsOf(source) ? 'UpToDate' : undefined
  if (source.size !== target.size) return undefined
  if (overwrite === 'size') return 'Same'
  return (await haveSameChecksum(clientOf, from, to)) ? 'Same' : undefined
}

interface PlaceFacts {
  /** Bytes. */
  readonly size: number
  readonly modified: Date
}

/** Headers have whole seconds. */
function secondsOf({ modified }: PlaceFacts): number {
  return Math.floor(modified.getTime() / 1_000)
}

/** Size and time of a file or an object; undefined where it does not exist. */
async function factsOf(clientOf: ClientOf, place: Place): Promise<PlaceFacts | undefined> {
  if (place.kind === 'stream') return undefined
  if (place.kind === 'file') {
    const found = await stat(place.path).catch(() => undefined)
    return found === undefined ? undefined : { size: found.size, modified: found.mtime }
  }
  const { bucket, key } = place.address
  try {
    const { size, lastModified } = await clientOf(place.address).head(key, { bucket })
    return { size, modified: lastModified }
  } catch (error) {
    if (error instanceof OssError && error.status === 404 && error.code !== 'NoSuchBucket') return undefined
    throw error
  }
}
