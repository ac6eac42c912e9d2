import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Client } from '@bindery/client'
import type { Operation } from '@bindery/protocol'
import { Failure, nearest } from '@bindery/server/local'
import { CALLABLE, commandNameOf, fieldsOf, flagOf, flagsOf, onlyValueOf } from '../api/operations.js'
import { type Arguments, readFlags, requireArguments } from '../arguments.js'
import { padColumns } from '../columns.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { FLAGS, type Flag, SERVER_FLAGS } from '../flags.js'
import type { Language } from '../language.js'
import { apiWordsIn } from '../messages/api.js'
import { bodyOf } from '../objects/body.js'
import { decodeResult, type RawCall, requestOf } from '../objects/call.js'
import { plain, write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

/** The flags of every operation. */
const OF_SERVER: Readonly<Record<string, Flag>> = Object.fromEntries(SERVER_FLAGS.map((flag) => [flag, FLAGS[flag]]))

/** `bindery api OPERATION`: sends one request of any operation, and prints its answer as JSON. Throws Failure. */
export async function apiCommand({ args, env }: Invocation): Promise<ExitCode> {
  const [name, ...rest] = args
  if (name === undefined || name.startsWith('-')) {
    const hasJson = readFlags<string>(OF_SERVER, args, 0).flags.has('json')
    for (const [command, { name: operation, summary }] of CALLABLE) {
      await (hasJson ? writeJson({ command, operation, summary }) : write(`${padColumns(command, 44)}${summary}\n`))
    }
    return EXIT.ok
  }
  const operation = operationOf(name)
  const parsed = readFlags<string>({ ...OF_SERVER, ...flagsOf(operation) }, rest, 0)
  const raw = await rawCallOf(operation, parsed)
  return withClient(parsed, env, (client) => send(client, operation, raw, parsed))
}

/** The help page of an operation. Throws Failure `unknownCommand`. */
export function apiPage(language: Language, name: string | undefined): string {
  const words = apiWordsIn(language)
  if (name === undefined) return words.usage
  const operation = operationOf(name)
  const rows = Object.entries(flagsOf(operation)).map(([flag, { value, spellings = [] }]: [string, Flag]) => {
    const field = fieldsOf(operation).find(([field]) => flagOf(field) === flag)?.[1]
    const text = [value === undefined ? `--${flag}` : `--${flag} ${value}`, ...spellings].join(', ')
    const isRequired =
      (field?.presence === 'required' && onlyValueOf(field) === undefined) || flag === 'bucket' || flag === 'key'
    return `${`  ${padColumns(text, 50)}${isRequired ? words.required : ''}`.trimEnd()}\n`
  })
  const { body } = operation
  const document =
    body === undefined || body === 'bytes'
      ? ''
      : `\n${words.body}\n\n${body
          .docLines()
          .map((line) => `  ${line}\n`)
          .join('')}`
  return `bindery api ${commandNameOf(operation.name)}\n\n${operation.summary}\n${operation.source}\n\n${rows.join('')}${document}`
}

/** Throws Failure `unknownCommand`. */
function operationOf(name: string): Operation {
  const found = CALLABLE.get(name) ?? CALLABLE.get(commandNameOf(name))
  if (found !== undefined) return found
  const suggestion = nearest(name, [...CALLABLE.keys()])
  throw new Failure('unknownCommand', {
    command: `api ${name}`,
    suggestion: suggestion === undefined ? undefined : `api ${suggestion}`,
  })
}

async function rawCallOf(operation: Operation, { values, flags, given }: Arguments<string>): Promise<RawCall> {
  const bucket = values.get('bucket')
  const key = values.get('key')
  require(operation, bucket, key)
  const query: Record<string, string> = {}
  const headers: Record<string, string> = {}
  for (const [name, field] of fieldsOf(operation)) {
    const flag = flagOf(name)
    const value = values.get(flag) ?? (flags.has(flag) ? '' : undefined)
    if (field.place === 'metadata') continue
    const text = value ?? (field.presence === 'required' ? onlyValueOf(field) : undefined)
    if (text === undefined && field.presence === 'required') {
      requireArguments([], `api ${commandNameOf(operation.name)}`, [`--${flag}`])
    }
    if (text === undefined) continue
    if (field.place === 'header') headers[field.name.toLowerCase()] = text
    else query[field.name] = text
  }
  for (const { name, value } of given) if (name === 'meta') Object.assign(headers, metaOf(value))
  const body = await bodyOf(operation, values.get('body'))
  return {
    query,
    headers,
    ...(bucket === undefined ? {} : { bucket }),
    ...(key === undefined ? {} : { key }),
    ...(body === undefined ? {} : { body }),
  }
}

/** Throws Failure `argumentMissing`. */
function require(
  { name, level, otherLevels = [] }: Operation,
  bucket: string | undefined,
  key: string | undefined,
): void {
  const command = `api ${commandNameOf(name)}`
  const mayBe = (one: string) => level === one || otherLevels.some((other) => other === one)
  if (bucket === undefined && !mayBe('service')) requireArguments([], command, ['--bucket'])
  if (key === undefined && bucket !== undefined && !mayBe('bucket') && !mayBe('service'))
    requireArguments([], command, ['--key'])
}

function metaOf(pair: string): Record<string, string> {
  const at = pair.indexOf('=')
  if (at > 0) return { [`x-oss-meta-${pair.slice(0, at).toLowerCase()}`]: pair.slice(at + 1) }
  throw new Failure('valueInvalid', { name: '--meta', value: pair, expected: 'a pair such as name=value' })
}

async function send(
  client: Client,
  operation: Operation,
  raw: RawCall,
  { values, flags }: Arguments<string>,
): Promise<ExitCode> {
  const request = requestOf(operation, raw)
  const output = values.get('output')
  if (operation.result === 'bytes') {
    const { response } = await client.requester.send(request)
    if (output !== undefined) await pipeline(response.body, createWriteStream(output))
    else for await (const piece of response.body) await write(piece)
    return EXIT.ok
  }
  const { response, requestId, text } = await client.requester.sendForText(request)
  if (flags.has('raw')) await write(text === '' ? '' : `${text.trimEnd()}\n`)
  else {
    const body = text === '' ? undefined : documentIn(operation, text)
    const answer = {
      status: response.status,
      requestId,
      headers: response.headers,
      ...(body === undefined ? {} : { body }),
    }
    if (flags.has('json')) await writeJson(answer)
    else await write(`${JSON.stringify(answer, plain, 2)}\n`)
  }
  return EXIT.ok
}

/** The value of an answer; the text itself where another server answers in another form. */
function documentIn(operation: Operation, text: string): unknown {
  try {
    return decodeResult(operation, text)
  } catch {
    return text
  }
}
