import { type Client, contentTypeOf, type ObjectOptions, OssError } from '@bindery/client'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { objectWordsIn } from '../messages/objects.js'
import { type Address, addressText, parseObject } from '../objects/address.js'
import { objectOptionsOf, overSource } from '../objects/object-options.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

/** `bindery touch oss://BUCKET/KEY`: makes an empty object, or gives one that exists the time of now. Throws Failure. */
export async function touchCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('touch', args, 1)
  const [given] = requireArguments(parsed.positionals, 'touch', ['oss://BUCKET/KEY'])
  const address = parseObject('touch', given)
  const options = objectOptionsOf(parsed)
  const mayCreate = !parsed.flags.has('no-create')
  const outcome = await withClient(parsed, env, (client) => touch(client, address, options, mayCreate))
  if (parsed.flags.has('json')) await writeJson({ t: outcome, ...address })
  else await write(objectWordsIn(language).touched[outcome](addressText(address)))
  return EXIT.ok
}

/** A copy onto itself moves no bytes, and keeps everything but the time. Throws OssError. */
async function touch(
  client: Client,
  { bucket, key }: Address,
  options: ObjectOptions,
  mayCreate: boolean,
): Promise<'created' | 'changed' | 'skip'> {
  try {
    const source = await client.head(key, { bucket })
    const place = { bucket, key }
    const storageClass = source.storageClass as NonNullable<ObjectOptions['storageClass']>
    await client.copy({ storageClass, ...overSource(source, options), metadata: 'replace', from: place, to: place })
      .result
    return 'changed'
  } catch (error) {
    if (!(error instanceof OssError) || error.status !== 404 || error.code === 'NoSuchBucket') throw error
    if (!mayCreate) return 'skip'
    const contentType = options.contentType ?? contentTypeOf(key)
    await client.put(key, '', { ...options, bucket, ...(contentType === undefined ? {} : { contentType }) })
    return 'created'
  }
}
