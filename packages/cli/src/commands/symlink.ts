import { operations } from '@bindery/protocol'
import { Failure } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { objectWordsIn } from '../messages/objects.js'
import { parseObject } from '../objects/address.js'
import { call } from '../objects/call.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

/** `bindery symlink oss://BUCKET/TARGET oss://BUCKET/LINK`: makes an object that stands for another. Throws Failure. */
export async function symlinkCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('symlink', args, 2)
  const [targetText, linkText] = requireArguments(parsed.positionals, 'symlink', [
    'oss://BUCKET/TARGET',
    'oss://BUCKET/LINK',
  ])
  const [target, link] = [parseObject('symlink', targetText), parseObject('symlink', linkText)]
  if (target.bucket !== link.bucket) {
    throw new Failure('addressUnfit', { command: 'symlink', address: linkText, needed: `oss://${target.bucket}/LINK` })
  }
  const forbid = parsed.flags.has('no-overwrite') ? { forbidOverwrite: true } : {}
  const input = { target: target.key as never, ...forbid }
  await withClient(parsed, env, (client) => call(client, operations.PutSymlink, link, { input }))
  const { bucket, key } = link
  const text = objectWordsIn(language).created(`${bucket}/${key}`)
  await (parsed.flags.has('json') ? writeJson({ t: 'created', bucket, key, target: target.key }) : write(text))
  return EXIT.ok
}
