import { Failure } from '@bindery/server/local'
import { formIn } from './arguments.js'
import { commandOf, type Environment } from './command.js'
import { type CommandLine, readCommandLine } from './command-line.js'
import { pageIn, requireCommand } from './commands/help.js'
import { RUN } from './commands/index.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { overview } from './help-page.js'
import { type Language, languageOf } from './language.js'
import { objectWordsIn } from './messages/objects.js'
import { failureExit, messagesIn } from './messages.js'
import { endWithReader, isUnfit, note, textIn } from './objects/output.js'
import { isFileSystemError } from './objects/system-error.js'

export { EXIT } from './exit-codes.js'
export { FAILURE_LINE, JSON_LINES } from './json-lines.js'
export { type CommandReference, commandReferences, type FlagReference } from './reference.js'

/** Runs the command `bindery`. Resolves with its exit code; never rejects. A server that could not start ends the process. */
export async function main(given: readonly string[], env: Environment): Promise<ExitCode> {
  let line: CommandLine = { args: given, language: undefined, isOssutil: false }
  try {
    line = readCommandLine(given)
    return await run(line, line.language === undefined ? env : { ...env, BINDERY_LANG: line.language })
  } catch (error) {
    const exit = report(error, line.args, line.language ?? languageOf(env))
    // files and timers that a start has opened would keep the process, and its folder locked
    if (line.args[0] === 'serve') process.exit(exit)
    return exit
  }
}

const OWN_LINE = { language: undefined, isOssutil: false } as const

/** Throws Failure. */
async function run({ args, isOssutil }: CommandLine, env: Environment): Promise<ExitCode> {
  const [first = '--help', ...rest] = args
  // a server keeps running without a reader
  if (first !== 'serve') endWithReader()
  const language = languageOf(env)
  if (isOssutil) {
    const { ossutil } = await import('./compat/ossutil.js')
    return ossutil(args, { args: rest, env, language, dispatch: (other) => run({ ...OWN_LINE, args: other }, env) })
  }
  if (first === '--help' || first === '-h') {
    process.stdout.write(overview(messagesIn(language)))
    return EXIT.ok
  }
  const name = requireCommand(first === '--version' || first === '-v' ? 'version' : first)
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(await pageIn(language, name, rest[0]))
    return EXIT.ok
  }
  const exit = await RUN[name]({ args: rest, env, language, dispatch: (args) => main(args, env) })
  if (isUnfit()) note(objectWordsIn(language).unfit)
  return exit
}

/** Prints why a command failed, and returns its exit code. */
function report(thrown: unknown, [first, ...rest]: readonly string[], language: Language): ExitCode {
  const messages = messagesIn(language)
  const error = isFileSystemError(thrown)
    ? new Failure('transferFailed', { code: 'FileError', message: thrown.message }, { cause: thrown })
    : thrown
  if (!(error instanceof Failure)) {
    process.stderr.write(`${messages.crash}\n${error instanceof Error ? error.stack : String(error)}\n`)
    return EXIT.crashed
  }
  const exit = failureExit(error)
  const name = commandOf(first ?? '')
  const text = messages.failure(error, name === undefined ? undefined : `bindery help ${name}`)
  process.stderr.write(`bindery: ${text}\n`)
  // the process that starts a server takes its first line for that of a running server
  const form = formIn(rest)
  if (form !== undefined && first !== 'serve') {
    process.stdout.write(textIn(form, { t: 'error', kind: error.kind, ...error.details, text, exit }))
  }
  return exit
}
