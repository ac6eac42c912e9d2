import { rm } from 'node:fs/promises'
import type { Client } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { transferWordsIn } from '../messages/transfer.js'
import { commandLineOf, note, write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'
import { hasSameBytes } from '../transfer/checksum.js'
import { differences, type Entry, entriesBelow, folderOf, placeBelow, withFileNames } from '../transfer/entries.js'
import { type Filter, filterOf, nameFilterOf } from '../transfer/filter.js'
import type { Item, LeftOut } from '../transfer/items.js'
import { jobsOf, transferOptionsOf } from '../transfer/options.js'
import { type Place, parsePlace, placeText, requirePair } from '../transfer/places.js'
import { printPlan, runTransfers } from '../transfer/run-transfers.js'

/** Keys per request of DeleteMultipleObjects. */
const BATCH = 1_000

/** `bindery sync FROM TO`: makes a folder or prefix like another one. Throws Failure. */
export async function syncCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('sync', args, 2)
  const { positionals, flags } = parsed
  const [fromText, toText] = requireArguments(positionals, 'sync', ['FROM', 'TO'])
  const [from, to] = [folderOf(parsePlace(fromText)), folderOf(parsePlace(toText))]
  requirePair('sync', from, to, true)
  const hasJson = flags.has('json')
  const hasProgress = !flags.has('no-progress')
  const options = transferOptionsOf(parsed, { noOverwrite: false, isUpdate: false })
  const jobs = jobsOf(parsed)
  const filter = filterOf(parsed, Date.now())
  const nameFilter = nameFilterOf(parsed)
  const words = transferWordsIn(language)
  return withClient(parsed, env, async (client) => {
    const isDry = flags.has('dry-run')
    const extras = new Extras(client, { isDry, hasJson, isDeleting: flags.has('delete') })
    const folders: Folders = { client, from, to, filter, nameFilter, comparison: comparisonOf(flags) }
    const items = () => itemsOf(folders, extras, ({ name, reason }) => note(words.leftOut[reason](name)))
    if (isDry) {
      await printPlan(items(), hasJson)
      return EXIT.ok
    }
    const commandLine = commandLineOf('sync', args)
    const exit = await runTransfers({
      client,
      language,
      hasJson,
      hasProgress,
      jobs,
      isBatch: true,
      items,
      commandLine,
      options,
    })
    if (extras.deleted > 0 && !hasJson) note(words.deletedExtras(extras.deleted))
    return exit === EXIT.ok && extras.failed > 0 ? EXIT.partial : exit
  })
}

interface Folders {
  readonly client: Client
  readonly from: Place
  readonly to: Place
  /** Which sources are transferred. */
  readonly filter: Filter | undefined
  /** Which targets without a source are deleted: their size and age mean nothing. */
  readonly nameFilter: Filter | undefined
  readonly comparison: Comparison
}

type Comparison = 'time' | 'checksum' | 'size' | 'update'

function comparisonOf(flags: { has(flag: 'checksum' | 'size-only' | 'update'): boolean }): Comparison {
  if (flags.has('checksum')) return 'checksum'
  if (flags.has('size-only')) return 'size'
  return flags.has('update') ? 'update' : 'time'
}

/** The transfers that are needed. What only the target has is passed to `extras` in between. */
async function* itemsOf(
  { client, from, to, filter, nameFilter, comparison }: Folders,
  extras: Extras,
  onLeftOut: (left: LeftOut) => void,
): AsyncGenerator<Item> {
  let sources = counted(entriesBelow(client, from, { onLeftOut, mayBeMissing: false }), extras)
  if (to.kind === 'file') sources = withFileNames(sources, onLeftOut)
  const targets = entriesBelow(client, to, { onLeftOut: () => {}, mayBeMissing: true })
  const isSame = sameness(client, comparison)
  const isLeft = (source: Entry, target: Entry) => filter?.(source) === false || isSame(source, target)
  for await (const { kind, entry } of differences(sources, targets, isLeft)) {
    if (kind === 'extra') {
      if (nameFilter?.(entry) !== false) await extras.add(entry, from)
    } else if (filter?.(entry) !== false)
      yield { from: entry.place, to: placeBelow(to, entry.name), size: entry.size, modified: entry.modified }
  }
  await extras.flush()
}

function sameness(
  client: Client,
  comparison: Comparison,
): (source: Entry, target: Entry) => boolean | Promise<boolean> {
  if (comparison === 'checksum') return (source, target) => hasSameBytes(client, source, target)
  if (comparison === 'size') return (source, target) => source.size === target.size
  if (comparison === 'update') return (source, target) => isAsNew(source, target)
  return (source, target) => source.size === target.size && isAsNew(source, target)
}

async function* counted(entries: AsyncIterable<Entry>, extras: Extras): AsyncGenerator<Entry> {
  for await (const entry of entries) {
    extras.hasSource = true
    yield entry
  }
}

/** Whether the target is not older than the source. */
function isAsNew(source: Entry, target: Entry): boolean {
  // listings have whole seconds
  const seconds = ({ modified }: Entry) => Math.floor(modified.getTime() / 1_000)
  return seconds(target) >= seconds(source)
}

/** Entries that only the target has: deleted, printed, or left alone. */
class Extras {
  readonly #client: Client
  readonly #options: { readonly isDry: boolean; readonly hasJson: boolean; readonly isDeleting: boolean }
  #keys: string[] = []
  #bucket = ''
  /** Whether the source has any entry: an empty one is more likely a mistake than a wish to delete everything. */
  hasSource = false
  deleted = 0
  failed = 0

  constructor(
    client: Client,
    options: { readonly isDry: boolean; readonly hasJson: boolean; readonly isDeleting: boolean },
  ) {
    this.#client = client
    this.#options = options
  }

  /** Throws Failure `sourceEmpty`. */
  async add({ place, name }: Entry, source: Place): Promise<void> {
    const { isDeleting, isDry, hasJson } = this.#options
    if (!isDeleting || (place.kind === 'file' && /\.part(?:\.json)?$/.test(name))) return // an interrupted download
    if (!this.hasSource) throw new Failure('sourceEmpty', { source: placeText(source) })
    if (isDry)
      await (hasJson ? writeJson({ event: 'delete', to: placeText(place) }) : write(`delete ${placeText(place)}\n`))
    else if (place.kind === 'file') {
      await rm(place.path)
      await this.#report(1, place)
    } else if (place.kind === 'object') {
      this.#bucket = place.address.bucket
      this.#keys.push(place.address.key)
      if (this.#keys.length === BATCH) await this.flush()
    }
  }

  async flush(): Promise<void> {
    if (this.#keys.length === 0) return
    const bucket = this.#bucket
    const { deleted, failed } = await this.#client.delete(this.#keys, { bucket })
    this.#keys = []
    this.failed += failed.length
    for (const { key, error } of failed)
      note(`${placeText({ kind: 'object', address: { bucket, key } })}: ${error.message}`)
    for (const key of deleted) await this.#report(1, { kind: 'object', address: { bucket, key } })
  }

  async #report(count: number, place: Place): Promise<void> {
    this.deleted += count
    if (this.#options.hasJson) await writeJson({ event: 'deleted', to: placeText(place) })
  }
}
