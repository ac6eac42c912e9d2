import { readArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { version } from '../version.js'

/** `bindery version`. */
export async function versionCommand({ args }: Invocation): Promise<ExitCode> {
  readArguments(args, [], 0)
  process.stdout.write(`${version()}\n`)
  return EXIT.ok
}
