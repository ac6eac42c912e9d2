import type { Client } from '@bindery/client'
import { operations } from '@bindery/protocol'
import { Failure } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { type Address, parseAddress, shown } from '../objects/address.js'
import { call } from '../objects/call.js'
import { tagsOf } from '../objects/object-options.js'
import { write, writeJson } from '../objects/output.js'
import { tagsDocument, tagsIn } from '../objects/tags.js'
import { withClient } from '../objects/with-client.js'

/** `bindery tag oss://BUCKET[/KEY] [TAGS]`: prints, replaces, extends or deletes the tags of an object or bucket. Throws Failure. */
export async function tagCommand({ args, env }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('tag', args, 2)
  const { positionals, values, flags } = parsed
  const [given] = requireArguments(positionals, 'tag', ['oss://BUCKET[/KEY]'])
  const address = parseAddress(given)
  const tagging = positionals[1]
  const isDelete = flags.has('delete')
  if (isDelete && tagging !== undefined) throw new Failure('unexpectedArgument', { argument: tagging })
  const versionId = values.get('version-id')
  const target = { address, versionId }
  const tags = await withClient(parsed, env, async (client) => {
    if (isDelete) await removeTags(client, target)
    else if (tagging !== undefined) {
      const before = flags.has('add') ? await readTags(client, target) : {}
      await writeTags(client, target, { ...before, ...tagsOf('TAGS', tagging) })
    }
    return readTags(client, target)
  })
  if (flags.has('json')) await writeJson({ kind: 'tags', ...address, tags })
  else for (const [key, value] of Object.entries(tags)) await write(`${shown(key)}=${shown(value)}\n`)
  return EXIT.ok
}

interface Tagged {
  readonly address: Address
  readonly versionId: string | undefined
}

async function readTags(client: Client, { address, versionId }: Tagged): Promise<Record<string, string>> {
  const { bucket, key } = address
  if (key === '') return tagsIn(await call(client, operations.GetBucketTags, { bucket }))
  return tagsIn(await call(client, operations.GetObjectTagging, address, { input: { versionId } }))
}

async function writeTags(client: Client, target: Tagged, tags: Readonly<Record<string, string>>): Promise<void> {
  const { address, versionId } = target
  const body = tagsDocument(tags)
  if (address.key === '') await call(client, operations.PutBucketTags, { bucket: address.bucket }, { body })
  else await call(client, operations.PutObjectTagging, address, { input: { versionId }, body })
}

async function removeTags(client: Client, { address, versionId }: Tagged): Promise<void> {
  if (address.key === '') await call(client, operations.DeleteBucketTags, { bucket: address.bucket })
  else await call(client, operations.DeleteObjectTagging, address, { input: { versionId } })
}
