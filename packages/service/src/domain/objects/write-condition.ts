import { OssError } from '@bindery/protocol'
import type { ETag, MultipartETags, ObjectRecord } from '../stored/model.js'

/** Tags of content, bare and in any case; `*` stands for all. */
export type Tags = readonly ETag[]

/** The condition under which a key gets a new current version. */
export interface WriteCondition {
  /** The current one must exist and have one of these tags. */
  readonly matches?: Tags | undefined
  /** The current one must have none of these tags, if it exists. */
  readonly differs?: Tags | undefined
  /** The current one must have this many bytes, if it exists. */
  readonly size?: number | undefined
  /** The current one must have been written in this second, in milliseconds since 1970, if it exists. */
  readonly modifiedAt?: number | undefined
}

/** The facts about a version that conditions are compared with. */
type Conditioned = MultipartETags & Pick<ObjectRecord, 'size' | 'modifiedAt'>

/**
 * Called in the transaction that has read the current version. Throws preconditionFailed, and noSuchKey where a version
 * must match and none exists.
 */
export function requireCondition(
  current: Conditioned | undefined,
  key: string,
  { matches, differs, size, modifiedAt }: WriteCondition,
): void {
  if (matches !== undefined && current === undefined) throw new OssError('noSuchKey', { key })
  const isAmong = (tags: Tags) => current !== undefined && tags.some((tag) => isTagOf(tag, current))
  if (matches !== undefined && !isAmong(matches)) throw new OssError('preconditionFailed')
  if (differs !== undefined && isAmong(differs)) throw new OssError('preconditionFailed')
  if (current === undefined) return
  if (size !== undefined && size !== current.size) throw new OssError('preconditionFailed')
  if (modifiedAt !== undefined && second(modifiedAt) !== second(current.modifiedAt))
    throw new OssError('preconditionFailed')
}

function second(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}

function isTagOf(tag: ETag, { etag, digestETag }: MultipartETags): boolean {
  const upper = tag.toUpperCase()
  return tag === '*' || upper === etag.toUpperCase() || upper === digestETag?.toUpperCase()
}
