import { parseArgs } from 'node:util'
import { Failure, nearest } from '@bindery/server'

/** The parsed command line of a maintenance command. */
export interface Arguments<F extends string> {
  readonly positionals: readonly string[]
  /** The given flags; they have no values. */
  readonly flags: ReadonlySet<F>
}

/**
 * Parses the arguments after a command. Throws Failure `unknownFlag`, `valueRefused`, and `unexpectedArgument` beyond
 * `positionalsMax`.
 */
export function readArguments<F extends string>(
  args: readonly string[],
  known: readonly F[],
  positionalsMax: number,
): Arguments<F> {
  const options = Object.fromEntries(known.map((flag) => [flag, { type: 'boolean' as const }]))
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true })
  const positionals: string[] = []
  const flags = new Set<F>()
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    else if (token.kind === 'option') {
      const flag = known.find((name) => token.rawName === `--${name}`)
      if (flag !== undefined && token.value !== undefined) {
        throw new Failure('valueRefused', { flag: token.rawName, value: token.value })
      }
      if (flag === undefined) {
        const names = known.map((name) => `--${name}`)
        throw new Failure('unknownFlag', { flag: token.rawName, suggestion: nearest(token.rawName, names) })
      }
      flags.add(flag)
    }
  }
  const extra = positionals[positionalsMax]
  if (extra !== undefined) throw new Failure('unexpectedArgument', { argument: extra })
  return { positionals, flags }
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
