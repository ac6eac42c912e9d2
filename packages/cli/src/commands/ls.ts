import type { Client, ListedBucket, ListedObject, ListedVersion } from '@bindery/client'
import { readArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { type Address, addressText, parseAddress } from '../objects/address.js'
import { type Facts, formatOf } from '../objects/format.js'
import { timeText, write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

/** `bindery ls [oss://BUCKET[/PREFIX]]`: lists buckets, or what is in one, page by page. Throws Failure. */
export async function lsCommand({ args, env }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('ls', args, 1)
  const { positionals, flags } = parsed
  const [given] = positionals
  const address = given === undefined ? undefined : parseAddress(given)
  const hasJson = flags.has('json')
  const format = formatOf(parsed.values.get('format'), FACTS)
  await withClient(parsed, env, async (client) => {
    const options = { isRecursive: flags.has('recursive'), hasVersions: flags.has('versions') }
    for await (const entry of entriesOf(client, address, options)) {
      if (hasJson) await writeJson(jsonOf(entry, address))
      else await write(format?.(factsOf(entry, address?.bucket ?? '')) ?? `${lineOf(entry, address?.bucket ?? '')}\n`)
    }
  })
  return EXIT.ok
}

type Entry = ListedBucket | ListedObject | ListedVersion

function entriesOf(
  client: Client,
  address: Address | undefined,
  { isRecursive, hasVersions }: { readonly isRecursive: boolean; readonly hasVersions: boolean },
): AsyncIterable<Entry> {
  if (address === undefined) return client.listBuckets()
  const { bucket, key } = address
  const options = { bucket, prefix: key, ...(isRecursive ? {} : { delimiter: '/' }) }
  return hasVersions ? client.listVersions(options) : client.list(options)
}

const FACTS = ['address', 'key', 'size', 'modified', 'class', 'etag', 'version', 'kind'] as const

/** The facts of an entry for a template; a bucket has an address and when it was created. */
function factsOf(entry: Entry, bucket: string): Facts {
  if (!('kind' in entry)) {
    const { name, created, storageClass } = entry
    return { kind: 'bucket', address: `oss://${name}`, modified: created, class: storageClass }
  }
  if (entry.kind === 'prefix') {
    return { kind: 'prefix', address: addressText({ bucket, key: entry.prefix }), key: entry.prefix }
  }
  const { kind, key, lastModified: modified } = entry
  const facts = { kind, key, modified, address: addressText({ bucket, key }) }
  if (entry.kind === 'deleteMarker') return { ...facts, version: entry.versionId }
  const { size, storageClass, etag } = entry
  return {
    ...facts,
    size,
    class: storageClass,
    etag,
    ...(entry.kind === 'version' ? { version: entry.versionId } : {}),
  }
}

function jsonOf(entry: Entry, address: Address | undefined): object {
  if (!('kind' in entry)) return { kind: 'bucket', ...entry }
  return { ...entry, bucket: address?.bucket }
}

const WIDTH_OF_TIME = 20
const WIDTH_OF_SIZE = 14
const WIDTH_OF_CLASS = 11

/** Columns of fixed widths: nothing waits for the longest name. */
function lineOf(entry: Entry, bucket: string): string {
  const columns = (time: string, size: string, storageClass: string, name: string) =>
    `${time.padEnd(WIDTH_OF_TIME)}  ${size.padStart(WIDTH_OF_SIZE)}  ${storageClass.padEnd(WIDTH_OF_CLASS)}  ${name}`
  if (!('kind' in entry)) {
    const { name, created, location, storageClass } = entry
    return columns(timeText(created), location, storageClass, `oss://${name}`)
  }
  if (entry.kind === 'prefix') return columns('', 'PREFIX', '', addressText({ bucket, key: entry.prefix }))
  const name = addressText({ bucket, key: entry.key })
  if (entry.kind === 'object') {
    return columns(timeText(entry.lastModified), String(entry.size), entry.storageClass, name)
  }
  const version = `${name}  ${entry.versionId}${entry.isLatest ? '  *' : ''}`
  return entry.kind === 'version'
    ? columns(timeText(entry.lastModified), String(entry.size), entry.storageClass, version)
    : columns(timeText(entry.lastModified), 'DELETED', '', version)
}
