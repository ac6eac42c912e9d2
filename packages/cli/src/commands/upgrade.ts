import { checkFormat, type FormatCheck } from '@bindery/server'
import { Failure, findServer } from '@bindery/server/local'
import { defaultFolder, readArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { maintenanceIn } from '../messages/maintenance.js'
import { messagesIn } from '../messages.js'
import { version } from '../version.js'

/**
 * `bindery upgrade [DIR] --check`: whether this release reads a data folder or a backup. Resolves with 6 if it does not. Nothing is
 * changed, and nothing is requested from the network. Throws Failure.
 */
export async function upgradeCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const { positionals, flags } = readArguments('upgrade', args, 1)
  if (!flags.has('check')) throw new Failure('argumentMissing', { command: 'upgrade', argument: '--check' })
  const check = await checkFormat(positionals[0] ?? defaultFolder(env))
  const serving = await findServer(check.folder)
  const reason = check.refusal === undefined ? undefined : messagesIn(language).failure(check.refusal)
  if (flags.has('json'))
    process.stdout.write(`${JSON.stringify({ ...jsonOf(check, reason), server: serving?.endpoint })}\n`)
  else {
    const words = maintenanceIn(language).upgrade
    const lines = [words.supported(version(), check.supported), reason ?? words.outcome[check.kind](check.folder)]
    if (serving !== undefined) lines.push(words.running(serving.endpoint))
    process.stdout.write(`${lines.join('\n')}\n`)
  }
  return check.refusal === undefined ? EXIT.ok : EXIT.found
}

function jsonOf({ folder, kind, supported, refusal }: FormatCheck, reason: string | undefined) {
  const found = refusal === undefined ? undefined : { refusal: refusal.kind, message: reason, ...refusal.details }
  return { folder, kind, release: version(), supported, accepted: refusal === undefined, ...found }
}
