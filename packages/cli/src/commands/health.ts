import { resolve } from 'node:path'
import { Failure, findServer } from '@bindery/server'
import { defaultFolder, readArguments } from '../arguments.js'
import type { Environment, Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'

/** Longer than the server itself waits for its stores. */
const ANSWER_MS = 4_000

/** `bindery health [DIR]`: whether the running server is ready. Throws Failure `serverNotFound`, `serverSilent`. */
export async function healthCommand({ args, env }: Invocation): Promise<ExitCode> {
  const { positionals, values } = readArguments(args, [], 1, ['endpoint'])
  const endpoint = values.get('endpoint') ?? (await endpointOf(positionals[0], env))
  const answer = await fetch(`${endpoint.replace(/\/+$/, '')}/-/health/ready`, {
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch((error) => {
    throw new Failure('serverSilent', { endpoint }, { cause: error })
  })
  process.stdout.write(await answer.text())
  return answer.ok ? EXIT.ok : EXIT.failed
}

async function endpointOf(folder: string | undefined, env: Environment): Promise<string> {
  const place = folder ?? defaultFolder(env)
  const running = await findServer(resolve(place))
  if (running === undefined) throw new Failure('serverNotFound', { folder: place })
  return running.endpoint
}
