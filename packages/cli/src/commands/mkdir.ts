import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { objectWordsIn } from '../messages/objects.js'
import { parseObject } from '../objects/address.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

/** `bindery mkdir oss://BUCKET/FOLDER/`: makes the empty object that some programs take for a folder. Throws Failure. */
export async function mkdirCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('mkdir', args, 1)
  const [given] = requireArguments(parsed.positionals, 'mkdir', ['oss://BUCKET/FOLDER/'])
  const { bucket, key: name } = parseObject('mkdir', given)
  const key = name.endsWith('/') ? name : `${name}/`
  await withClient(parsed, env, (client) => client.put(key, '', { bucket, contentType: 'application/x-directory' }))
  const text = objectWordsIn(language).created(`${bucket}/${key}`)
  await (parsed.flags.has('json') ? writeJson({ t: 'created', bucket, key }) : write(text))
  return EXIT.ok
}
