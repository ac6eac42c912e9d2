import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { objectWordsIn } from '../messages/objects.js'
import { parseBucket } from '../objects/address.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

/** `bindery rb oss://BUCKET`: deletes an empty bucket. Throws Failure. */
export async function rbCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('rb', args, 1)
  const { positionals, flags } = parsed
  const [address] = requireArguments(positionals, 'rb', ['oss://BUCKET'])
  const bucket = parseBucket('rb', address)
  await withClient(parsed, env, (client) => client.deleteBucket(bucket))
  const text = objectWordsIn(language).deleted(`oss://${bucket}`)
  await (flags.has('json') ? writeJson({ event: 'deleted', bucket }) : write(text))
  return EXIT.ok
}
