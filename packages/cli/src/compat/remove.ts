/** `rm` of ossutil 1. */
import type { Client } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { requireArguments } from '../arguments.js'
import type { Environment } from '../command.js'
import { type Address, parseAddress, parseObject } from '../objects/address.js'
import { type Deletable, deletableOf } from '../objects/delete-all.js'
import { write } from '../objects/output.js'
import { requireUnfiltered } from '../objects/selected.js'
import { withClient } from '../objects/with-client.js'
import { filterOf } from '../transfer/filter.js'
import { type CompatArguments, readCompat } from './arguments.js'
import { OssutilLine } from './transfers.js'

/** Objects, incomplete uploads (`-m`), both (`-a`), and with `-b` the bucket. Throws Failure. */
export async function rm(args: readonly string[], env: Environment): Promise<void> {
  const parsed = readCompat(args, 1)
  const [given] = requireArguments(parsed.positionals, 'rm', ['oss://BUCKET[/KEY]'])
  const { flags } = parsed
  if (!flags.has('recursive') && !flags.has('all-versions')) requireUnfiltered('rm', parsed)
  const hasUploads = flags.has('all-type') || flags.has('multipart')
  const isBucketAlone = flags.has('bucket') && !hasUploads && !flags.has('recursive')
  // without its key the deletion of an object would be that of its bucket
  const address = isBucketAlone || flags.has('recursive') ? parseAddress(given) : parseObject('rm', given)
  const hasObjects =
    flags.has('all-type') || (!flags.has('multipart') && (address.key !== '' || flags.has('recursive')))
  // a script has nothing that could answer a question
  if ((flags.has('recursive') || flags.has('bucket')) && !flags.has('yes')) {
    throw new Failure('confirmationNeeded', { address: given })
  }
  await withClient(parsed, env, async (client) => {
    const objects = hasObjects ? await removeObjects(client, address, parsed) : undefined
    const uploads = hasUploads ? await removeUploads(client, address, flags.has('recursive')) : undefined
    const sums = [
      ...(objects === undefined ? [] : [`${objects} objects`]),
      ...(uploads === undefined ? [] : [`${uploads} uploadIds`]),
    ].join(', ')
    if (sums !== '') await write(endOf(sums, (objects ?? 0) + (uploads ?? 0)))
    if (!flags.has('bucket')) return
    await client.deleteBucket(address.bucket)
    await write(`\r\rRemoved Bucket: ${address.bucket}\n`)
  })
}

/** The last lines; the progress in front of them has been seen where anything was removed. */
function endOf(sums: string, count: number): string {
  const line = new OssutilLine()
  const progress = count === 0 ? '' : line.next(`Total ${sums}. Removed ${sums}. Progress: 100%`)
  // the line break counts, too
  const end = line.next(`Succeed: Total ${sums}. Removed ${sums}.\n`)
  return `${progress}${end}${line.erased}`
}

async function removeObjects(client: Client, address: Address, parsed: CompatArguments): Promise<number> {
  const { bucket, key } = address
  const isRecursive = parsed.flags.has('recursive')
  const hasVersions = parsed.flags.has('all-versions')
  const versionId = parsed.values.get('version-id')
  if (!isRecursive && !hasVersions) {
    const exists = await client.head(key, { bucket, ...(versionId === undefined ? {} : { versionId }) }).then(
      () => true,
      () => false,
    )
    await remove(client, bucket, { key, versionId })
    return exists ? 1 : 0
  }
  let count = 0
  const filter = filterOf(parsed, Date.now())
  for await (const one of deletableOf(client, { address, isRecursive, hasVersions, filter })) {
    await remove(client, bucket, one)
    count += 1
  }
  return count
}

async function remove(client: Client, bucket: string, { key, versionId }: Deletable): Promise<void> {
  const query = versionId === undefined ? {} : { versionId }
  await client.requester.sendForText({ op: 'DeleteObject', method: 'DELETE', bucket, key, query })
}

async function removeUploads(client: Client, { bucket, key: prefix }: Address, isRecursive: boolean): Promise<number> {
  let count = 0
  for await (const { key, uploadId } of client.listUploads({ bucket, prefix })) {
    if (!isRecursive && key !== prefix) continue
    await client.abortUpload({ bucket, key, uploadId })
    count += 1
  }
  return count
}
