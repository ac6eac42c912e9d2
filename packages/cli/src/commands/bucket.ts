import type { Operation } from '@bindery/protocol'
import { Failure, nearest } from '@bindery/server/local'
import { CALLABLE, fieldsOf, flagOf, onlyValueOf } from '../api/operations.js'
import { readArguments, requireArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { objectWordsIn } from '../messages/objects.js'
import { addressText, parseBucket } from '../objects/address.js'
import { bodyOf } from '../objects/body.js'
import { decodeResult, type RawCall, send } from '../objects/call.js'
import { indented } from '../objects/indented.js'
import { write, writeJson } from '../objects/output.js'
import { withClient } from '../objects/with-client.js'

const ACTIONS = ['get', 'set', 'rm'] as const

type Action = (typeof ACTIONS)[number]

/** The operations on one kind of document. */
export type Documented = Readonly<Partial<Record<Action, Operation>>>

const VERBS: Readonly<Record<string, Action>> = { get: 'get', put: 'set', delete: 'rm' }

/** The documents that a bucket can have, by their names: what can be read and also be set or deleted. */
export const DOCUMENTS: ReadonlyMap<string, Documented> = documents()

function documents(): Map<string, Documented> {
  const found = new Map<string, Documented>()
  for (const [name, operation] of CALLABLE) {
    const [, verb = '', document = ''] = /^(get|put|delete)-bucket-(.+)$/.exec(name) ?? []
    const action = VERBS[verb]
    // one of several of its kind, as a report of an inventory is: \`bindery api\` names it
    const isOneOfMany = fieldsOf(operation).some(
      ([, field]) => field.place === 'query' && field.presence === 'required' && onlyValueOf(field) === undefined,
    )
    if (action !== undefined && !isOneOfMany) found.set(document, { ...found.get(document), [action]: operation })
  }
  for (const [name, { get, set, rm }] of found) if (get === undefined || (set ?? rm) === undefined) found.delete(name)
  return found
}

/** `bindery bucket DOCUMENT get|set|rm oss://BUCKET [FILE|VALUE]`: the configuration of a bucket. Throws Failure. */
export async function bucketCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const parsed = readArguments('bucket', args, 4)
  const { positionals, flags } = parsed
  if (positionals.length === 0) {
    for (const [name, actions] of DOCUMENTS) {
      const known = ACTIONS.filter((one) => one in actions)
      if (flags.has('json')) await writeJson({ kind: 'document', document: name, actions: known })
      else await write(`${name.padEnd(28)}${known.join(', ')}\n`)
    }
    return EXIT.ok
  }
  const [name, verb, given] = requireArguments(positionals, 'bucket', ['DOCUMENT', 'get|set|rm', 'oss://BUCKET'])
  const { action, operation } = operationOf(name, verb)
  const address = { bucket: parseBucket(`bucket ${name} ${action}`, given), key: '' }
  const call = action === 'set' ? await settingOf(operation, positionals[3]) : { query: {}, headers: {} }
  const { text } = await withClient(parsed, env, (client) =>
    send(client, operation, { ...call, bucket: address.bucket }),
  )
  if (action !== 'get') {
    if (flags.has('json')) await writeJson({ t: action === 'set' ? 'changed' : 'deleted', document: name, ...address })
    else await write(objectWordsIn(language)[action === 'set' ? 'changed' : 'removed'](name, addressText(address)))
  } else if (flags.has('json')) await writeJson(decodeResult(operation, text) as object)
  else await write(indented(text))
  return EXIT.ok
}

/** Throws Failure `unknownCommand` for another document or action. */
function operationOf(name: string, verb: string): { readonly action: Action; readonly operation: Operation } {
  const actions = DOCUMENTS.get(name)
  if (actions === undefined) throw unknown(name, nearest(name, [...DOCUMENTS.keys()]))
  const action = (VERBS[verb] ?? verb) as Action
  const operation = actions[action]
  if (operation === undefined)
    throw unknown(`${name} ${verb}`, `${name} ${ACTIONS.filter((one) => one in actions).join('|')}`)
  return { action, operation }
}

function unknown(name: string, suggestion: string | undefined): Failure {
  return new Failure('unknownCommand', {
    command: `bucket ${name}`,
    suggestion: suggestion === undefined ? undefined : `bucket ${suggestion}`,
  })
}

/** A document of a file, of standard input or as it is; or the value of the one header that is the setting. Throws Failure. */
async function settingOf(operation: Operation, given: string | undefined): Promise<RawCall> {
  const field =
    operation.body === undefined ? fieldsOf(operation).find(([, { place }]) => place === 'header') : undefined
  const needed = field === undefined ? 'FILE' : flagOf(field[0]).toUpperCase()
  if (given === undefined) throw new Failure('argumentMissing', { command: 'bucket', argument: needed })
  if (field !== undefined) return { query: {}, headers: { [field[1].name.toLowerCase()]: given } }
  const isText = given === '-' || /^\s*[<{]/.test(given)
  const body = await bodyOf(operation, isText ? given : `file://${given}`)
  return { query: {}, headers: {}, ...(body === undefined ? {} : { body }) }
}
