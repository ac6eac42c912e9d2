import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { percentDecode } from '@bindery/bytes'
import { Failure } from '@bindery/server/local'
import type { Arguments } from '../arguments.js'
import { oneOf } from '../objects/arguments.js'
import { patternIn } from '../objects/globs.js'
import type { Filter } from './filter.js'
import { type Place, parsePlace } from './places.js'

/** The files or objects that one argument stands for. */
export interface Sources {
  /** A file or object; with `isRecursive` a folder or prefix. */
  readonly from: Place
  readonly isRecursive: boolean
  /** Takes those that the pattern in the argument means. */
  readonly matches?: Filter
  /** Reads the names below `from`; absent: all of them. */
  readonly names?: () => AsyncIterable<string>
}

/** The sources that an argument of a command stands for. Throws Failure. */
export function sourcesOf(
  text: string,
  { flags, values }: Pick<Arguments<'recursive' | 'no-glob' | 'files-from' | 'list-format'>, 'flags' | 'values'>,
): Sources {
  const file = values.get('files-from')
  const format = oneOf('--list-format', values.get('list-format'), ['plain', 'inventory'])
  if (file !== undefined) return { from: parsePlace(text), isRecursive: true, names: namesOf(file, format, text) }
  const place = placeOf(text, flags.has('no-glob'))
  return { ...place, isRecursive: place.matches !== undefined || flags.has('recursive') }
}

/** A place; a pattern in a key is a prefix and a test, unless it `isLiteral`. Throws Failure `addressInvalid`. */
export function placeOf(text: string, isLiteral: boolean): Pick<Sources, 'from' | 'matches'> {
  const from = parsePlace(text)
  const pattern = from.kind === 'object' && !isLiteral ? patternIn(from.address) : undefined
  if (pattern === undefined) return { from }
  return { from: { kind: 'object', address: pattern.prefix }, matches: pattern.matches }
}

function namesOf(file: string, format: string | undefined, text: string): () => AsyncIterable<string> {
  if (format !== 'inventory') return () => namesIn(file)
  const from = parsePlace(text)
  return () => inventoryNames(file, from.kind === 'object' ? from.address.key : '')
}

async function* namesIn(file: string): AsyncGenerator<string> {
  for await (const line of linesOf(file)) if (line !== '') yield line
}

/** The names below a prefix in an inventory, whose lines begin with a bucket and a key in the encoding of URLs. */
async function* inventoryNames(file: string, prefix: string): AsyncGenerator<string> {
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`
  for await (const line of linesOf(file)) {
    const written = /^\s*(?:"[^"]*"|[^",]*),(?:"([^"]*)"|([^",]*))/.exec(line)
    const encoded = written?.[1] ?? written?.[2] ?? ''
    const key = percentDecode(encoded.replaceAll('+', '%20')) ?? encoded
    if (key !== '' && key !== folder && key.startsWith(folder)) yield key.slice(folder.length)
  }
}

/** The lines of a file, or with `-` of standard input. Throws Failure `fileUnreadable`. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file)
  if (file !== '-') {
    await once(input, 'open').catch((error) => {
      throw new Failure('fileUnreadable', { file }, { cause: error })
    })
  }
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
}
