/** Listings of the model: all rows, sorted, filtered and paged for each request. */
import { contentOf, sizeOf } from './contents.js'
import type { ModelUpload, State } from './model-state.js'
import { versionsOf } from './model-versions.js'
import type { Names } from './names.js'
import { type Answer, type ListQuery, splitPlace, type UploadHandle } from './steps.js'

type Entry = { readonly [name: string]: unknown }
type Named = { readonly key: string; readonly entry: Entry }

/** Pages of parts after a number. */
export function listParts({ parts }: ModelUpload, { after, max }: { after: number; max: number }): Answer {
  const entries = [...parts.values()]
    .sort((left, right) => left.number - right.number)
    .filter(({ number }) => number > after)
    .map(({ number, content, tag }) => ({ number, etag: tag, size: sizeOf(content), crc: contentOf(content).crc64 }))
  return { status: 200, pages: pagesOf(entries, max) }
}

export function listObjects(state: State, query: ListQuery & { version: 1 | 2 }): Answer {
  const rows = [...state.objects].flatMap(([place, { content, tag, type }]) => {
    const { bucket, key } = splitPlace(place)
    return bucket === query.bucket ? [{ key, entry: { key, etag: tag, size: sizeOf(content), type } }] : []
  })
  const { marker, prefix, delimiter } = query
  // the marker of V1 is the end of an earlier page; the StartAfter of V2 is a name
  const skipped = query.version === 1 && groupOf(marker, prefix, delimiter) === marker ? marker : undefined
  const after = rows.filter(({ key }) => compareKeys(key, marker) > 0 && !startsWith(key, skipped))
  return { status: 200, pages: pagesOf(grouped(after, query), query.max) }
}

/** Versions by key, the newest first. */
export function listVersions(state: State, query: ListQuery): Answer {
  const { marker, prefix, delimiter } = query
  const places = new Set([...state.objects.keys(), ...state.versions.keys()])
  const rows = [...places].flatMap((place) => {
    const { bucket, key } = splitPlace(place)
    if (bucket !== query.bucket) return []
    return versionsOf(state, place).map(({ version, object }, index) => {
      const data = object === undefined ? { marker: true } : { etag: object.tag, size: sizeOf(object.content) }
      return { key, entry: { key, version, latest: index === 0, ...data, type: object?.type } }
    })
  })
  const skipped = groupOf(marker, prefix, delimiter) === marker ? marker : undefined
  const after = rows.filter(({ key }) => compareKeys(key, marker) > 0 && !startsWith(key, skipped))
  return { status: 200, pages: pagesOf(grouped(after, query), query.max) }
}

export function listUploads(
  state: State,
  query: ListQuery & { readonly after: UploadHandle | undefined },
  names: Names,
): Answer {
  const { marker, prefix, delimiter, after } = query
  const rows = [...state.uploads].flatMap(([handle, { place }]) => {
    const { bucket, key } = splitPlace(place)
    if (bucket !== query.bucket) return []
    return [{ key, id: names.idOf(handle), entry: { key, upload: `@${handle}` } }]
  })
  rows.sort((left, right) => compareKeys(left.key, right.key) || (left.id < right.id ? -1 : 1))
  const isGroup = after === undefined && groupOf(marker, prefix, delimiter) === marker
  const markerId = after === undefined ? undefined : names.idOf(after)
  const left = rows.filter(({ key, id }) => {
    if (marker === '') return true
    if (isGroup && key.startsWith(marker)) return false
    const order = compareKeys(key, marker)
    return order > 0 || (order === 0 && markerId !== undefined && id > markerId)
  })
  return { status: 200, pages: pagesOf(grouped(left, query), query.max) }
}

/** Entries, with the names that share a prefix up to a delimiter combined. */
function grouped(rows: readonly Named[], { prefix, delimiter }: ListQuery): Entry[] {
  const sorted = rows.filter(({ key }) => key.startsWith(prefix)).sort((a, b) => compareKeys(a.key, b.key))
  const entries: Entry[] = []
  let shown: string | undefined
  for (const { key, entry } of sorted) {
    const group = groupOf(key, prefix, delimiter)
    if (group === undefined) entries.push(entry)
    else if (group !== shown) entries.push({ prefix: group })
    shown = group
  }
  return entries
}

function groupOf(name: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '' || !name.startsWith(prefix)) return undefined
  const at = name.indexOf(delimiter, prefix.length)
  return at === -1 ? undefined : name.slice(0, at + delimiter.length)
}

/** A page lists objects first, then prefixes; an empty listing is one empty page. */
function pagesOf(entries: readonly Entry[], max: number): Entry[][] {
  const pages: Entry[][] = []
  for (let start = 0; start === 0 || start < entries.length; start += max) {
    const page = entries.slice(start, start + max)
    const isPrefix = (entry: Entry): boolean => entry.prefix !== undefined
    pages.push([...page.filter((entry) => !isPrefix(entry)), ...page.filter(isPrefix)])
  }
  return pages
}

const startsWith = (key: string, prefix: string | undefined): boolean => prefix !== undefined && key.startsWith(prefix)

function compareKeys(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

/**
 * An answered listing with the uploads of a key sorted by id, and uploads of unknown id last: the order of the model.
 * The order changes only if there are such uploads.
 */
export function withUnknownLast(answer: Answer, names: Names): Answer {
  if (answer === 'lost' || !Array.isArray(answer.pages)) return answer
  const pages = answer.pages as readonly (readonly Entry[])[]
  const isUnknown = ({ upload }: Entry): boolean => typeof upload === 'string' && !names.isNamed(upload)
  if (!pages.flat().some(isUnknown)) return answer
  const rank = (entry: Entry): string => (isUnknown(entry) ? '~' : String(entry.upload))
  const sorted = (page: readonly Entry[]): Entry[] =>
    page.toSorted((a, b) => compareKeys(String(a.key), String(b.key)) || (rank(a) < rank(b) ? -1 : 1))
  return { ...answer, pages: pages.map(sorted) }
}
