import { stat } from 'node:fs/promises'
import path from 'node:path'
import { OssError } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { compareKeys, isPast, type KeyRange, listingOf, WHOLE } from '../objects/key-range.js'
import type { ClientOf } from '../objects/with-client.js'
import { inOrderOf } from './ahead.js'
import { isFileName, type LeftOut, walk } from './items.js'
import type { Place } from './places.js'

/** A file or object below a folder. */
export interface Entry {
  /** Below the folder, with slashes. */
  readonly name: string
  readonly place: Place
  /** Bytes. */
  readonly size: number
  readonly modified: Date
  /** Absent for a file. */
  readonly storageClass?: string
  readonly etag?: string
}

/** An entry of two folders that differ: to be transferred, or only in the target. */
export type Difference =
  | { readonly kind: 'transfer'; readonly entry: Entry; readonly target: Entry | undefined }
  | { readonly kind: 'extra'; readonly entry: Entry }

/** The folder that a place stands for; a prefix ends with a slash. */
export function folderOf(place: Place): Place {
  if (place.kind !== 'object') return place
  const { key } = place.address
  return { kind: 'object', address: { ...place.address, key: key === '' || key.endsWith('/') ? key : `${key}/` } }
}

/** The place of a name below a folder. */
export function placeBelow(folder: Place, name: string): Place {
  if (folder.kind === 'file') return { kind: 'file', path: path.join(folder.path, ...name.split('/')) }
  if (folder.kind === 'stream') return folder
  return { kind: 'object', address: { ...folder.address, key: `${folder.address.key}${name}` } }
}

/** How a folder is listed. */
export interface EntriesOptions {
  readonly onLeftOut: (left: LeftOut) => void
  readonly mayBeMissing: boolean
  /** The keys of a prefix that are looked at, without their number; absent: all of them. */
  readonly range?: KeyRange
}

/**
 * The files or objects below a folder, in the order of the UTF-8 of their names. A missing folder is empty where `mayBeMissing`
 * is set. Throws Failure `folderNeeded`, `fileUnreadable`, OssError.
 */
export async function* entriesBelow(
  clientOf: ClientOf,
  folder: Place,
  { onLeftOut, mayBeMissing, range = WHOLE }: EntriesOptions,
): AsyncGenerator<Entry> {
  if (folder.kind === 'object') {
    const { bucket, key: prefix } = folder.address
    for await (const found of clientOf(folder.address).list({ bucket, prefix, ...listingOf(range) })) {
      if (found.kind !== 'object') continue
      if (isPast(found.key, range)) return
      const { key, size, lastModified: modified, storageClass, etag } = found
      const name = key.slice(prefix.lastIndexOf('/') + 1)
      if (key === prefix && name === '') continue
      if (name.endsWith('/') && size === 0) continue // stands for a folder
      yield { name, place: { kind: 'object', address: { ...folder.address, key } }, size, modified, storageClass, etag }
    }
  } else if (folder.kind === 'file') {
    const found = await stat(folder.path).catch(() => undefined)
    if (found === undefined && mayBeMissing) return
    if (found?.isDirectory() !== true) throw new Failure('folderNeeded', { folder: folder.path })
    for await (const { file, name, size, modified } of walk(folder.path, '', onLeftOut)) {
      yield { name, place: { kind: 'file', path: file }, size, modified }
    }
  }
}

/** Entries whose names can be files; the others are reported. */
export async function* withFileNames(
  entries: AsyncIterable<Entry>,
  onLeftOut: (left: LeftOut) => void,
): AsyncGenerator<Entry> {
  for await (const entry of entries) {
    if (isFileName(entry.name)) yield entry
    else onLeftOut({ name: entry.name, reason: 'badName' })
  }
}

/**
 * Compares two folders while both are listed; nothing of them is kept. `checkers` comparisons run at a time. Throws OssError
 * UnexpectedAnswer where a listing is not in the order of names: what is missing from a folder could not be known then.
 */
export async function* differences(
  sources: AsyncIterable<Entry>,
  targets: AsyncIterable<Entry>,
  isSame: (source: Entry, target: Entry) => boolean | Promise<boolean>,
  checkers = 1,
): AsyncGenerator<Difference> {
  const found = inOrderOf(pairs(sources, targets), checkers, async ({ source, target }) => {
    if (source === undefined) return { kind: 'extra', entry: target as Entry } as const
    if (target !== undefined && (await isSame(source, target))) return undefined
    return { kind: 'transfer', entry: source, target } as const
  })
  for await (const difference of found) if (difference !== undefined) yield difference
}

/** Comparisons of bytes at a time, where `--checkers` names no other number. */
export const CHECKERS = 16

/** An entry of each folder under one name; at least one of them exists. */
interface Pair {
  readonly source: Entry | undefined
  readonly target: Entry | undefined
}

async function* pairs(sources: AsyncIterable<Entry>, targets: AsyncIterable<Entry>): AsyncGenerator<Pair> {
  const source = inOrder(sources)
  const target = inOrder(targets)
  try {
    let left = await next(source)
    let right = await next(target)
    while (left !== undefined || right !== undefined) {
      const order = left === undefined ? 1 : right === undefined ? -1 : compareKeys(left.name, right.name)
      yield { source: order <= 0 ? left : undefined, target: order >= 0 ? right : undefined }
      if (order <= 0) left = await next(source)
      if (order >= 0) right = await next(target)
    }
  } finally {
    await Promise.all([source.return(undefined), target.return(undefined)])
  }
}

async function next(entries: AsyncGenerator<Entry>): Promise<Entry | undefined> {
  const { done, value } = await entries.next()
  return done === true ? undefined : value
}

async function* inOrder(entries: AsyncIterable<Entry>): AsyncGenerator<Entry> {
  let last: string | undefined
  for await (const entry of entries) {
    if (last !== undefined && compareKeys(last, entry.name) >= 0) {
      throw new OssError({
        code: 'UnexpectedAnswer',
        message: `The listing is not in order: ${entry.name} after ${last}.`,
      })
    }
    last = entry.name
    yield entry
  }
}
