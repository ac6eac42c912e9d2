import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { transferWordsIn } from '../messages/transfer.js'
import { shown } from '../objects/address.js'
import { formatOf } from '../objects/format.js'
import { bothFilters } from '../objects/globs.js'
import { keyRangeOf, limited } from '../objects/key-range.js'
import { metadataFilterOf, objectIn, requireObjects, withMetadata } from '../objects/metadata-filter.js'
import { note, write, writeJson } from '../objects/output.js'
import { timeText } from '../objects/time-text.js'
import { withClient } from '../objects/with-client.js'
import { type Entry, entriesBelow } from '../transfer/entries.js'
import { filterOf, nameFilterOf } from '../transfer/filter.js'
import { isLoss, type LeftOut, reportingChosen } from '../transfer/items.js'
import { placeText } from '../transfer/places.js'
import { placeOf } from '../transfer/sources.js'

const FACTS = ['address', 'name', 'size', 'modified', 'class', 'etag'] as const

/** `bindery find PLACE`: prints the files or objects below a folder that filters take. Throws Failure. */
export async function findCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('find', args, 1)
  const { positionals, values, flags } = parsed
  const [given] = requireArguments(positionals, 'find', ['oss://BUCKET[/PREFIX]'])
  const { from: place, matches } = placeOf(given, flags.has('no-glob'))
  const filter = bothFilters(filterOf(parsed, Date.now()), matches)
  const format = formatOf(values.get('format'), FACTS)
  const metadata = metadataFilterOf(parsed)
  requireObjects('find', parsed, [place])
  const range = keyRangeOf(parsed)
  const storageClass = values.get('storage-class')
  const words = transferWordsIn(language)
  let exit: ExitCode = EXIT.ok
  await withClient(parsed, env, async (client) => {
    const onLeftOut = reportingChosen(nameFilterOf(parsed), ({ name, reason }: LeftOut) => {
      if (isLoss({ name, reason })) exit = EXIT.partial
      note(words.leftOut[reason](shown(name)))
    })
    const clientOf = () => client
    const isTaken = (entry: Entry) =>
      filter?.(entry) !== false && (storageClass === undefined || entry.storageClass === storageClass)
    async function* named() {
      for await (const entry of entriesBelow(clientOf, place, { onLeftOut, mayBeMissing: false, range })) {
        if (isTaken(entry)) yield entry
      }
    }
    const found = withMetadata(named(), metadata, ({ place: one }) => objectIn(clientOf, one))
    for await (const entry of limited(found, range)) {
      const { name, size, modified } = entry
      const address = placeText(entry.place)
      const facts = { address, name, size, modified, class: entry.storageClass, etag: entry.etag }
      if (format !== undefined) await write(format(facts))
      else if (flags.has('json')) await writeJson({ kind: entry.place.kind, ...facts })
      else await write(`${timeText(modified)}  ${String(size).padStart(14)}  ${address}\n`)
    }
  })
  return exit
}
