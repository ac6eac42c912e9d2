import { Failure } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { transferWordsIn } from '../messages/transfer.js'
import { shown } from '../objects/address.js'
import { keyRangeOf } from '../objects/key-range.js'
import { metadataFilterOf, requireObjects } from '../objects/metadata-filter.js'
import { complain } from '../objects/output.js'
import { withClients } from '../objects/with-client.js'
import { filterOf, nameFilterOf } from '../transfer/filter.js'
import { type Item, type LeftOut, reportingChosen, transfersOf } from '../transfer/items.js'
import { deleteSource, sourceState } from '../transfer/move-source.js'
import { jobsOf, overwriteOf, transferOptionsOf } from '../transfer/options.js'
import { type Place, parsePlace, placeText, requirePair } from '../transfer/places.js'
import { printPlan, runTransfers } from '../transfer/run-transfers.js'
import { type Sources, sourcesOf } from '../transfer/sources.js'

/** Sources on one command line: more of them are named by a pattern, or by `--files-from`. */
const PLACES_MAX = 100_000

/** `bindery cp FROM… TO`: uploads, downloads or copies. `command` is the name that failures have. Throws Failure. */
export async function cpCommand(invocation: Invocation, command: 'cp' | 'put' = 'cp'): Promise<ExitCode> {
  const parsed = readArguments('cp', invocation.args, PLACES_MAX)
  const { values, flags } = parsed
  const { sources, to, isTree } = placesOf(command, parsed)
  const [first] = sources
  if (flags.has('json') && to.kind === 'stream') {
    throw new Failure('addressUnfit', { command: 'cp --json', address: '-', needed: 'FILE, oss://BUCKET/KEY' })
  }
  const uploadId = values.get('upload-id')
  if (uploadId !== undefined && (isTree || first.from.kind !== 'file')) {
    throw new Failure('addressUnfit', { command: 'cp --upload-id', address: placeText(first.from), needed: 'FILE' })
  }
  return transferCommand('cp', invocation, {
    parsed,
    sources,
    to,
    isTree,
    uploadId,
    versionId: values.get('version-id'),
  })
}

/** `bindery mv FROM… TO`: transfers, and deletes each source whose target is complete. Throws Failure. */
export async function mvCommand(invocation: Invocation): Promise<ExitCode> {
  const parsed = readArguments('mv', invocation.args, PLACES_MAX)
  const { sources, to, isTree } = placesOf('mv', parsed)
  if (to.kind === 'stream' || sources.some(({ from }) => from.kind === 'stream')) {
    throw new Failure('addressUnfit', { command: 'mv', address: '-', needed: 'FILE, oss://BUCKET/KEY' })
  }
  return transferCommand('mv', invocation, { parsed, sources, to, isTree })
}

/** The flags that both commands have. */
type Parsed = ReturnType<typeof readArguments<'mv'>>

interface Places {
  readonly sources: readonly [Sources, ...Sources[]]
  readonly to: Place
  /** Whether several files or objects may be meant. */
  readonly isTree: boolean
}

/** The sources of a command line, and its last argument, the target. Throws Failure. */
function placesOf(command: 'cp' | 'mv' | 'put', parsed: Parsed): Places {
  const [first = '', ...others] = requireArguments(parsed.positionals, command, ['FROM', 'TO']) as readonly string[]
  const to = parsePlace(others.pop() ?? '')
  const one = sourcesOf(first, parsed)
  const rest = others.map((text) => sourcesOf(text, parsed))
  const isTree = rest.length > 0 || one.isRecursive
  for (const { from, isRecursive } of [one, ...rest]) requirePair(command, from, to, isRecursive)
  const isFolder = to.kind === 'file' || (to.kind === 'object' && /(?:^|\/)$/.test(to.address.key))
  if (rest.length > 0 && !isFolder) {
    throw new Failure('addressUnfit', { command, address: placeText(to), needed: `${placeText(to)}/` })
  }
  return { sources: [one, ...rest], to, isTree }
}

interface Transferred extends Places {
  readonly parsed: Parsed
  readonly uploadId?: string | undefined
  readonly versionId?: string | undefined
}

async function transferCommand(
  command: 'cp' | 'mv',
  { args, env, language }: Invocation,
  { parsed, sources, to, isTree, uploadId, versionId }: Transferred,
): Promise<ExitCode> {
  const { flags } = parsed
  const hasJson = flags.has('json')
  const overwrite = overwriteOf(parsed, isTree)
  const options = { ...transferOptionsOf(parsed, overwrite), ...(uploadId === undefined ? {} : { uploadId }) }
  const jobs = jobsOf(parsed)
  requireObjects(
    command,
    parsed,
    sources.map(({ from }) => from),
  )
  const filters = {
    filter: filterOf(parsed, Date.now()),
    metadata: metadataFilterOf(parsed),
    range: keyRangeOf(parsed),
  }
  const selection = { sources, to, ...filters, versionId }
  const words = transferWordsIn(language)
  return withClients(parsed, env, async (clientOf) => {
    const found = new Found()
    const items = (onLeftOut: (left: LeftOut) => void) =>
      found.count(transfersOf(clientOf, { ...selection, onLeftOut: reportingChosen(nameFilterOf(parsed), onLeftOut) }))
    const counted = () => transfersOf(clientOf, { ...selection, onLeftOut: () => {} })
    // standard input cannot be read twice
    const isCountable = parsed.values.get('files-from') !== '-'
    if (flags.has('dry-run')) await printPlan(items, { hasJson, words })
    else {
      const exit = await runTransfers({
        clientOf,
        language,
        hasJson,
        hasProgress: !flags.has('no-progress'),
        jobs,
        isBatch: isTree,
        failsOnSkip: flags.has('fail-on-skip'),
        items,
        ...(isCountable ? { counted } : {}),
        env,
        commandLine: [command, ...args],
        options,
        ...(command === 'mv'
          ? {
              onBegin: async (item: Item) => {
                const before = await sourceState(clientOf, item)
                return () => deleteSource(clientOf, item, before)
              },
            }
          : {}),
      })
      if (exit !== EXIT.ok) return exit
    }
    const [{ from }] = sources
    if (found.items > 0 || from.kind !== 'object') return EXIT.ok
    complain(words.nothingFound(shown(parsed.positionals[0] ?? '')))
    return EXIT.failed
  })
}

/** Counts items while they are consumed. */
class Found {
  items = 0

  async *count(all: AsyncIterable<Item>): AsyncGenerator<Item> {
    for await (const item of all) {
      this.items += 1
      yield item
    }
  }
}
