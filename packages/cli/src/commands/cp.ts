import path from 'node:path'
import { fileStore } from '@bindery/client'
import { Failure } from '@bindery/server'
import { requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { transferWordsIn } from '../messages/transfer.js'
import { bytesOf, numberOf, oneOf, readObjectArguments } from '../objects/arguments.js'
import { commandLineOf, note } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'
import { type Item, itemsOf, type LeftOut } from '../transfer/items.js'
import { parsePlace, placeText, requirePair } from '../transfer/places.js'
import { printPlan, runTransfers } from '../transfer/run-transfers.js'
import type { TransferOptions } from '../transfer/transfer-item.js'

const FLAGS = ['recursive', 'no-overwrite', 'dry-run'] as const
const VALUED = [
  'part-size',
  'parallel',
  'jobs',
  'bigfile-threshold',
  'bandwidth-limit',
  'content-type',
  'resume',
  'checkpoint-dir',
] as const
/** Files at a time. */
const DEFAULT_JOBS = 5

/** `bindery cp FROM TO`: uploads, downloads or copies. Throws Failure. */
export async function cpCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const { positionals, values, flags } = readObjectArguments(args, 2, { flags: FLAGS, valued: VALUED })
  const [fromText, toText] = requireArguments(positionals, 'cp', ['FROM', 'TO'])
  const [from, to] = [parsePlace(fromText), parsePlace(toText)]
  const isRecursive = flags.has('recursive')
  requirePair('cp', from, to, isRecursive)
  const hasJson = flags.has('json')
  if (hasJson && to.kind === 'stream') {
    throw new Failure('addressUnfit', { command: 'cp --json', address: '-', needed: 'FILE, oss://BUCKET/KEY' })
  }
  const options = optionsOf(values, flags.has('no-overwrite'))
  const jobs = numberOf('--jobs', values.get('jobs'), 1, 64) ?? DEFAULT_JOBS
  const words = transferWordsIn(language)
  return withClient(values, env, async (client) => {
    let found = 0
    let isFirst = true
    const items = async function* (): AsyncGenerator<Item> {
      const isCounting = !isFirst
      isFirst = false
      const onLeftOut = ({ name, reason }: LeftOut) => {
        if (!isCounting) note(words.leftOut[reason](name))
      }
      for await (const item of itemsOf(client, { from, to, isRecursive, onLeftOut })) {
        if (!isCounting) found += 1
        yield item
      }
    }
    if (flags.has('dry-run')) await printPlan(items(), hasJson)
    else {
      const commandLine = commandLineOf('cp', args)
      const exit = await runTransfers({
        client,
        language,
        hasJson,
        jobs,
        isBatch: isRecursive,
        items,
        commandLine,
        options,
      })
      if (exit !== EXIT.ok) return exit
    }
    if (found > 0 || from.kind !== 'object') return EXIT.ok
    note(words.nothingFound(placeText(from)))
    return EXIT.failed
  })
}

function optionsOf(
  values: ReadonlyMap<(typeof VALUED)[number] | (string & {}), string>,
  noOverwrite: boolean,
): Omit<TransferOptions, 'onChanged'> {
  const partSize = bytesOf('--part-size', values.get('part-size'))
  const parallel = numberOf('--parallel', values.get('parallel'), 1, 64)
  const multipartThreshold = bytesOf('--bigfile-threshold', values.get('bigfile-threshold'))
  const bytesPerSecond = bytesOf('--bandwidth-limit', values.get('bandwidth-limit'))
  const contentType = values.get('content-type')
  const folder = values.get('checkpoint-dir')
  return {
    noOverwrite,
    resume: oneOf('--resume', values.get('resume'), ['auto', 'never', 'require']) ?? 'auto',
    checkpoints: folder === undefined ? fileStore() : fileStore(path.resolve(folder)),
    ...(partSize === undefined ? {} : { partSize }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(multipartThreshold === undefined ? {} : { multipartThreshold }),
    ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
    ...(contentType === undefined ? {} : { contentType }),
  }
}
