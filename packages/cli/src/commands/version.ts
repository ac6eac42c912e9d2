import { readArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { version } from '../version.js'

/** `bindery version`. */
export async function versionCommand({ args }: Invocation): Promise<ExitCode> {
  const { flags } = readArguments('version', args, 0)
  process.stdout.write(`${flags.has('json') ? JSON.stringify({ version: version() }) : version()}\n`)
  return EXIT.ok
}
