import { Failure } from '@bindery/server/local'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { parseObject } from '../objects/address.js'
import { complain, write } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'
import { readAhead } from '../transfer/prefetch.js'

/** `bindery cat oss://BUCKET/KEY`: writes an object to standard output, and verifies its CRC-64. Throws Failure. */
export async function catCommand({ args, env }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('cat', args, 1)
  const { positionals, values, flags } = parsed
  const [given] = requireArguments(positionals, 'cat', ['oss://BUCKET/KEY'])
  const { bucket, key } = parseObject('cat', given)
  const range = rangeOf(values.get('range'))
  const versionId = values.get('version-id')
  const options = { bucket, key, ...(versionId === undefined ? {} : { versionId }), ...(range && { range }) }
  await withClient(parsed, env, async (client) => {
    let bytes = 0
    for await (const piece of readAhead(client, options)) {
      bytes += piece.length
      await write(piece)
    }
    if (flags.has('json')) complain(JSON.stringify({ t: 'done', bucket, key, bytes }))
  })
  return EXIT.ok
}

/** `0-99` or `100-`, as bytes `[start, end)`. */
function rangeOf(text: string | undefined): { readonly start: number; readonly end?: number } | undefined {
  if (text === undefined) return undefined
  const [, first = '', last = ''] = /^(\d{1,15})-(\d{0,15})$/.exec(text) ?? []
  const isValid = first !== '' && (last === '' || Number(last) >= Number(first))
  if (!isValid)
    throw new Failure('valueInvalid', { name: '--range', value: text, expected: 'a range such as 0-99 or 100-' })
  return last === '' ? { start: Number(first) } : { start: Number(first), end: Number(last) + 1 }
}
