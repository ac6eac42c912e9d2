import type { Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { isPartName } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import type { Address } from '../objects/address.js'
import { bothFilters } from '../objects/globs.js'
import type { KeyRange } from '../objects/key-range.js'
import type { MetadataFilter } from '../objects/metadata-filter.js'
import { objectsBelow } from '../objects/selected.js'
import type { ClientOf } from '../objects/with-client.js'
import type { Filter } from './filter.js'
import { haveOneEndpoint } from './one-endpoint.js'
import type { Place } from './places.js'
import type { Sources } from './sources.js'

/** One object or file that is to be transferred. */
export interface Item {
  readonly from: Place
  readonly to: Place
  /** Bytes, where they are known before the source is read. */
  readonly size?: number
  /** When the source was changed, where that is known before it is read. */
  readonly modified?: Date
}

/** A source that is not transferred. */
export interface LeftOut {
  readonly name: string
  /** The name of a file below the folder where the search began. */
  readonly below?: string
  /**
   * `badName`: its key cannot be the name of a file below the target; `notText`: its name is not UTF-8, so that it cannot be a key;
   * `unreadable`: a file or folder that the system does not show; `unfinished`: a file of an interrupted download.
   */
  readonly reason: 'notAFile' | 'badName' | 'notText' | 'unreadable' | 'unfinished'
}

/** Whether data are missing from the target because a source was left out. */
export function isLoss({ reason }: LeftOut): boolean {
  return reason !== 'notAFile' && reason !== 'unfinished'
}

/** Reports only what a filter of names takes: nothing is missing where an excluded file is left out. */
export function reportingChosen(filter: Filter | undefined, report: (left: LeftOut) => void): (left: LeftOut) => void {
  if (filter === undefined) return report
  return (left) => {
    const { below } = left
    if (below === undefined || filter({ name: below, size: 0, modified: new Date(0) })) report(left)
  }
}

/** The sources and the target of a command. */
export interface Transfers {
  readonly sources: readonly Sources[]
  readonly to: Place
  /** Which of several files or objects are taken; absent: all of them. */
  readonly filter?: Filter | undefined
  /** Which of several objects are taken, by their user metadata. */
  readonly metadata?: MetadataFilter | undefined
  /** The part of listings of objects that is looked at; absent: all of it. */
  readonly range?: KeyRange | undefined
  /** The version of the source, where it is one object. */
  readonly versionId?: string | undefined
  readonly onLeftOut: (left: LeftOut) => void
}

interface Selection extends Omit<Transfers, 'sources'>, Sources {
  /** Whether the target is a folder, however it is written. */
  readonly isOneOfMany: boolean
}

/**
 * The transfers that sources and a target stand for, found while they are consumed: one per file below a folder, or per key with
 * a prefix. Throws Failure `fileUnreadable`, `addressUnfit`, and OssError.
 */
export async function* transfersOf(clientOf: ClientOf, { sources, ...shared }: Transfers): AsyncGenerator<Item> {
  for (const source of sources) {
    const filter = bothFilters(shared.filter, source.matches)
    yield* itemsOf(clientOf, { ...shared, ...source, filter, isOneOfMany: sources.length > 1 })
  }
}

async function* itemsOf(clientOf: ClientOf, selection: Selection): AsyncGenerator<Item> {
  const { from, to, isRecursive, names, isOneOfMany } = selection
  if (from.kind === 'stream') yield { from, to }
  else if (names !== undefined) yield* namedOf(names(), selection)
  else if (from.kind === 'file') yield* filesOf(from.path, selection)
  else if (isRecursive) yield* objectsOf(clientOf, selection)
  else {
    const { versionId } = selection
    const source = versionId === undefined ? from : { ...from, versionId }
    yield { from: source, to: await targetOf(to, path.posix.basename(from.address.key), isOneOfMany) }
  }
}

/** The transfers of names below a folder or prefix. A name that does not exist fails when it is transferred. */
async function* namedOf(names: AsyncIterable<string>, { from, to, onLeftOut }: Selection): AsyncGenerator<Item> {
  for await (const name of names) {
    if ((from.kind === 'file' || to.kind === 'file') && !isFileName(name)) onLeftOut({ name, reason: 'badName' })
    else if (from.kind === 'file') {
      const file = path.join(from.path, ...name.split('/'))
      const found = await stat(file).catch(() => undefined)
      const facts = found === undefined ? {} : { size: found.size, modified: found.mtime }
      yield { from: { kind: 'file', path: file }, to: to.kind === 'object' ? below(to, name) : to, ...facts }
    } else if (from.kind === 'object') {
      yield {
        from: below(from, name),
        to: to.kind === 'object' ? below(to, name) : { kind: 'file', path: pathBelow(to, name) },
      }
    }
  }
}

async function* filesOf(source: string, selection: Selection): AsyncGenerator<Item> {
  const { to, isRecursive, filter, isOneOfMany } = selection
  const found = await stat(source).catch((error) => {
    throw new Failure('fileUnreadable', { file: source }, { cause: error })
  })
  if (!found.isDirectory()) {
    const { size, mtime: modified } = found
    yield {
      from: { kind: 'file', path: source },
      to: await targetOf(to, path.basename(source), isOneOfMany),
      size,
      modified,
    }
    return
  }
  if (!isRecursive) throw new Failure('addressUnfit', { command: 'cp', address: source, needed: '--recursive' })
  for await (const { file, name, size, modified } of walk(source, '', selection.onLeftOut)) {
    if (filter?.({ name, size, modified }) === false) continue
    const target = to.kind === 'object' ? below(to, name) : to
    yield { from: { kind: 'file', path: file }, to: target, size, modified }
  }
}

/** A file below a folder. */
export interface Walked {
  readonly file: string
  /** Below the folder where the walk began, with slashes. */
  readonly name: string
  readonly size: number
  readonly modified: Date
}

/**
 * The files below a folder, in the order of the UTF-8 of their names. Links to files are followed; links to folders are not,
 * because they may form a circle. Throws Failure `fileUnreadable` for the folder itself.
 */
export async function* walk(folder: string, prefix: string, onLeftOut: Selection['onLeftOut']): AsyncGenerator<Walked> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    if (prefix === '') throw new Failure('fileUnreadable', { file: folder }, { cause: error })
    onLeftOut({ name: folder, reason: 'unreadable' })
    return []
  })
  // a folder is where the names below it belong
  const sorted = entries
    .map((entry) => ({ entry, order: Buffer.from(entry.isDirectory() ? `${entry.name}/` : entry.name) }))
    .sort((one, other) => Buffer.compare(one.order, other.order))
  for (const { entry } of sorted) {
    const file = path.join(folder, entry.name)
    const name = `${prefix}${entry.name}`
    const found = entry.isDirectory() && !isReplaced(entry.name) ? undefined : await statOf(file)
    if (isReplaced(entry.name) && found === undefined) onLeftOut({ name: file, below: name, reason: 'notText' })
    else if (entry.isDirectory()) yield* walk(file, `${name}/`, onLeftOut)
    else if (isPartName(entry.name)) onLeftOut({ name: file, below: name, reason: 'unfinished' })
    else if (found === 'hidden') onLeftOut({ name: file, below: name, reason: 'unreadable' })
    else {
      if (found?.isFile() === true) yield { file, name, size: found.size, modified: found.mtime }
      else onLeftOut({ name: file, below: name, reason: 'notAFile' })
    }
  }
}

