/** The listings of ossutil 1, character by character. */
import type { Client, ListedObject, ListedVersion } from '@bindery/client'
import { requireArguments } from '../arguments.js'
import type { Environment } from '../command.js'
import { type Address, parseAddress, parseObject } from '../objects/address.js'
import { numberOf } from '../objects/arguments.js'
import { write } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'
import { filterOf } from '../transfer/filter.js'
import { type CompatArguments, readCompat } from './arguments.js'
import { goTime } from './go-time.js'

const BYTES_PER_MIB = 1024 * 1024

/** `ls`: buckets, objects, incomplete uploads, or both. Throws Failure. */
export async function ls(args: readonly string[], env: Environment): Promise<void> {
  const parsed = readCompat(args, 1)
  const [given] = parsed.positionals
  const address = given === undefined || /^oss:\/\/$/.test(given) ? undefined : parseAddress(given)
  const { flags } = parsed
  await withClient(parsed, env, async (client) => {
    if (address === undefined) return buckets(client, flags.has('short-format'))
    const hasBoth = flags.has('all-type')
    if (hasBoth || !flags.has('multipart')) await objects(client, address, parsed)
    if (hasBoth || flags.has('multipart')) await uploads(client, address, parsed)
  })
}

async function buckets(client: Client, isShort: boolean): Promise<void> {
  const line = (time: string, region: string, storageClass: string, name: string) =>
    write(`${time.padEnd(30)} ${region.padStart(20)}    ${storageClass.padStart(12)}    ${name}\n`)
  let count = 0
  for await (const { name, created, location, storageClass } of client.listBuckets()) {
    if (count === 0 && !isShort) await line('CreationTime', 'Region', 'StorageClass', 'BucketName')
    if (isShort) await write(`oss://${name}\n`)
    else await line(goTime(created), location, storageClass, `oss://${name}`)
    count += 1
  }
  await write(`Bucket Number is: ${count}\n`)
}

function objectLine(time: string, size: string, storageClass: string, etag: string, name: string): string {
  return `${time.padEnd(30)}${size.padStart(12)}  ${storageClass.padStart(12)}   ${etag.padEnd(36)}  ${name}\n`
}

async function objects(client: Client, address: Address, parsed: CompatArguments): Promise<void> {
  const { flags, values } = parsed
  const isLevel = flags.has('directory')
  const isShort = flags.has('short-format')
  const max = numberOf('--limited-num', values.get('limited-num'), 1, 999_999_999) ?? Number.POSITIVE_INFINITY
  const filter = filterOf(parsed, Date.now())
  let count = 0
  for await (const entry of entriesOf(client, address, { isLevel, startAfter: values.get('marker') })) {
    if (count >= max) break
    if (entry.kind !== 'object') await write(`oss://${address.bucket}/${'prefix' in entry ? entry.prefix : ''}\n`)
    else {
      const { key, size, storageClass, etag, lastModified } = entry
      const name = key.slice(address.key.lastIndexOf('/') + 1)
      if (filter?.({ name, size, modified: lastModified }) === false) continue
      const full = `oss://${address.bucket}/${key}`
      if (count === 0 && !isShort && !isLevel) {
        await write(objectLine('LastModifiedTime', 'Size(B)', 'StorageClass', 'ETAG', 'ObjectName'))
      }
      await write(
        isShort || isLevel ? `${full}\n` : objectLine(goTime(lastModified), String(size), storageClass, etag, full),
      )
    }
    count += 1
  }
  await write(`${isLevel ? 'Object and Directory Number' : 'Object Number'} is: ${count}\n`)
}

function entriesOf(
  client: Client,
  { bucket, key: prefix }: Address,
  { isLevel, startAfter }: { readonly isLevel: boolean; readonly startAfter: string | undefined },
): AsyncIterable<ListedObject | ListedVersion> {
  return client.list({
    bucket,
    prefix,
    ...(isLevel ? { delimiter: '/' } : {}),
    ...(startAfter === undefined ? {} : { startAfter }),
  })
}

async function uploads(client: Client, { bucket, key: prefix }: Address, { flags }: CompatArguments): Promise<void> {
  const isShort = flags.has('short-format')
  const line = (time: string, id: string, name: string) =>
    write(`${isShort ? '' : `${time.padEnd(30)}    `}${id.padEnd(32)}    ${name}\n`)
  let count = 0
  for await (const { key, uploadId, initiated } of client.listUploads({ bucket, prefix })) {
    if (count === 0) await line('InitiatedTime', 'UploadID', 'ObjectName')
    await line(goTime(initiated), uploadId, `oss://${bucket}/${key}`)
    count += 1
  }
  await write(`UploadID Number is: ${count}\n`)
}

function partLine(number: string, id: string, size: string, last: string): string {
  return `${number.padEnd(10)}\t${id.padEnd(32)}\t${size.padEnd(10)}\t${last}\n`
}

function partsFooter(count: number, bytes: number): string {
  return `\ntotal part count:${count}\ttotal part size(MB):${(bytes / BYTES_PER_MIB).toFixed(2)}\n\n`
}

/** `listpart oss://BUCKET/KEY ID`: the parts of one upload. Throws Failure. */
export async function listpart(args: readonly string[], env: Environment): Promise<void> {
  const parsed = readCompat(args, 2)
  const [given, uploadId] = requireArguments(parsed.positionals, 'listpart', ['oss://BUCKET/KEY', 'ID'])
  const address = parseObject('listpart', given)
  let count = 0
  let bytes = 0
  await withClient(parsed, env, async (client) => {
    for await (const { partNumber, etag, size, lastModified } of client.listParts({ ...address, uploadId })) {
      if (count === 0) await write(partLine('PartNumber', 'Etag', 'Size(Byte)', 'LastModifyTime'))
      // Go formats the time of the server without converting it
      const time = lastModified.toISOString().slice(0, 19).replace('T', ' ')
      await write(partLine(String(partNumber), `"${etag}"`, String(size), time))
      count += 1
      bytes += size
    }
  })
  await write(partsFooter(count, bytes))
}

/** `getallpartsize oss://BUCKET`: the parts of all uploads. Throws Failure. */
export async function getallpartsize(args: readonly string[], env: Environment): Promise<void> {
  const parsed = readCompat(args, 1)
  const [given] = requireArguments(parsed.positionals, 'getallpartsize', ['oss://BUCKET'])
  const { bucket, key: prefix } = parseAddress(given)
  let count = 0
  let bytes = 0
  await withClient(parsed, env, async (client) => {
    for await (const { key, uploadId } of client.listUploads({ bucket, prefix })) {
      for await (const { partNumber, size } of client.listParts({ bucket, key, uploadId })) {
        if (count === 0) await write(partLine('PartNumber', 'UploadId', 'Size(Byte)', 'Path'))
        await write(partLine(String(partNumber), uploadId, String(size), `oss://${bucket}/${key}`))
        count += 1
        bytes += size
      }
    }
  })
  await write(partsFooter(count, bytes))
}
