import type { Client, ListedObject } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import type { Arguments } from '../arguments.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { FILTER_FLAGS, METADATA_FLAGS } from '../flags.js'
import type { Language } from '../language.js'
import { failureExit, messagesIn } from '../messages.js'
import { type Filter, filterOf } from '../transfer/filter.js'
import { type Address, addressText, parseAddress, parseObject } from './address.js'
import { bothFilters, patternIn } from './globs.js'
import { type MetadataFilter, metadataFilterOf, withMetadata } from './metadata-filter.js'
import { complain, write, writeJson } from './output.js'
import { failureOf } from './with-client.js'

/** One object, or all objects below a prefix that a filter takes. */
export interface Selected {
  readonly address: Address
  readonly isRecursive: boolean
  readonly filter: Filter | undefined
  readonly metadata: MetadataFilter | undefined
}

/**
 * What an argument selects: an object; with `--recursive` those below a prefix; and where its key has a pattern, those that match.
 * Throws Failure `addressInvalid`, `addressUnfit`, `valueInvalid`.
 */
export function selectedOf(
  command: string,
  given: string,
  parsed: Pick<
    Arguments<'recursive' | 'no-glob' | (typeof FILTER_FLAGS)[number] | (typeof METADATA_FLAGS)[number]>,
    'flags' | 'given' | 'values'
  >,
): Selected {
  const filter = filterOf(parsed, Date.now())
  const metadata = metadataFilterOf(parsed)
  const address = parseAddress(given)
  const pattern = parsed.flags.has('no-glob') ? undefined : patternIn(address)
  if (pattern !== undefined) {
    return { address: pattern.prefix, isRecursive: true, filter: bothFilters(filter, pattern.matches), metadata }
  }
  if (parsed.flags.has('recursive')) return { address, isRecursive: true, filter, metadata }
  return { address: parseObject(command, given), isRecursive: false, filter, metadata }
}

const FILTERS: ReadonlySet<string> = new Set([...FILTER_FLAGS, ...METADATA_FLAGS])

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
  { filter, metadata }: Pick<Selected, 'filter' | 'metadata'>,
): AsyncGenerator<ObjectEntry> {
  async function* named() {
    for await (const entry of client.list({ bucket, prefix })) {
      if (entry.kind !== 'object') continue
      const { key, size, lastModified: modified } = entry
      const name = key.slice(prefix.lastIndexOf('/') + 1)
      if (filter?.({ name, size, modified }) !== false) yield entry
    }
  }
  yield* withMetadata(client, bucket, named(), metadata)
}

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