/** The facts of a file; undefined where it does not exist, as behind a link to nothing; `hidden` where the system does not show them. */
async function statOf(file: string): Promise<Stats | 'hidden' | undefined> {
  try {
    return await stat(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' ? undefined : 'hidden'
  }
}

/** Whether a name has what stands for bytes that are not UTF-8; the name of a file may have it, too. */
function isReplaced(name: string): boolean {
  return name.includes('\uFFFD')
}

async function* objectsOf(
  clientOf: ClientOf,
  { from, to, filter, metadata, range, onLeftOut }: Selection,
): AsyncGenerator<Item> {
  if (from.kind !== 'object') return
  const { key: prefix } = from.address
  const client = clientOf(from.address)
  const chosen = { filter, metadata, ...(range === undefined ? {} : { range }) }
  // names begin after the last slash of the prefix, as a shell's pattern would have them
  const start = prefix.lastIndexOf('/') + 1
  for await (const { key, size, lastModified: modified } of objectsBelow(client, from.address, chosen)) {
    const name = key.slice(start)
    if (name === '' || (name.endsWith('/') && size === 0)) continue // stands for a folder
    if (isBelow(clientOf, to, { ...from.address, key })) continue // made by this very command
    const source = { kind: 'object', address: { ...from.address, key } } as const
    if (to.kind === 'object') yield { from: source, to: below(to, name), size, modified }
    else if (to.kind === 'file' && isFileName(name)) {
      yield { from: source, to: { kind: 'file', path: pathBelow(to, name) }, size, modified }
    } else onLeftOut({ name: key, reason: 'badName' })
  }
}

/** Whether a key is below the target of a copy. */
function isBelow(clientOf: ClientOf, to: Place, address: Address): boolean {
  if (to.kind !== 'object' || to.address.bucket !== address.bucket) return false
  return address.key.startsWith(below(to, '').address.key) && haveOneEndpoint(clientOf, to.address, address)
}

/** Whether a key names a file below a folder, and nothing outside of it. */
export function isFileName(name: string): boolean {
  return name.split('/').every((part) => {
    if (part === '' || part === '.' || part === '..' || part.includes('\0')) return false
    return path.sep === '/' || !/[\\:]/.test(part)
  })
}

function pathBelow(folder: Place, name: string): string {
  return folder.kind === 'file' ? path.join(folder.path, ...name.split('/')) : name
}

/** A target that ends as a folder does, or is one because there are several sources, gets the name of the source. */
async function targetOf(to: Place, name: string, isFolderAnyway: boolean): Promise<Place> {
  if (to.kind === 'object') return /(?:^|\/)$/.test(to.address.key) ? below(to, name) : to
  if (to.kind === 'stream') return to
  const isFolder =
    isFolderAnyway || /[\\/]$/.test(to.path) || (await stat(to.path).catch(() => undefined))?.isDirectory() === true
  return isFolder ? { kind: 'file', path: path.join(to.path, name) } : to
}

type ObjectPlace = Place & { readonly kind: 'object' }

function below({ address }: ObjectPlace, name: string): ObjectPlace {
  const { key } = address
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
  return { kind: 'object', address: { ...address, key: `${prefix}${name}` } }
}
