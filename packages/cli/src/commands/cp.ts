import { rm } from 'node:fs/promises'
import type { Client } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { transferWordsIn } from '../messages/transfer.js'
import { commandLineOf, complain, note } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'
import { filterOf } from '../transfer/filter.js'
import { type Item, itemsOf, type LeftOut, type Selection } from '../transfer/items.js'
import { jobsOf, transferOptionsOf } from '../transfer/options.js'
import { type Place, parsePlace, placeText, requirePair } from '../transfer/places.js'
import { printPlan, runTransfers } from '../transfer/run-transfers.js'

/** `bindery cp FROM TO`: uploads, downloads or copies. Throws Failure. */
export async function cpCommand(invocation: Invocation): Promise<ExitCode> {
  const parsed = readArguments('cp', invocation.args, 2)
  const { values, flags } = parsed
  const [from, to] = placesOf('cp', parsed)
  if (flags.has('json') && to.kind === 'stream') {
    throw new Failure('addressUnfit', { command: 'cp --json', address: '-', needed: 'FILE, oss://BUCKET/KEY' })
  }
  const uploadId = values.get('upload-id')
  if (uploadId !== undefined && (flags.has('recursive') || from.kind !== 'file')) {
    throw new Failure('addressUnfit', { command: 'cp --upload-id', address: placeText(from), needed: 'FILE' })
  }
  const versionId = values.get('version-id')
  return transferCommand('cp', invocation, { parsed, from, to, uploadId, versionId })
}

/** `bindery mv FROM TO`: transfers, and deletes each source whose target is complete. Throws Failure. */
export async function mvCommand(invocation: Invocation): Promise<ExitCode> {
  const parsed = readArguments('mv', invocation.args, 2)
  const [from, to] = placesOf('mv', parsed)
  if (from.kind === 'stream' || to.kind === 'stream') {
    throw new Failure('addressUnfit', { command: 'mv', address: '-', needed: 'FILE, oss://BUCKET/KEY' })
  }
  return transferCommand('mv', invocation, { parsed, from, to })
}

/** The flags that both commands have. */
type Parsed = ReturnType<typeof readArguments<'mv'>>

function placesOf(command: 'cp' | 'mv', { positionals, flags }: Parsed): readonly [from: Place, to: Place] {
  const [fromText, toText] = requireArguments(positionals, command, ['FROM', 'TO'])
  const [from, to] = [parsePlace(fromText), parsePlace(toText)]
  requirePair(command, from, to, flags.has('recursive'))
  return [from, to]
}

interface Transferred {
  readonly parsed: Parsed
  readonly from: Place
  readonly to: Place
  readonly uploadId?: string | undefined
  readonly versionId?: string | undefined
}

async function transferCommand(
  command: 'cp' | 'mv',
  { args, env, language }: Invocation,
  { parsed, from, to, uploadId, versionId }: Transferred,
): Promise<ExitCode> {
  const { flags } = parsed
  const isRecursive = flags.has('recursive')
  const hasJson = flags.has('json')
  const reaction = { noOverwrite: flags.has('no-overwrite'), isUpdate: flags.has('update') }
  const options = { ...transferOptionsOf(parsed, reaction), ...(uploadId === undefined ? {} : { uploadId }) }
  const jobs = jobsOf(parsed)
  const filter = filterOf(parsed, Date.now())
  const words = transferWordsIn(language)
  return withClient(parsed, env, async (client) => {
    const selection = { from, to, isRecursive, filter, versionId }
    const onLeftOut = ({ name, reason }: LeftOut) => note(words.leftOut[reason](name))
    const found = new Found()
    const items = () => found.count(itemsOf(client, { ...selection, onLeftOut }))
    const counted = () => itemsOf(client, { ...selection, onLeftOut: () => {} })
    if (flags.has('dry-run')) await printPlan(items(), hasJson)
    else {
      const exit = await runTransfers({
        client,
        language,
        hasJson,
        hasProgress: !flags.has('no-progress'),
        jobs,
        isBatch: isRecursive,
        failsOnSkip: flags.has('fail-on-skip'),
        items,
        counted,
        commandLine: commandLineOf(command, args),
        options,
        ...(command === 'mv' ? { onDone: (item: Item) => deleteSource(client, item) } : {}),
      })
      if (exit !== EXIT.ok) return exit
    }
    if (found.items > 0 || from.kind !== 'object') return EXIT.ok
    complain(words.nothingFound(placeText(from)))
    return EXIT.failed
  })
}

/** Counts items while they are consumed. */
class Found {
  items = 0

  async *count(all: ReturnType<typeof itemsOf>): AsyncGenerator<Item> {
    for await (const item of all) {
      this.items += 1
      yield item
    }
  }
}

/** Throws OssError, and what the file system throws. A source that is its own target stays. */
async function deleteSource(client: Client, { from, to }: Pick<Selection, 'from' | 'to'>): Promise<void> {
  if (placeText(from) === placeText(to)) return
  if (from.kind === 'file') return rm(from.path)
  if (from.kind !== 'object') return
  const { bucket, key } = from.address
  const [first] = (await client.delete(key, { bucket })).failed
  if (first !== undefined) throw first.error
}
