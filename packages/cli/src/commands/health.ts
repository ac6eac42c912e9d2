import { Failure } from '@bindery/server'
import { readArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { requireServer } from '../running-server.js'

/** Longer than the server itself waits for its stores. */
const ANSWER_MS = 4_000

/** `bindery health [DIR]`: whether the running server is ready. Throws Failure `serverNotFound`, `serverSilent`. */
export async function healthCommand({ args, env }: Invocation): Promise<ExitCode> {
  const { positionals, values } = readArguments(args, [], 1, ['endpoint'])
  const endpoint = values.get('endpoint') ?? (await requireServer(positionals[0], env)).endpoint
  const answer = await fetch(`${endpoint.replace(/\/+$/, '')}/-/health/ready`, {
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch((error) => {
    throw new Failure('serverSilent', { endpoint }, { cause: error })
  })
  process.stdout.write(await answer.text())
  return answer.ok ? EXIT.ok : EXIT.failed
}
