import { readArguments, requireArguments } from '../arguments.js'
import { padColumns } from '../columns.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { type InspectWords, inspectWordsIn } from '../messages/inspect.js'
import { sizeText } from '../messages/maintenance-words.js'
import { type Address, addressText, parseAddress, shown } from '../objects/address.js'
import { numberOf, oneOf } from '../objects/arguments.js'
import { bothFilters, patternIn } from '../objects/globs.js'
import { keyRangeOf } from '../objects/key-range.js'
import { metadataFilterOf, requireNoMetadata } from '../objects/metadata-filter.js'
import { write, writeJson } from '../objects/output.js'
import { objectsBelow, versionsBelow } from '../objects/selected.js'
import { heldBy } from '../objects/uploads.js'
import { withClient } from '../objects/with-client.js'
import { filterOf } from '../transfer/filter.js'

/** `bindery du oss://BUCKET[/PREFIX]`: the objects and bytes below a prefix, by folder or class. Throws Failure. */
export async function duCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('du', args, 1)
  const { positionals, values, flags } = parsed
  const [given] = requireArguments(positionals, 'du', ['oss://BUCKET[/PREFIX]'])
  const named = parseAddress(given)
  const pattern = flags.has('no-glob') ? undefined : patternIn(named)
  const address = pattern?.prefix ?? named
  const by = oneOf('--by', values.get('by'), ['folder', 'prefix', 'class']) ?? 'folder'
  const depth = numberOf('--depth', values.get('depth'), 0, 100) ?? 1
  const filter = bothFilters(filterOf(parsed, Date.now()), pattern?.matches)
  const metadata = metadataFilterOf(parsed)
  if (flags.has('versions')) requireNoMetadata('du', metadata)
  const range = keyRangeOf(parsed)
  const groups = new Groups(address)
  await withClient(parsed, env, async (client) => {
    const contents = flags.has('versions')
      ? versionsBelow(client, address, { filter, range })
      : objectsBelow(client, address, { filter, metadata, range })
    for await (const one of contents) {
      if (one.kind === 'deleteMarker') continue
      groups.add(by === 'class' ? one.storageClass : groups.folderOf(one.key, depth), one.size)
    }
    if (flags.has('mpu')) {
      for await (const upload of client.listUploads({ bucket: address.bucket, prefix: address.key })) {
        const { parts, bytes } = await heldBy(client, address.bucket, upload)
        groups.addUpload(parts, bytes)
      }
    }
  })
  if (flags.has('json')) for (const line of groups.lines(flags.has('mpu'))) await writeJson({ kind: by, ...line })
  else await write(textOf(groups, flags.has('mpu'), inspectWordsIn(language)))
  return EXIT.ok
}

interface Sum {
  count: number
  bytes: number
}

/** Sums by folder or class, in the order in which they are found. */
class Groups {
  readonly #address: Address
  readonly #groups = new Map<string, Sum>()
  readonly total: Sum = { count: 0, bytes: 0 }
  readonly uploads = { count: 0, parts: 0, bytes: 0 }

  constructor(address: Address) {
    this.#address = address
  }

  add(group: string, bytes: number): void {
    const sum = this.#groups.get(group) ?? { count: 0, bytes: 0 }
    this.#groups.set(group, sum)
    for (const one of [sum, this.total]) {
      one.count += 1
      one.bytes += bytes
    }
  }

  addUpload(parts: number, bytes: number): void {
    this.uploads.count += 1
    this.uploads.parts += parts
    this.uploads.bytes += bytes
  }

  /** The folder of a key, so many levels below the address. */
  folderOf(key: string, depth: number): string {
    const start = this.#address.key.lastIndexOf('/') + 1
    const folders = key.slice(start).split('/').slice(0, -1).slice(0, depth)
    return key.slice(0, start) + folders.map((folder) => `${folder}/`).join('')
  }

  get groups(): Iterable<readonly [name: string, sum: Readonly<Sum>]> {
    return this.#groups
  }

  *lines(hasUploads: boolean): Generator<object> {
    for (const [group, { count, bytes }] of this.#groups) yield { group, count, bytes }
    yield { group: null, total: true, ...this.total, ...(hasUploads ? { uploads: this.uploads } : {}) }
  }

  addressOf(group: string): string {
    return group.includes('/') || group === ''
      ? addressText({ bucket: this.#address.bucket, key: group })
      : shown(group)
  }
}

const WIDTH_OF_COUNT = 12
const WIDTH_OF_BYTES = 18

function textOf(groups: Groups, hasUploads: boolean, words: InspectWords): string {
  const line = (count: number, bytes: number, name: string) =>
    `${String(count).padStart(WIDTH_OF_COUNT)}  ${String(bytes).padStart(WIDTH_OF_BYTES)}  ${padColumns(sizeText(bytes), 10)}  ${name}\n`
  const lines = [...groups.groups].map(([name, { count, bytes }]) => line(count, bytes, groups.addressOf(name)))
  const { total, uploads } = groups
  const all = [...lines, line(total.count, total.bytes, words.total)]
  if (hasUploads) all.push(line(uploads.count, uploads.bytes, words.openUploads(uploads.parts)))
  return all.join('')
}
