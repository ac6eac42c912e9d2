import { readFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import { Failure, nearest } from '@bindery/server/local'
import { ADMIN_COMMANDS, type AdminCommand, type Argument } from './commands.js'

/** The settings that every admin command has. */
export interface AdminTarget {
  readonly endpoint: string | undefined
  readonly folder: string | undefined
  readonly json: boolean
}

/** A command with its arguments, and the server that it is for. */
export interface ParsedCommand extends AdminTarget {
  readonly command: AdminCommand
  /** The parameters of the operation. */
  readonly input: Readonly<Record<string, unknown>>
}

/** Parses the arguments after `bindery admin`; undefined if they request help. Throws Failure. */
export async function parseAdmin(args: readonly string[]): Promise<ParsedCommand | undefined> {
  if (args.length === 0 || args.includes('--help') || args.includes('-h')) return undefined
  const command = commandOf(args)
  const { positionals, values, json } = split(command, args.slice(command.words.split(' ').length))
  const input: Record<string, unknown> = { ...command.fixed }
  const extra = positionals[command.arguments.length]
  if (extra !== undefined) throw new Failure('adminArgument', { argument: extra, usage: usageOf(command) })
  for (const [index, argument] of command.arguments.entries()) {
    const given = positionals[index]
    if (given === undefined) {
      if (argument.optional === true) continue
      throw new Failure('adminArgument', { argument: undefined, usage: usageOf(command) })
    }
    await put(input, argument, [given])
  }
  for (const [flag, argument] of Object.entries(command.flags)) {
    const given = values.get(flag)
    if (given !== undefined) await put(input, argument, given)
  }
  if (command.anyOf.length > 0 && !command.anyOf.some((parameter) => parameter in input)) {
    throw new Failure('adminArgument', { argument: undefined, usage: usageOf(command) })
  }
  return { command, input, endpoint: values.get('--endpoint')?.at(-1), folder: values.get('--dir')?.at(-1), json }
}

/** `user create USER [--comments TEXT]`. */
export function usageOf({ words, arguments: args, flags }: AdminCommand): string {
  const optional = Object.entries(flags).map(([flag, { placeholder }]) => `[${flag} ${placeholder}]`)
  const named = args.map(({ placeholder, optional: may }) => (may === true ? `[${placeholder}]` : placeholder))
  return [words, ...named, ...optional].join(' ')
}

/** Words that other programs have for a command. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ['info', 'server'],
  ['config', 'server'],
  ['trace', 'follow'],
  ['keys', 'key list'],
  ['users', 'user list'],
  ['verify', 'scrub'],
])

function commandOf(args: readonly string[]): AdminCommand {
  const given = args.filter((one) => !one.startsWith('-')).slice(0, 2)
  const found = ADMIN_COMMANDS.find(({ words }) => words === given.slice(0, words.split(' ').length).join(' '))
  if (found !== undefined) return found
  const words = given.join(' ')
  const verbs = ADMIN_COMMANDS.filter((one) => one.words.startsWith(`${words} `)).map((one) => one.words.split(' ')[1])
  if (verbs.length > 0)
    throw new Failure('adminArgument', { argument: undefined, usage: `${words} ${verbs.join('|')}` })
  const suggestion = OTHER_WORDS.get(given[0] ?? '')
  const known = ADMIN_COMMANDS.map((one) => one.words)
  throw new Failure('adminCommandUnknown', { command: words, suggestion: suggestion ?? nearest(words, known) })
}

const COMMON_FLAGS = ['--endpoint', '--dir']

interface SplitArguments {
  readonly positionals: readonly string[]
  /** Every value of every flag. */
  readonly values: ReadonlyMap<string, readonly string[]>
  readonly json: boolean
}

function split(command: AdminCommand, args: readonly string[]): SplitArguments {
  const known = [...COMMON_FLAGS, ...Object.keys(command.flags)]
  const positionals: string[] = []
  const values = new Map<string, string[]>()
  let json = false
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? ''
    if (arg === '--json') json = true
    else if (!arg.startsWith('--')) positionals.push(arg)
    else {
      const sign = arg.indexOf('=')
      const flag = sign === -1 ? arg : arg.slice(0, sign)
      if (!known.includes(flag)) {
        throw new Failure('unknownFlag', { flag, suggestion: nearest(flag, [...known, '--json']) })
      }
      if (sign === -1) index += 1
      const value = sign === -1 ? args[index] : arg.slice(sign + 1)
      if (value === undefined || value === '') throw new Failure('valueMissing', { flag, placeholder: 'VALUE' })
      values.set(flag, [...(values.get(flag) ?? []), value])
    }
  }
  return { positionals, values, json }
}

async function put(input: Record<string, unknown>, argument: Argument, given: readonly string[]): Promise<void> {
  const { parameter, form } = argument
  const value = given.at(-1) ?? ''
  if (parameter === 'Resource') Object.assign(input, resourceOf(value))
  else if (form === 'file') input[parameter] = await contentOf(value)
  else if (form === 'seconds') input[parameter] = secondsOf(value)
  else if (form === 'pairs') input[parameter] = Object.fromEntries(given.map(pairOf))
  else input[parameter] = value
}

/** `bucket/key`, with or without the prefix of resource names. */
function resourceOf(resource: string): object {
  const path = resource.replace(/^acs:oss:[^:]*:[^:]*:/, '').replace(/^oss:\/\//, '')
  const slash = path.indexOf('/')
  if (slash === -1) return { Bucket: path }
  const key = path.slice(slash + 1)
  return key === '' ? { Bucket: path.slice(0, slash) } : { Bucket: path.slice(0, slash), Key: key }
}

async function contentOf(name: string): Promise<string> {
  if (name === '-') return textOf(process.stdin)
  try {
    return await readFile(name, 'utf8')
  } catch (error) {
    throw new Failure('fileUnreadable', { file: name }, { cause: error })
  }
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 }

function secondsOf(value: string): number {
  const [, number, unit = 's'] = /^(\d{1,6})([smh]?)$/.exec(value) ?? []
  if (number === undefined) {
    throw new Failure('valueInvalid', { name: '--max-session', value, expected: 'a time such as 900s, 30m or 12h' })
  }
  return Number(number) * (UNITS[unit || 's'] ?? 1)
}

function pairOf(pair: string): [string, string] {
  const sign = pair.indexOf('=')
  if (sign < 1)
    throw new Failure('valueInvalid', {
      name: '--condition',
      value: pair,
      expected: 'a condition such as acs:SourceIp=10.0.0.1',
    })
  return [pair.slice(0, sign), pair.slice(sign + 1)]
}
