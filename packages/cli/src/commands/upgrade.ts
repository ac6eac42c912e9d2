import {
  type ClusterSchema,
  checkFormat,
  type FormatCheck,
  readClusterSchema,
  readConfig,
  upgradeCluster,
} from '@bindery/server'
import { Failure, findServer } from '@bindery/server/local'
import { defaultFolder, isCluster, readArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { maintenanceIn } from '../messages/maintenance.js'
import { messagesIn } from '../messages.js'
import { version } from '../version.js'

/**
 * `bindery upgrade [DIR] --check`: whether this release reads a data folder or a backup, and changes nothing. `bindery upgrade`, where
 * variables name a cluster: brings its database up to this release. Resolves with 6 if this release does not start there. Throws Failure.
 */
export async function upgradeCommand({ args, env, language }: Invocation): Promise<ExitCode> {
  const { positionals, flags } = readArguments('upgrade', args, 1)
  if (positionals[0] === undefined && isCluster(env)) {
    const config = readConfig([], env)
    const schema = flags.has('check')
      ? await readClusterSchema(config)
      : await upgradeCluster(config, { finish: flags.has('finish') })
    print(flags.has('json') ? JSON.stringify(schema) : maintenanceIn(language).upgrade.cluster(schema))
    return accepts(schema) ? EXIT.ok : EXIT.found
  }
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

/** Whether a gateway of this release starts on such a database. */
function accepts({ version, supported, floor, frozen, unfinished }: ClusterSchema): boolean {
  return version >= supported && floor <= supported && frozen === undefined && unfinished === undefined
}

const print = (text: string): void => void process.stdout.write(`${text}\n`)

function jsonOf({ folder, kind, supported, refusal }: FormatCheck, reason: string | undefined) {
  const found = refusal === undefined ? undefined : { refusal: refusal.kind, message: reason, ...refusal.details }
  return { folder, kind, release: version(), supported, accepted: refusal === undefined, ...found }
}
