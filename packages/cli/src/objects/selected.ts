import type { Client, ListedObject, ListedVersion } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import type { Arguments } from '../arguments.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { CHOICE_FLAGS } from '../flags.js'
import type { Language } from '../language.js'
import { failureExit, messagesIn } from '../messages.js'
import { type Filter, filterOf } from '../transfer/filter.js'
import { type Address, addressText, parseAddress, parseObject } from './address.js'
import { bothFilters, patternIn } from './globs.js'
import { isPast, type KeyRange, keyRangeOf, limited, listingOf, WHOLE } from './key-range.js'
import { type MetadataFilter, metadataFilterOf, withMetadata } from './metadata-filter.js'
import { complain, write, writeJson } from './output.js'
import { failureOf } from './with-client.js'

/** One object, or all objects below a prefix that a filter takes. */
export interface Selected {
  readonly address: Address
  readonly isRecursive: boolean
  readonly filter: Filter | undefined
  readonly metadata: MetadataFilter | undefined
  readonly range: KeyRange
}

/**
 * What an argument selects: an object; with `--recursive` those below a prefix; and where its key has a pattern, those that match.
 * Throws Failure `addressInvalid`, `addressUnfit`, `valueInvalid`.
 */
export function selectedOf(
  command: string,
  given: string,
  parsed: Pick<Arguments<'recursive' | (typeof CHOICE_FLAGS)[number]>, 'flags' | 'given' | 'values'>,
): Selected {
  const filter = filterOf(parsed, Date.now())
  const chosen = { metadata: metadataFilterOf(parsed), range: keyRangeOf(parsed) }
  const address = parseAddress(given)
  const pattern = parsed.flags.has('no-glob') ? undefined : patternIn(address)
  if (pattern !== undefined) {
    return { address: pattern.prefix, isRecursive: true, filter: bothFilters(filter, pattern.matches), ...chosen }
  }
  if (parsed.flags.has('recursive')) return { address, isRecursive: true, filter, ...chosen }
  return { address: parseObject(command, given), isRecursive: false, filter, ...chosen }
}

/** Flags that choose; `no-glob` and `page-size` leave nothing out. */
const FILTERS: ReadonlySet<string> = new Set(CHOICE_FLAGS.filter((name) => name !== 'no-glob' && name !== 'page-size'))

/** Refuses filters for one object: it would be acted on whether they take it or not. Throws Failure `addressUnfit`. */
export function requireUnfiltered(command: string, { given }: Pick<Arguments<string>, 'given'>): void {
  const filter = given.find(({ name }) => FILTERS.has(name))
  if (filter === undefined) return
  throw new Failure('addressUnfit', { command, address: `--${filter.name}`, needed: '--recursive' })
}

/** The objects below a prefix that filters take, in the order of their keys. Throws OssError. */
export async function* objectsBelow(
  client: Client,
  { bucket, key: prefix }: Address,
  { filter, metadata, range = WHOLE }: Partial<Pick<Selected, 'filter' | 'metadata' | 'range'>>,
): AsyncGenerator<ObjectEntry> {
  async function* named() {
    for await (const entry of client.list({ bucket, prefix, ...listingOf(range) })) {
      if (entry.kind !== 'object') continue
      const { key, size, lastModified: modified } = entry
      if (isPast(key, range)) return
      const name = key.slice(prefix.lastIndexOf('/') + 1)
      if (filter?.({ name, size, modified }) !== false) yield entry
    }
  }
  yield* limited(
    withMetadata(named(), metadata, ({ key }) => ({ client, bucket, key })),
    range,
  )
}

/** The versions and delete markers below a prefix that filters take, in the order of their keys. Throws OssError. */
export async function* versionsBelow(
  client: Client,
  { bucket, key: prefix }: Address,
  { filter, range = WHOLE }: Partial<Pick<Selected, 'filter' | 'range'>>,
): AsyncGenerator<VersionEntry> {
  async function* named() {
    for await (const entry of client.listVersions({ bucket, prefix, ...listingOf(range) })) {
      if (entry.kind === 'prefix') continue
      if (isPast(entry.key, range)) return
      const name = entry.key.slice(prefix.lastIndexOf('/') + 1)
      const size = entry.kind === 'version' ? entry.size : 0
      if (filter?.({ name, size, modified: entry.lastModified }) !== false) yield entry
    }
  }
  yield* limited(named(), range)
}

/** A version or a delete marker in a listing. */
type VersionEntry = Exclude<ListedVersion, { readonly kind: 'prefix' }>

/** An object in a listing. */
type ObjectEntry = Extract<ListedObject, { readonly kind: 'object' }>

/** The addresses of selected objects, found while they are consumed. Throws OssError. */
export async function* selectedObjects(client: Client, selected: Selected): AsyncGenerator<Address> {
  const { address, isRecursive } = selected
  if (isRecursive) for await (const { key } of objectsBelow(client, address, selected)) yield { ...address, key }
  else yield address
}

/** The action of a command on each selected object, and its report. */
export interface ForEach {
  readonly language: Language
  readonly hasJson: boolean
  readonly isDry: boolean
  /** The name of the event for one object. */
  readonly event: string
  readonly act: (address: Address) => Promise<object>
}

/** Acts on each selected object; a failure of one of many is reported, and the others follow. Throws Failure for a single one. */
export async function forEachObject(
  client: Client,
  selected: Selected,
  { language, hasJson, isDry, event, act }: ForEach,
): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok
  for await (const address of selectedObjects(client, selected)) {
    try {
      const facts = isDry ? {} : await act(address)
      if (hasJson) await writeJson({ t: isDry ? 'planned' : event, ...address, ...facts })
      else await write(`${addressText(address)}\n`)
    } catch (error) {
      const failure = failureOf(error, client.requester.address.endpoint)
      if (!selected.isRecursive || !(failure instanceof Failure) || failure.kind === 'serverSilent') throw failure
      exit = EXIT.partial
      const text = messagesIn(language).failure(failure)
      complain(`${addressText(address)}: ${text}`)
      if (hasJson) await writeJson({ t: 'error', ...address, ...failure.details, text, exit: failureExit(failure) })
    }
  }
  return exit
}
