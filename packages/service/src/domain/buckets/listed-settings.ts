/** Documents of a bucket that are lists of settings, each with a name: they are added, replaced and deleted one by one. */
import type { BucketName, BucketSettings } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { type DocumentKind, readDocument } from '../stored/documents.js'
import { type BucketChange, changeDocument, findDocument } from './documents.js'

/** A document that is a list; `T` is one of its settings. */
export interface ListedSettings<K extends keyof BucketSettings, T> extends DocumentKind<K> {
  settingsIn(document: BucketSettings[K]): readonly T[]
  documentOf(settings: readonly T[]): BucketSettings[K]
  nameOf(setting: T): string
}

/**
 * Replaces the settings of a bucket by what `change` returns; a document without any is deleted. Throws noSuchBucket,
 * entityTooLarge, and what `change` throws.
 */
export function changeListed<K extends keyof BucketSettings, T>(
  domain: Domain,
  bucket: BucketName,
  listed: ListedSettings<K, T>,
  change: (before: readonly T[], change: BucketChange) => Awaitable<readonly T[]>,
): Promise<void> {
  return changeDocument(domain, bucket, listed, async (within) => {
    const document = await readDocument(within.tx, within.bucket, listed.kind)
    const settings = await change(document === undefined ? [] : listed.settingsIn(document), within)
    return settings.length === 0 ? undefined : listed.documentOf(settings)
  })
}

/** The settings of a bucket, in their stored order. Throws noSuchBucket. */
export function findListed<K extends keyof BucketSettings, T>(
  domain: Domain,
  bucket: BucketName,
  listed: ListedSettings<K, T>,
): Awaitable<readonly T[]> {
  return andThen(findDocument(domain, bucket, listed.kind), (document) =>
    document === undefined ? [] : listed.settingsIn(document),
  )
}

type Naming<T> = (setting: T) => string

/** The settings without the one of a name. */
export function without<T>(settings: readonly T[], nameOf: Naming<T>, name: string): readonly T[] {
  return settings.filter((one) => nameOf(one) !== name)
}

/** The settings in the order of their names, with one that replaces that of its name. */
export function withOne<T>(settings: readonly T[], nameOf: Naming<T>, setting: T): readonly T[] {
  return [...without(settings, nameOf, nameOf(setting)), setting].sort((one, other) =>
    nameOf(one) < nameOf(other) ? -1 : 1,
  )
}

/** A page of settings that are in the order of their names. */
export interface Page<T> {
  readonly page: readonly T[]
  readonly isTruncated: boolean
  /** The last name of a page that others follow. */
  readonly nextContinuationToken: string | undefined
}

/** The first settings behind a name. */
export function pageOf<T>(settings: readonly T[], nameOf: Naming<T>, after: string, size: number): Page<T> {
  const rest = settings.filter((one) => nameOf(one) > after)
  const page = rest.slice(0, size)
  const last = page.at(-1)
  const isTruncated = rest.length > size
  return { page, isTruncated, nextContinuationToken: isTruncated && last !== undefined ? nameOf(last) : undefined }
}
