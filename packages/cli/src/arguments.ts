import { parseArgs } from 'node:util'
import { Failure, nearest } from '@bindery/server/local'
import { COMMANDS, type CommandName } from './command.js'
import { FLAGS, type Flag, type FlagName } from './flags.js'

/** The flags of a command. */
export type FlagOf<C extends CommandName> = (typeof COMMANDS)[C]['flags'][number]

/** A flag as it was given, and its value; '' where it takes none. */
export interface GivenFlag {
  readonly name: string
  readonly value: string
}

/** The parsed command line of a command. */
export interface Arguments<F extends string = FlagName> {
  readonly positionals: readonly string[]
  /** The given flags that have no values. */
  readonly flags: { has(flag: F): boolean }
  /** The values of the given flags that have one; the last, if a flag is repeated. */
  readonly values: { get(flag: F): string | undefined; has(flag: F): boolean }
  /** All given flags in their order. */
  readonly given: readonly GivenFlag[]
}

/**
 * Parses the arguments after a command by its row in the table of commands. Throws Failure `unknownFlag`,
 * `valueRefused`, `valueMissing`, `valueInvalid`, and `unexpectedArgument` beyond `positionalsMax`.
 */
export function readArguments<C extends CommandName>(
  command: C,
  args: readonly string[],
  positionalsMax: number,
): Arguments<FlagOf<C>> {
  const names: readonly FlagName[] = COMMANDS[command].flags
  return readFlags<FlagOf<C>>(Object.fromEntries(names.map((name) => [name, FLAGS[name]])), args, positionalsMax)
}

/** Parses arguments by a table of flags, as readArguments does. */
export function readFlags<F extends string>(
  table: Readonly<Record<string, Flag>>,
  args: readonly string[],
  positionalsMax: number,
): Arguments<F> {
  const spellings = spellingsOf(table)
  const options = optionsOf(table, spellings)
  const { tokens } = parseArgs({ args: withJson(args, table), options, strict: false, tokens: true })
  const positionals: string[] = []
  const given: { readonly name: F; readonly value: string }[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    else if (token.kind === 'option') {
      const name = spellings.get(token.rawName)
      if (name === undefined) {
        const suggestion = nearest(token.rawName, [...spellings.keys()])
        throw new Failure('unknownFlag', { flag: token.rawName, suggestion })
      }
      const placeholder = table[name]?.value
      if (placeholder !== undefined) given.push({ name: name as F, value: requireValue(token, placeholder) })
      else if (token.value === undefined) given.push({ name: name as F, value: '' })
      else throw new Failure('valueRefused', { flag: token.rawName, value: token.value })
    }
  }
  const extra = positionals[positionalsMax]
  if (extra !== undefined) throw new Failure('unexpectedArgument', { argument: extra })
  const takes = ({ name }: { readonly name: F }) => table[name]?.value !== undefined
  const flags = given.filter((one) => !takes(one)).map(({ name }) => name)
  // a query, a template, YAML and XML are for what JSON shows
  const isQueried = given.some(({ name }) => OF_JSON.has(name))
  return {
    positionals,
    flags: new Set(isQueried ? [...flags, 'json' as F] : flags),
    values: new Map(given.filter(takes).map(({ name, value }) => [name, value])),
    given,
  }
}

/** Flags that change what `--json` prints. */
const OF_JSON: ReadonlySet<string> = new Set(['output-query', 'format', 'yaml', 'xml'])

const FORMS = ['json', 'yaml', 'xml'] as const

/** The form of data that arguments name, whether the rest of them is valid or not. */
export function formIn(args: readonly string[]): (typeof FORMS)[number] | undefined {
  return FORMS.find((form) =>
    args.some(
      (one, at) =>
        one === `--${form}` ||
        one === `--output-format=${form}` ||
        (one === form && args[at - 1] === '--output-format'),
    ),
  )
}

/** ossutil's `--output-format`: `json`, `yaml` and `xml` are flags here; `raw` is the form without them. Throws Failure `valueInvalid`. */
function withJson(args: readonly string[], table: Readonly<Record<string, Flag>>): string[] {
  const at = args.findIndex((one) => one === '--output-format' || one.startsWith('--output-format='))
  if (at === -1 || table.json === undefined) return [...args]
  const [name = '', inline] = (args[at] ?? '').split('=', 2)
  const value = inline ?? args[at + 1] ?? ''
  const rest = [...args.slice(0, at), ...args.slice(at + (inline === undefined ? 2 : 1))]
  const forms = FORMS.filter((form) => table[form] !== undefined)
  if (forms.some((form) => form === value)) return [...rest, `--${value}`]
  if (value === 'raw') return rest
  throw new Failure('valueInvalid', { name, value, expected: [...forms, 'raw'].join(', ') })
}

/** Flags by each of their spellings, with dashes. */
function spellingsOf(table: Readonly<Record<string, Flag>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(table).flatMap(([name, { spellings = [] }]) =>
      [`--${name}`, ...spellings].map((spelling) => [spelling, name] as const),
    ),
  )
}

interface ParsedOption {
  readonly type: 'boolean' | 'string'
  readonly short?: string
}

/** Each spelling is an option of its own, so that a token shows which one was typed. */
function optionsOf(
  table: Readonly<Record<string, Flag>>,
  spellings: ReadonlyMap<string, string>,
): Record<string, ParsedOption> {
  return Object.fromEntries(
    [...spellings].map(([spelling, name]) => {
      const type = table[name]?.value === undefined ? ('boolean' as const) : ('string' as const)
      return spelling.startsWith('--')
        ? [spelling.slice(2), { type }]
        : [`short ${spelling}`, { type, short: spelling.slice(1) }]
    }),
  )
}

function requireValue(
  { rawName, value }: { readonly rawName: string; readonly value: string | undefined },
  placeholder: string,
): string {
  if (value === undefined || value === '' || value.startsWith('--')) {
    throw new Failure('valueMissing', { flag: rawName, placeholder })
  }
  return value
}

/** The positional arguments that a command needs. Throws Failure `argumentMissing`. */
export function requireArguments<const N extends readonly string[]>(
  positionals: readonly string[],
  command: string,
  names: N,
): { readonly [I in keyof N]: string } {
  const missing = names[positionals.length]
  if (missing !== undefined) throw new Failure('argumentMissing', { command, argument: missing })
  return positionals as { readonly [I in keyof N]: string }
}

/** Whether variables name a cluster, as for `serve`. */
export function isCluster(env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(env.BINDERY_METADATA || env.BINDERY_METADATA_FILE)
}

/** The data folder of a command that names none: the variable of `serve`, or its default. */
export function defaultFolder(env: Readonly<Record<string, string | undefined>>): string {
  return env.BINDERY_DIR || './data'
}
