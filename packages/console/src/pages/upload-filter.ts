/** Which uploads are shown: by what the listing has, and by facts that are read of each of them. */
import type { Route } from '../app/route.js'
import type { PartsMap, UploadEntry } from '../wire/uploads.js'

/** An upload counts as active until it has got nothing for so long. */
export const ACTIVE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const MIB = 1024 * 1024

/** Days since an upload began. */
export const AGES = ['0', '1', '7', '30'] as const
/** Hours without a part. */
export const IDLES = ['0', '1', '24', '168'] as const
/** MiB that the parts hold. */
export const SIZES = ['0', '1', '100', '1024'] as const
/** Views with a name: filters that answer a common question. */
export const VIEWS = ['all', 'active', 'orphans', 'large'] as const
/** The name of a view. */
export type UploadView = (typeof VIEWS)[number]

/** A filter; `0` and an empty text stand for all. */
export interface UploadFilter {
  readonly prefix: string
  readonly age: (typeof AGES)[number]
  readonly idle: (typeof IDLES)[number]
  readonly size: (typeof SIZES)[number]
  /** Part of the id, key, address or program of its initiator. */
  readonly by: string
  readonly view: UploadView
}

const among = <T extends string>(words: readonly T[], text: string | undefined, otherwise: T): T =>
  words.find((word) => word === text) ?? otherwise

/** The filter in the address of a page. */
export function filterIn({ prefix = '', age, idle, size, by = '', view }: Route['query']): UploadFilter {
  return {
    prefix,
    age: among(AGES, age, '0'),
    idle: among(IDLES, idle, '0'),
    size: among(SIZES, size, '0'),
    by,
    view: among(VIEWS, view, 'all'),
  }
}

/** The parameters of a filter; what shows all is left out. */
export function queryOf(filter: UploadFilter): Readonly<Record<string, string>> {
  const shown = Object.entries(filter).filter(([, value]) => value !== '' && value !== '0' && value !== 'all')
  return Object.fromEntries(shown)
}

/** Whether a filter needs the facts of each upload. */
export function needsFacts({ idle, size, by, view }: UploadFilter): boolean {
  return idle !== '0' || size !== '0' || by !== '' || view !== 'all'
}

/** Whether an upload is shown; one whose facts are not known yet is not, where they count. `now` in milliseconds since 1970. */
export function isShown(
  { initiated }: UploadEntry,
  facts: PartsMap | undefined,
  filter: UploadFilter,
  now: number,
): boolean {
  if (filter.age !== '0' && initiated > now - Number(filter.age) * DAY_MS) return false
  if (!needsFacts(filter)) return true
  if (facts === undefined) return false
  const idleMs = now - Date.parse(facts.lastActivity)
  if (idleMs < Number(filter.idle) * HOUR_MS) return false
  if (facts.bytes < Number(filter.size) * MIB) return false
  if (!initiatorTexts(facts).some((text) => text.includes(filter.by))) return false
  return inView(filter.view, facts, idleMs)
}

/** All by which the initiator of an upload is found. */
function initiatorTexts({ initiator, client }: PartsMap): readonly string[] {
  return [initiator, client?.accessKeyId, client?.remoteAddress, client?.userAgent].filter((text) => text !== undefined)
}

function inView(view: UploadView, { bytes }: PartsMap, idleMs: number): boolean {
  if (view === 'active') return idleMs < ACTIVE_MS
  if (view === 'orphans') return idleMs >= 7 * DAY_MS
  return view === 'all' || bytes >= 1024 * MIB
}
