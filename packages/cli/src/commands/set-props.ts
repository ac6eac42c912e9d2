import type { Client, ObjectOptions } from '@bindery/client'
import { operations } from '@bindery/protocol'
import { Failure } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import type { ExitCode } from '../exit-codes.js'
import type { Address } from '../objects/address.js'
import { call } from '../objects/call.js'
import { hasMetadata, objectOptionsOf, overSource } from '../objects/object-options.js'
import { forEachObject, selectedOf } from '../objects/selected.js'
import { tagsDocument } from '../objects/tags.js'
import { withClient } from '../objects/with-client.js'

/** `bindery set-props oss://BUCKET/KEY`: changes what objects are stored with, and keeps the rest. Throws Failure. */
export async function setPropsCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('set-props', args, 1)
  const { positionals, flags } = parsed
  const [given] = requireArguments(positionals, 'set-props', ['oss://BUCKET/KEY'])
  const options = objectOptionsOf(parsed)
  if (Object.keys(options).length === 0) {
    throw new Failure('argumentMissing', { command: 'set-props', argument: '--meta, --acl, --storage-class, …' })
  }
  const selected = selectedOf('set-props', given, parsed)
  return withClient(parsed, env, (client) =>
    forEachObject(client, selected, {
      language,
      hasJson: flags.has('json'),
      isDry: flags.has('dry-run'),
      event: 'changed',
      act: (object) => setProperties(client, object, options),
    }),
  )
}

/** ACL and tags have operations of their own; the rest takes a copy of the object onto itself, which moves no bytes. */
async function setProperties(client: Client, address: Address, options: ObjectOptions): Promise<object> {
  const { acl, tags, ...copied } = options
  if (hasMetadata(copied) || copied.storageClass !== undefined || copied.headers !== undefined) {
    const source = await client.head(address.key, { bucket: address.bucket })
    const place = { bucket: address.bucket, key: address.key }
    const kept = { storageClass: source.storageClass as NonNullable<ObjectOptions['storageClass']> }
    await client.copy({ ...kept, ...overSource(source, copied), metadata: 'replace', from: place, to: place }).result
  }
  if (tags !== undefined) {
    await call(client, operations.PutObjectTagging, address, { body: tagsDocument(tags) })
  }
  if (acl !== undefined) await call(client, operations.PutObjectACL, address, { input: { objectAcl: acl } })
  return {}
}
