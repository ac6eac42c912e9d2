/** The descriptions and sums of ossutil 1, character by character. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type Client, crc64 } from '@bindery/client'
import { operations } from '@bindery/protocol'
import { Failure } from '@bindery/server/local'
import { requireArguments } from '../arguments.js'
import type { Environment } from '../command.js'
import { parseAddress } from '../objects/address.js'
import { oneOf } from '../objects/arguments.js'
import { call } from '../objects/call.js'
import { write } from '../objects/output.js'
import { heldBy } from '../objects/uploads.js'
import { withClient } from '../objects/with-client.js'
import { readCompat } from './arguments.js'
import { goTime } from './go-time.js'

/** `stat oss://BUCKET[/KEY]`. Throws Failure. */
export async function stat(args: readonly string[], env: Environment): Promise<void> {
  const parsed = readCompat(args, 1)
  const [given] = requireArguments(parsed.positionals, 'stat', ['oss://BUCKET[/KEY]'])
  const { bucket, key } = parseAddress(given)
  const versionId = parsed.values.get('version-id')
  await withClient(parsed, env, async (client) => {
    if (key === '') return bucketRows(client, bucket)
    const version = versionId === undefined ? {} : { versionId }
    const { headers, etag, lastModified } = await client.head(key, { bucket, ...version })
    const acl = await call(client, operations.GetObjectACL, { bucket, key }, { input: version })
    const facts = new Map(
      Object.entries(headers).flatMap(([name, value]) => (OMITTED.has(name) ? [] : [[goName(name), value] as const])),
    )
    facts.set('ACL', acl.accessControlList.grant)
    facts.set('Owner', acl.owner.id)
    facts.set('Etag', etag)
    facts.set('Last-Modified', goTime(lastModified))
    const names = [...facts.keys()].sort()
    const width = Math.max(...names.map(({ length }) => length)) + 2
    for (const name of names) await write(`${name.padEnd(width)}: ${facts.get(name)}\n`)
  })
}

/** Headers that describe the answer, and not the object. */
const OMITTED: ReadonlySet<string> = new Set([
  'connection',
  'date',
  'server',
  'x-oss-request-id',
  'x-oss-server-time',
  'vary',
])

/** The name of a header as Go writes it: `X-Oss-Object-Type`. */
function goName(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase())
}

async function bucketRows(client: Client, name: string): Promise<void> {
  const { bucket } = await call(client, operations.GetBucketInfo, { bucket: name })
  const rows: readonly (readonly [string, string])[] = [
    ['Name', bucket.name],
    ['Location', bucket.location],
    ['CreationDate', goTime(new Date(bucket.creationDate))],
    ['ExtranetEndpoint', bucket.extranetEndpoint],
    ['IntranetEndpoint', bucket.intranetEndpoint],
    ['ACL', bucket.accessControlList.grant],
    ['Owner', bucket.owner.id],
    ['StorageClass', bucket.storageClass],
    ['RedundancyType', bucket.dataRedundancyType],
    ['TransferAcceleration', bucket.transferAcceleration],
    ['CrossRegionReplication', bucket.crossRegionReplication],
    ['AccessMonitor', bucket.accessMonitor],
  ]
  for (const [title, value] of rows) await write(`${title.padEnd(22)}: ${value}\n`)
}

/** `hash FILE [--type crc64|md5]`. Throws Failure. */
export async function hash(args: readonly string[]): Promise<void> {
  const { positionals, values } = readCompat(args, 1)
  const [file] = requireArguments(positionals, 'hash', ['FILE'])
  const type = oneOf('--type', values.get('type'), ['crc64', 'md5']) ?? 'crc64'
  const row = (name: string, value: string) => write(`${name.padEnd(28)}: ${value}\n`)
  const md5 = createHash('md5')
  let checksum = 0n
  try {
    for await (const piece of createReadStream(file) as AsyncIterable<Uint8Array>) {
      if (type === 'md5') md5.update(piece)
      else checksum = crc64(piece, checksum)
    }
  } catch (error) {
    throw new Failure('fileUnreadable', { file }, { cause: error })
  }
  if (type === 'crc64') return row('CRC64-ECMA', String(checksum))
  const digest = md5.digest()
  await row('MD5', digest.toString('hex').toUpperCase())
  await row('Content-MD5', digest.toString('base64'))
}

const CLEARED = `\r${' '.repeat(70)}\r`
const RULE = `${'-'.repeat(58)}\n`

/** `du oss://BUCKET[/PREFIX]`: objects by class, and parts. Throws Failure. */
export async function du(args: readonly string[], env: Environment): Promise<void> {
  const parsed = readCompat(args, 1)
  const [given] = requireArguments(parsed.positionals, 'du', ['oss://BUCKET[/PREFIX]'])
  const { bucket, key: prefix } = parseAddress(given)
  const classes = new Map<string, { count: number; bytes: number }>()
  const objects = { count: 0, bytes: 0 }
  const parts = { count: 0, bytes: 0 }
  await withClient(parsed, env, async (client) => {
    for await (const entry of client.list({ bucket, prefix })) {
      if (entry.kind !== 'object') continue
      const sum = classes.get(entry.storageClass) ?? { count: 0, bytes: 0 }
      classes.set(entry.storageClass, sum)
      for (const one of [sum, objects]) {
        one.count += 1
        one.bytes += entry.size
      }
    }
    for await (const upload of client.listUploads({ bucket, prefix })) {
      const held = await heldBy(client, bucket, upload)
      parts.count += held.parts
      parts.bytes += held.bytes
    }
  })
  const line = (name: string, count: string, bytes: string) =>
    `${name.padEnd(14)}\t${count.padEnd(20)}\t${bytes.padEnd(30)}\n`
  const total = (name: string, { count, bytes }: typeof parts) =>
    `${`total ${name} count:`.padEnd(20)}${String(count).padEnd(20)}\t${`total ${name} sum size:`.padEnd(23)}${bytes}\n`
  const counted = parts.count === 0 ? '' : `\rpart count:${parts.count}\tpart sum size:${parts.bytes}`
  const rows = [...classes].map(([name, { count, bytes }]) => line(name, String(count), String(bytes)))
  const head = rows.length === 0 ? '\r' : `${CLEARED}${line('storage class', 'object count', 'sum size(byte)')}${RULE}`
  await write(`\robject count:${objects.count}\tobject sum size:${objects.bytes}${head}${rows.join('')}`)
  await write(
    `${rows.length === 0 ? '' : RULE}${total('object', objects)}${counted}${CLEARED}${total('part', parts)}\n`,
  )
  await write(`total du size(byte):${objects.bytes + parts.bytes}\n`)
}
