import { Failure } from '@bindery/server'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { transferWordsIn } from '../messages/transfer.js'
import { commandLineOf, complain, note } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'
import { filterOf } from '../transfer/filter.js'
import { type Item, itemsOf, type LeftOut } from '../transfer/items.js'
import { jobsOf, transferOptionsOf } from '../transfer/options.js'
import { parsePlace, placeText, requirePair } from '../transfer/places.js'
import { printPlan, runTransfers } from '../transfer/run-transfers.js'

/** `bindery cp FROM TO`: uploads, downloads or copies. Throws Failure. */
export async function cpCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('cp', args, 2)
  const { positionals, values, flags } = parsed
  const [fromText, toText] = requireArguments(positionals, 'cp', ['FROM', 'TO'])
  const [from, to] = [parsePlace(fromText), parsePlace(toText)]
  const isRecursive = flags.has('recursive')
  requirePair('cp', from, to, isRecursive)
  const hasJson = flags.has('json')
  if (hasJson && to.kind === 'stream') {
    throw new Failure('addressUnfit', { command: 'cp --json', address: '-', needed: 'FILE, oss://BUCKET/KEY' })
  }
  const uploadId = values.get('upload-id')
  if (uploadId !== undefined && (isRecursive || from.kind !== 'file')) {
    throw new Failure('addressUnfit', { command: 'cp --upload-id', address: placeText(from), needed: 'FILE' })
  }
  const continued = uploadId === undefined ? {} : { uploadId }
  const reaction = { noOverwrite: flags.has('no-overwrite'), isUpdate: flags.has('update') }
  const options = { ...transferOptionsOf(parsed, reaction), ...continued }
  const jobs = jobsOf(parsed)
  const filter = filterOf(parsed, Date.now())
  const words = transferWordsIn(language)
  return withClient(parsed, env, async (client) => {
    let found = 0
    const selection = { from, to, isRecursive, filter, versionId: values.get('version-id') }
    const items = async function* (): AsyncGenerator<Item> {
      const onLeftOut = ({ name, reason }: LeftOut) => note(words.leftOut[reason](name))
      for await (const item of itemsOf(client, { ...selection, onLeftOut })) {
        found += 1
        yield item
      }
    }
    const counted = () => itemsOf(client, { ...selection, onLeftOut: () => {} })
    if (flags.has('dry-run')) await printPlan(items(), hasJson)
    else {
      const commandLine = commandLineOf('cp', args)
      const exit = await runTransfers({
        client,
        language,
        hasJson,
        hasProgress: !flags.has('no-progress'),
        jobs,
        isBatch: isRecursive,
        items,
        counted,
        commandLine,
        options,
      })
      if (exit !== EXIT.ok) return exit
    }
    if (found > 0 || from.kind !== 'object') return EXIT.ok
    complain(words.nothingFound(placeText(from)))
    return EXIT.failed
  })
}
