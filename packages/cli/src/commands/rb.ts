import { requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { objectWordsIn } from '../messages/objects.js'
import { parseBucket } from '../objects/address.js'
import { readObjectArguments } from '../objects/arguments.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

/** `bindery rb oss://BUCKET`: deletes an empty bucket. Throws Failure. */
export async function rbCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const { positionals, values, flags } = readObjectArguments(args, 1)
  const [address] = requireArguments(positionals, 'rb', ['oss://BUCKET'])
  const bucket = parseBucket('rb', address)
  await withClient(values, env, (client) => client.deleteBucket(bucket))
  const text = objectWordsIn(language).deleted(`oss://${bucket}`)
  await (flags.has('json') ? writeJson({ event: 'deleted', bucket }) : write(text))
  return EXIT.ok
}
