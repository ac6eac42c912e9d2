import type { BucketInfo, ObjectInfo } from '@bindery/client'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { addressText, parseAddress, shown } from '../objects/address.js'
import { table, write, writeJson } from '../objects/output.js'
import { timeText } from '../objects/time-text.js'
import { withClient } from '../objects/with-client.js'

/** `bindery stat oss://BUCKET[/KEY]`: describes a bucket or an object. Throws Failure. */
export async function statCommand({ args, env }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('stat', args, 1)
  const { positionals, values, flags } = parsed
  const [given] = requireArguments(positionals, 'stat', ['oss://BUCKET[/KEY]'])
  const { bucket, key } = parseAddress(given)
  const versionId = values.get('version-id')
  const version = versionId === undefined ? {} : { versionId }
  const found = await withClient<BucketInfo | ObjectInfo>(parsed, env, (client) =>
    key === '' ? client.bucketInfo(bucket) : client.head(key, { bucket, ...version }),
  )
  const isObject = 'size' in found
  if (flags.has('json')) await writeJson(isObject ? jsonOf(found) : { kind: 'bucket', ...found })
  else await write(table(isObject ? rowsOf(found) : rowsOfBucket(found)))
  return EXIT.ok
}

/** Facts that only headers hold, by their names in JSON. */
const HEADERS = {
  cacheControl: 'Cache-Control',
  contentDisposition: 'Content-Disposition',
  contentEncoding: 'Content-Encoding',
  contentLanguage: 'Content-Language',
  expires: 'Expires',
  tags: 'x-oss-tagging-count',
  restore: 'x-oss-restore',
  expiration: 'x-oss-expiration',
  encryption: 'x-oss-server-side-encryption',
  retention: 'x-oss-object-worm-mode',
  retainUntil: 'x-oss-object-worm-retain-until-date',
  symlinkTarget: 'x-oss-symlink-target',
} as const

/** The other headers are the same facts in another form. */
function jsonOf({ headers, ...info }: ObjectInfo): object {
  const others = Object.entries(HEADERS).flatMap(([name, header]) => {
    const value = headers[header.toLowerCase()]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { kind: 'object', ...info, ...Object.fromEntries(others) }
}

type Row = readonly [name: string, value: string]

/** Names of headers and of elements: they are the same in every language. */
function rowsOf(info: ObjectInfo): Row[] {
  const { bucket, key, size, etag, crc64, lastModified, contentType, storageClass, type, versionId, meta, headers } =
    info
  const rows: (readonly [string, string | undefined])[] = [
    ['Address', addressText({ bucket, key })],
    ['Size', String(size)],
    ['Last-Modified', timeText(lastModified)],
    ['ETag', etag],
    ['CRC-64', crc64],
    ['Content-Type', contentType],
    ['Type', type],
    ['Storage-Class', storageClass],
    ['Version-Id', versionId],
    ...Object.values(HEADERS).map((header) => [header, shownIn(headers, header)] as const),
    ...Object.entries(meta).map(([name, value]) => [`x-oss-meta-${name}`, shown(value)] as const),
  ]
  return rows.filter((row): row is Row => row[1] !== undefined)
}

function shownIn(headers: ObjectInfo['headers'], header: string): string | undefined {
  const value = headers[header.toLowerCase()]
  return value === undefined ? undefined : shown(value)
}

function rowsOfBucket({ name, location, created, storageClass, acl, versioning, owner }: BucketInfo): Row[] {
  const rows: Row[] = [
    ['Address', `oss://${name}`],
    ['Location', location],
    ['Created', timeText(created)],
    ['Storage-Class', storageClass],
    ['ACL', acl],
    ['Owner', owner],
  ]
  return versioning === undefined ? rows : [...rows, ['Versioning', versioning]]
}
