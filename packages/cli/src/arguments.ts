import { parseArgs } from 'node:util'
import { Failure, nearest } from '@bindery/server'
import { COMMANDS, type CommandName } from './command.js'
import { FLAGS, type Flag, type FlagName } from './flags.js'

/** The flags of a command. */
export type FlagOf<C extends CommandName> = (typeof COMMANDS)[C]['flags'][number]

/** A flag as it was given, and its value; '' where it takes none. */
export interface GivenFlag {
  readonly name: FlagName
  readonly value: string
}

/** The parsed command line of a command. */
export interface Arguments<F extends FlagName = FlagName> {
  readonly positionals: readonly string[]
  /** The given flags that have no values. */
  readonly flags: { has(flag: F): boolean }
  /** The values of the given flags that have one; the last, if a flag is repeated. */
  readonly values: { get(flag: F): string | undefined }
  /** All given flags in their order. */
  readonly given: readonly GivenFlag[]
}

/**
 * Parses the arguments after a command by its row in the table of commands. Throws Failure `unknownFlag`,
 * `valueRefused`, `valueMissing`, and `unexpectedArgument` beyond `positionalsMax`.
 */
export function readArguments<C extends CommandName>(
  command: C,
  args: readonly string[],
  positionalsMax: number,
): Arguments<FlagOf<C>> {
  return parseFlags<FlagOf<C>>(args, positionalsMax, COMMANDS[command].flags as readonly FlagOf<C>[])
}

function parseFlags<F extends FlagName>(
  args: readonly string[],
  positionalsMax: number,
  known: readonly F[],
): Arguments<F> {
  const spellings = spellingsOf(known)
  const { tokens } = parseArgs({ args: [...args], options: optionsOf(spellings), strict: false, tokens: true })
  const positionals: string[] = []
  const given: { readonly name: F; readonly value: string }[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    else if (token.kind === 'option') {
      const name = spellings.get(token.rawName)
      if (name === undefined) {
        throw new Failure('unknownFlag', {
          flag: token.rawName,
          suggestion: nearest(token.rawName, [...spellings.keys()]),
        })
      }
      const { value: placeholder }: Flag = FLAGS[name]
      if (placeholder !== undefined) given.push({ name, value: requireValue(token, placeholder) })
      else if (token.value === undefined) given.push({ name, value: '' })
      else throw new Failure('valueRefused', { flag: token.rawName, value: token.value })
    }
  }
  const extra = positionals[positionalsMax]
  if (extra !== undefined) throw new Failure('unexpectedArgument', { argument: extra })
  const takes = ({ name }: { readonly name: F }) => 'value' in FLAGS[name]
  return {
    positionals,
    flags: new Set(given.filter((one) => !takes(one)).map(({ name }) => name)),
    values: new Map(given.filter(takes).map(({ name, value }) => [name, value])),
    given,
  }
}

/** The flags of a command by each of their spellings, with dashes. */
function spellingsOf<F extends FlagName>(known: readonly F[]): ReadonlyMap<string, F> {
  return new Map(
    known.flatMap((name) => {
      const { spellings = [] }: Flag = FLAGS[name]
      return [`--${name}`, ...spellings].map((spelling) => [spelling, name] as const)
    }),
  )
}

interface ParsedOption {
  readonly type: 'boolean' | 'string'
  readonly short?: string
}

/** Each spelling is an option of its own, so that a token shows which one was typed. */
function optionsOf(spellings: ReadonlyMap<string, FlagName>): Record<string, ParsedOption> {
  return Object.fromEntries(
    [...spellings].map(([spelling, name]) => {
      const type = 'value' in FLAGS[name] ? ('string' as const) : ('boolean' as const)
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

/** The data folder of a command that names none: the variable of `serve`, or its default. */
export function defaultFolder(env: Readonly<Record<string, string | undefined>>): string {
  return env.BINDERY_DIR || './data'
}
