import { Failure } from '@bindery/server'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { type Address, parseAddress, parseObject } from '../objects/address.js'
import { oneOf, secondsOf } from '../objects/arguments.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

const DEFAULT_SECONDS = '15m'
/** Seven days: the longest life of a V4 signature. */
const SECONDS_MAX = 604_800
/** The address of the server itself, for requests that concern no bucket. */
const SERVER = 'oss://'

/**
 * `bindery sign oss://BUCKET/KEY`: prints a URL that is usable without a key for some time. With `--query` it may also be a
 * request on a bucket or on the server. Throws Failure.
 */
export async function signCommand({ args, env }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('sign', args, 1)
  const { positionals, values, flags, given } = parsed
  const [text] = requireArguments(positionals, 'sign', ['oss://BUCKET/KEY'])
  const method = oneOf('--method', values.get('method'), ['GET', 'PUT', 'HEAD', 'POST', 'DELETE']) ?? 'GET'
  const expiresIn = secondsOf('--expires', values.get('expires') ?? DEFAULT_SECONDS, SECONDS_MAX)
  const queryText = values.get('query')
  const query = Object.fromEntries(new URLSearchParams(queryText ?? ''))
  const versionId = values.get('version-id')
  const { bucket, key } = queryText === undefined ? parseObject('sign', text) : addressOf(text)
  const headers = given.filter(({ name }) => name === 'header').map(({ value }) => headerOf(value))
  const url = await withClient(parsed, env, (client) =>
    client.presign({
      bucket: bucket === '' ? null : bucket,
      ...(key === '' ? {} : { key }),
      method,
      headers: Object.fromEntries(headers),
      expiresIn,
      query: versionId === undefined ? query : { ...query, versionId },
    }),
  )
  const expires = new Date(Date.now() + expiresIn * 1_000)
  await (flags.has('json') ? writeJson({ url, method, expires }) : write(`${url}\n`))
  return EXIT.ok
}

/** The name and value of `NAME: VALUE`. Throws Failure `valueInvalid`. */
function headerOf(text: string): readonly [string, string] {
  const [, name, value = ''] = /^([\w-]+):[ \t]*(.+)$/.exec(text) ?? []
  if (name !== undefined) return [name.toLowerCase(), value.trim()]
  throw new Failure('valueInvalid', { name: '--header', value: text, expected: 'NAME: VALUE' })
}

function addressOf(given: string): Address {
  return given === SERVER ? { bucket: '', key: '' } : parseAddress(given)
}
