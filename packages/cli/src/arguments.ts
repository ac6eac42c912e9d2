import { parseArgs } from 'node:util'
import { Failure, nearest } from '@bindery/server'

/** The parsed command line of a command. */
export interface Arguments<F extends string, V extends string = never> {
  readonly positionals: readonly string[]
  /** The given flags that have no values. */
  readonly flags: ReadonlySet<F>
  /** The values of the given flags that have one; the last, if a flag is repeated. */
  readonly values: ReadonlyMap<V, string>
}

/**
 * Parses the arguments after a command. `valued` are the flags that need a value. Throws Failure `unknownFlag`,
 * `valueRefused`, `valueMissing`, and `unexpectedArgument` beyond `positionalsMax`.
 */
export function readArguments<F extends string, V extends string = never>(
  args: readonly string[],
  known: readonly F[],
  positionalsMax: number,
  valued: readonly V[] = [],
): Arguments<F, V> {
  const options = Object.fromEntries([
    ...known.map((flag) => [flag, { type: 'boolean' as const }]),
    ...valued.map((flag) => [flag, { type: 'string' as const }]),
  ])
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true })
  const positionals: string[] = []
  const flags = new Set<F>()
  const values = new Map<V, string>()
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    else if (token.kind === 'option') {
      const named = <N extends string>(names: readonly N[]) => names.find((name) => token.rawName === `--${name}`)
      const flag = named(known)
      const taking = named(valued)
      if (taking !== undefined) values.set(taking, requireValue(token.rawName, token.value))
      else if (flag === undefined) {
        const names = [...known, ...valued].map((name) => `--${name}`)
        throw new Failure('unknownFlag', { flag: token.rawName, suggestion: nearest(token.rawName, names) })
      } else if (token.value !== undefined) {
        throw new Failure('valueRefused', { flag: token.rawName, value: token.value })
      } else flags.add(flag)
    }
  }
  const extra = positionals[positionalsMax]
  if (extra !== undefined) throw new Failure('unexpectedArgument', { argument: extra })
  return { positionals, flags, values }
}

function requireValue(flag: string, value: string | undefined): string {
  if (value === undefined || value === '' || value.startsWith('--')) {
    throw new Failure('valueMissing', { flag, placeholder: 'VALUE' })
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
