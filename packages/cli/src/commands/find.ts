import type { Client } from '@bindery/client'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { transferWordsIn } from '../messages/transfer.js'
import { formatOf } from '../objects/format.js'
import { bothFilters } from '../objects/globs.js'
import { type MetadataFilter, metadataFilterOf } from '../objects/metadata-filter.js'
import { note, write, writeJson } from '../objects/output.js'
import { timeText } from '../objects/time-text.js'
import { withClient } from '../objects/with-client.js'
import { entriesBelow } from '../transfer/entries.js'
import { filterOf } from '../transfer/filter.js'
import { type Place, placeText } from '../transfer/places.js'
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
  const storageClass = values.get('storage-class')
  const words = transferWordsIn(language)
  await withClient(parsed, env, async (client) => {
    const onLeftOut = ({ name, reason }: Parameters<Parameters<typeof entriesBelow>[2]['onLeftOut']>[0]) =>
      note(words.leftOut[reason](name))
    for await (const entry of entriesBelow(() => client, place, { onLeftOut, mayBeMissing: false })) {
      if (filter?.(entry) === false) continue
      if (storageClass !== undefined && entry.storageClass !== storageClass) continue
      if (metadata !== undefined && !(await hasMetadata(client, entry.place, metadata))) continue
      const { name, size, modified } = entry
      const address = placeText(entry.place)
      const facts = { address, name, size, modified, class: entry.storageClass, etag: entry.etag }
      if (format !== undefined) await write(format(facts))
      else if (flags.has('json')) await writeJson({ kind: entry.place.kind, ...facts })
      else await write(`${timeText(modified)}  ${String(size).padStart(14)}  ${address}\n`)
    }
  })
  return EXIT.ok
}

/** Whether a place is an object with user metadata that a filter takes; files have none. Throws OssError. */
async function hasMetadata(client: Client, place: Place, filter: MetadataFilter): Promise<boolean> {
  if (place.kind !== 'object') return false
  const { bucket, key } = place.address
  return filter((await client.head(key, { bucket })).meta)
}
