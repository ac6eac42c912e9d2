import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { parseObject } from '../objects/address.js'
import { oneOf, secondsOf } from '../objects/arguments.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

const DEFAULT_SECONDS = '15m'
/** Seven days: the longest life of a V4 signature. */
const SECONDS_MAX = 604_800

/** `bindery sign oss://BUCKET/KEY`: prints a URL that is usable without a key for some time. Throws Failure. */
export async function signCommand({ args, env }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('sign', args, 1)
  const { positionals, values, flags } = parsed
  const [given] = requireArguments(positionals, 'sign', ['oss://BUCKET/KEY'])
  const { bucket, key } = parseObject('sign', given)
  const method = oneOf('--method', values.get('method'), ['GET', 'PUT', 'HEAD']) ?? 'GET'
  const expiresIn = secondsOf('--expires', values.get('expires') ?? DEFAULT_SECONDS, SECONDS_MAX)
  const versionId = values.get('version-id')
  const query = versionId === undefined ? {} : { query: { versionId } }
  const url = await withClient(parsed, env, (client) => client.presign({ bucket, key, method, expiresIn, ...query }))
  const expires = new Date(Date.now() + expiresIn * 1_000)
  await (flags.has('json') ? writeJson({ url, method, expires }) : write(`${url}\n`))
  return EXIT.ok
}
