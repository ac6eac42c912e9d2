import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { objectWordsIn } from '../messages/objects.js'
import { parseBucket } from '../objects/address.js'
import { oneOf } from '../objects/arguments.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

const ACLS = ['private', 'public-read', 'public-read-write'] as const
const CLASSES = ['Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive'] as const

/** `bindery mb oss://BUCKET`: creates a bucket. Throws Failure. */
export async function mbCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('mb', args, 1)
  const { positionals, values, flags } = parsed
  const [address] = requireArguments(positionals, 'mb', ['oss://BUCKET'])
  const bucket = parseBucket('mb', address)
  const acl = oneOf('--acl', values.get('acl'), ACLS)
  const storageClass = oneOf('--storage-class', values.get('storage-class'), CLASSES)
  const options = { ...(acl === undefined ? {} : { acl }), ...(storageClass === undefined ? {} : { storageClass }) }
  await withClient(parsed, env, (client) => client.createBucket(bucket, options))
  await (flags.has('json') ? writeJson({ t: 'created', bucket }) : write(objectWordsIn(language).created(bucket)))
  return EXIT.ok
}
