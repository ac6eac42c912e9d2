import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import { text } from 'node:stream/consumers'
import { readArguments } from '../arguments.js'
import type { Invocation } from '../command.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { noAnswer } from '../no-answer.js'
import { requireServer } from '../running-server.js'

/** Longer than the server itself waits for its stores. */
const ANSWER_MS = 4_000

/** `bindery health [DIR]`: whether the running server is ready. Throws Failure `serverNotFound`, `serverSilent`. */
export async function healthCommand({ args, env }: Invocation): Promise<ExitCode> {
  const { positionals, values } = readArguments('health', args, 1)
  const given = values.get('endpoint')
  const endpoint = given ?? (await requireServer(positionals[0], env)).endpoint
  try {
    // the certificate of a server on this machine is for its public name, and nothing secret is sent
    const answer = await fetchPage(`${endpoint.replace(/\/+$/, '')}/-/health/ready`, given !== undefined)
    process.stdout.write(await text(answer))
    return answer.statusCode === 200 ? EXIT.ok : EXIT.failed
  } catch (error) {
    throw noAnswer(endpoint, error)
  }
}

function fetchPage(url: string, rejectUnauthorized: boolean): Promise<IncomingMessage> {
  const signal = AbortSignal.timeout(ANSWER_MS)
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:')
      ? getHttps(url, { signal, rejectUnauthorized }, resolve)
      : getHttp(url, { signal }, resolve)
    request.on('error', reject)
  })
}
