import { Failure } from '@bindery/server'
import { help } from './commands/help.js'
import { EXIT, type ExitCode } from './exit-codes.js'
import { failureExit, languageOf, messagesIn } from './messages.js'
import { version } from './version.js'

export { EXIT } from './exit-codes.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Runs the command `bindery`. Resolves with its exit code; never rejects. */
export async function main(args: readonly string[], env: Environment): Promise<ExitCode> {
  const language = languageOf(env)
  const messages = messagesIn(language)
  try {
    const [command, ...rest] = args
    if (command === '--version' || command === 'version') {
      process.stdout.write(`${version()}\n`)
      return EXIT.ok
    }
    const asksForHelp = args.includes('--help') || args.includes('-h')
    if (command === undefined || command === 'help' || (asksForHelp && command !== 'admin')) {
      process.stdout.write(help(messages))
      return EXIT.ok
    }
    if (command === 'serve') {
      const { serve } = await import('./commands/serve.js')
      return await serve(rest, env, messages)
    }
    if (command === 'fsck') {
      const { fsckCommand } = await import('./commands/fsck.js')
      return await fsckCommand(rest, env, language)
    }
    if (command === 'backup' || command === 'restore') {
      const { copyCommand } = await import('./commands/copy.js')
      return await copyCommand(command, rest, language)
    }
    if (command === 'admin') {
      const { adminCommand } = await import('./commands/admin.js')
      return await adminCommand(rest, env, language)
    }
    process.stderr.write(`${messages.unknownCommand(command)}\n`)
    return EXIT.usage
  } catch (error) {
    if (error instanceof Failure) {
      process.stderr.write(`bindery: ${messages.failure(error)}\n`)
      return failureExit(error)
    }
    process.stderr.write(`${messages.crash}\n${error instanceof Error ? error.stack : String(error)}\n`)
    return EXIT.crashed
  }
}
