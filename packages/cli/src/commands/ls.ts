import type { Client, ListedBucket, ListedObject, ListedVersion } from '@bindery/client'
import { readArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { printUploads } from '../mpu/list.js'
import { type Address, addressText, parseAddress } from '../objects/address.js'
import { type Facts, formatOf } from '../objects/format.js'
import { bothFilters, patternIn } from '../objects/globs.js'
import { isPast, type KeyRange, keyRangeOf, limited, listingOf } from '../objects/key-range.js'
import { metadataFilterOf, requireNoMetadata, withMetadata } from '../objects/metadata-filter.js'
import { write, writeJson } from '../objects/output.js'
import { timeText } from '../objects/time-text.js'
import { withClient } from '../objects/with-client.js'
import { type Filter, filterOf } from '../transfer/filter.js'

/** `bindery ls [oss://BUCKET[/PREFIX]]`: lists buckets, or what is in one, page by page. Throws Failure. */
export async function lsCommand({ args, env }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('ls', args, 1)
  const { positionals, flags, values } = parsed
  const [given] = positionals
  const named = given === undefined ? undefined : parseAddress(given)
  const pattern = named === undefined || flags.has('no-glob') ? undefined : patternIn(named)
  const address = pattern?.prefix ?? named
  if (flags.has('mpu') && named !== undefined) return printUploads(parsed, env, named)
  const hasJson = flags.has('json')
  const format = formatOf(values.get('format'), FACTS)
  const line = flags.has('long') ? longLineOf : lineOf
  const filter = bothFilters(filterOf(parsed, Date.now()), pattern?.matches)
  const metadata = metadataFilterOf(parsed)
  if (flags.has('versions')) requireNoMetadata('ls', metadata)
  const range = keyRangeOf(parsed)
  await withClient(parsed, env, async (client) => {
    const options = {
      isRecursive: (flags.has('recursive') && !flags.has('directory')) || pattern !== undefined,
      hasVersions: flags.has('versions'),
      filter,
      range,
    }
    const entries = withMetadata(entriesOf(client, address, options), metadata, (entry) =>
      address !== undefined && 'kind' in entry && entry.kind === 'object'
        ? { client, bucket: address.bucket, key: entry.key }
        : undefined,
    )
    for await (const entry of limited(entries, range)) {
      if (format !== undefined) await write(format(factsOf(entry, address)))
      else await (hasJson ? writeJson(jsonOf(entry, address)) : write(`${line(entry, address)}\n`))
    }
  })
  return EXIT.ok
}

type Entry = ListedBucket | ListedObject | ListedVersion

interface EntryOptions {
  readonly isRecursive: boolean
  readonly hasVersions: boolean
  readonly filter: Filter | undefined
  readonly range: KeyRange
}

/** Whether a filter takes an entry; folders and buckets have no size and time to be chosen by. */
function isTaken(entry: Entry, prefix: string, filter: Filter): boolean {
  if (!('kind' in entry) || entry.kind === 'prefix') return true
  const name = entry.key.slice(prefix.lastIndexOf('/') + 1)
  return filter({ name, size: 'size' in entry ? entry.size : 0, modified: entry.lastModified })
}

async function* entriesOf(
  client: Client,
  address: Address | undefined,
  { isRecursive, hasVersions, filter, range }: EntryOptions,
): AsyncGenerator<Entry> {
  if (address === undefined) return yield* client.listBuckets()
  const { bucket, key } = address
  const options = {
    bucket,
    prefix: key,
    ...(isRecursive ? {} : { delimiter: '/' }),
    ...listingOf(range),
  }
  for await (const entry of hasVersions ? client.listVersions(options) : client.list(options)) {
    if (isPast(entry.kind === 'prefix' ? entry.prefix : entry.key, range)) return
    if (filter === undefined || isTaken(entry, key, filter)) yield entry
  }
}

const FACTS = ['address', 'key', 'size', 'modified', 'class', 'etag', 'version', 'kind'] as const

/** The facts of an entry for a template; a bucket has an address and when it was created. */
function factsOf(entry: Entry, address: Address = NOWHERE): Facts {
  if (!('kind' in entry)) {
    const { name, created, storageClass } = entry
    return { kind: 'bucket', address: `oss://${name}`, modified: created, class: storageClass }
  }
  if (entry.kind === 'prefix') {
    return { kind: 'prefix', address: addressText({ ...address, key: entry.prefix }), key: entry.prefix }
  }
  const { kind, key, lastModified: modified } = entry
  const facts = { kind, key, modified, address: addressText({ ...address, key }) }
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

/** The address of a list of buckets, whose entries have addresses of their own. */
const NOWHERE: Address = { bucket: '', key: '' }

const WIDTH_OF_ETAG = 38
const WIDTH_OF_TYPE = 10
/** With ETag and type in front. */
function longLineOf(entry: Entry, address: Address = NOWHERE): string {
  const etag = 'etag' in entry ? entry.etag : ''
  const type = 'type' in entry ? entry.type : ''
  return `${etag.padEnd(WIDTH_OF_ETAG)}  ${type.padEnd(WIDTH_OF_TYPE)}  ${lineOf(entry, address)}`
}

const WIDTH_OF_SIZE = 14
const WIDTH_OF_CLASS = 11

/** Times have an offset where the zone is not UTC. */
function widthOfTime(): number {
  return timeText(new Date()).length
}

/** Columns of fixed widths: nothing waits for the longest name. */
function lineOf(entry: Entry, address: Address = NOWHERE): string {
  const columns = (time: string, size: string, storageClass: string, name: string) =>
    `${time.padEnd(widthOfTime())}  ${size.padStart(WIDTH_OF_SIZE)}  ${storageClass.padEnd(WIDTH_OF_CLASS)}  ${name}`
  if (!('kind' in entry)) {
    const { name, created, location, storageClass } = entry
    return columns(timeText(created), location, storageClass, `oss://${name}`)
  }
  if (entry.kind === 'prefix') return columns('', 'PREFIX', '', addressText({ ...address, key: entry.prefix }))
  const name = addressText({ ...address, key: entry.key })
  if (entry.kind === 'object') {
    return columns(timeText(entry.lastModified), String(entry.size), entry.storageClass, name)
  }
  const version = `${name}  ${entry.versionId}${entry.isLatest ? '  *' : ''}`
  return entry.kind === 'version'
    ? columns(timeText(entry.lastModified), String(entry.size), entry.storageClass, version)
    : columns(timeText(entry.lastModified), 'DELETED', '', version)
}
