/**
 * Shared by the tests of maintenance commands: a real server, signed requests, and the command in a separate
 * process.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { atEnd } from '../../../../test/support/at-end.mjs'

/** A running server. It is killed at the end of its test. */
export interface Server {
  readonly endpoint: string
  readonly folder: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
  /** Everything that the server wrote to standard error. */
  log(): string
  stop(): Promise<number | null>
  kill(): Promise<void>
}

const support = new URL('../../../../test/support/start-server.mjs', import.meta.url)
const { startServer } = (await import(support.href)) as {
  startServer(options: {
    folder: string
    args: readonly string[]
    env?: Readonly<Record<string, string>>
  }): Promise<Server>
}
/** The path of the built command. */
export const COMMAND = fileURLToPath(new URL('../../bin/bindery.js', import.meta.url))

/** A server with the bucket `demo`, killed at the end of the test if it still runs. */
export async function start(
  t: TestContext,
  folder: string,
  env: Readonly<Record<string, string>> = {},
  workers = 1,
): Promise<Server> {
  return startWith(t, folder, [], env, workers)
}

/** Like `start`, with more flags. */
export async function startWith(
  t: TestContext,
  folder: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
  workers = 1,
): Promise<Server> {
  const args = ['--workers', String(workers), '--buckets', 'demo', '--log', 'error', ...flags]
  const server = await startServer({ folder, args, env })
  atEnd(t, () => server.kill())
  return server
}

/** Like `start`, with a log that has a line per request. */
export async function startLogged(t: TestContext, folder: string): Promise<Server> {
  const server = await startServer({ folder, args: ['--workers', '1', '--buckets', 'demo'] })
  atEnd(t, () => server.kill())
  return server
}

/** A body that is too long to be inline, so that it has a file. */
export const stored = (text: string): string => text.padEnd(5000, '.')

/** Sends a request signed with V1 and returns the body of its response. */
export async function send(server: Server, method: string, target: string, body?: string): Promise<string> {
  const date = new Date().toUTCString()
  const signature = createHmac('sha1', server.accessKeySecret)
    .update(`${method}\n\n\n${date}\n/demo/${target}`)
    .digest('base64')
  const headers = { Date: date, Authorization: `OSS ${server.accessKeyId}:${signature}` }
  const sent = body === undefined ? {} : { body: Buffer.from(body) }
  const response = await fetch(`${server.endpoint}/demo/${target}`, { method, headers, ...sent })
  const answer = await response.text()
  assert.ok(response.ok, answer)
  return answer
}

/** The outcome of a command that has ended. */
export interface Outcome {
  readonly code: number
  /** Standard output and standard error. */
  readonly output: string
}

/** Runs the command to its end. */
export function bindery(...args: readonly string[]): Promise<Outcome> {
  return binderyWith({}, ...args)
}

/** Runs the command with more variables. */
export function binderyWith(more: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, BINDERY_LANG: 'en', TZ: 'UTC', ...more }
    execFile(process.execPath, [COMMAND, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: `${stdout}${stderr}` })
    })
  })
}

/** The outcome of a command, with its two outputs apart. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command to its end with the key of a server; `input` is its standard input. */
export async function runWith(
  { endpoint, accessKeyId, accessKeySecret }: Pick<Server, 'endpoint' | 'accessKeyId' | 'accessKeySecret'>,
  args: readonly string[],
  options: {
    readonly input?: string | Uint8Array
    readonly env?: Readonly<Record<string, string>>
    /** The user that runs it. */
    readonly uid?: number
  } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: {
      ...process.env,
      BINDERY_LANG: 'en',
      TZ: 'UTC',
      OSS_ENDPOINT: endpoint,
      OSS_ACCESS_KEY_ID: accessKeyId,
      OSS_ACCESS_KEY_SECRET: accessKeySecret,
      ...options.env,
    },
    ...(options.uid === undefined ? {} : { uid: options.uid }),
  })
  child.stdin.end(options.input ?? '')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return { code: child.exitCode, stdout, stderr }
}

/** The lines of JSON that a command printed. */
export function linesOf(output: string): readonly Record<string, unknown>[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
