/** Shared by the tests that end commands in the middle of a transfer. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { COMMAND, type Server } from './support.js'

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess
  /** The text on its standard error so far. */
  readonly printed: () => string
  /** All of that, once it has ended. */
  readonly stderr: Promise<string>
}

/** Requests of one operation for a key that a server with a log has answered with success. */
export function answered(server: Server, operation: string, key: string): number {
  return server
    .log()
    .split('\n')
    .filter((line) => line.includes(`"operation":"${operation}"`) && line.includes(`"key":"${key}"`))
    .filter((line) => /"status":20\d/.test(line)).length
}

/** Starts a command with the key of a server. */
export function startCommand(
  server: Server,
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Running {
  const { endpoint, accessKeyId, accessKeySecret } = server
  const keys = { OSS_ENDPOINT: endpoint, OSS_ACCESS_KEY_ID: accessKeyId, OSS_ACCESS_KEY_SECRET: accessKeySecret }
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { ...process.env, BINDERY_LANG: 'en', ...keys, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let printed = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  return { child, printed: () => printed, stderr: once(child, 'close').then(() => printed) }
}

/** Waits until a server has answered this many requests of a running command. */
export async function until(
  { child }: Running,
  server: Server,
  count: number,
  [operation, key]: readonly [operation: string, key: string],
): Promise<void> {
  while (answered(server, operation, key) < count) {
    assert.equal(child.exitCode, null, 'it has ended')
    await sleep(20)
  }
}

/** Waits until the server has answered what a killed command had sent, and has logged it; returns the number of successes. */
export async function settled(server: Server, operation: string, key: string): Promise<number> {
  for (let last = -1; ; ) {
    const metrics = await (await fetch(`${server.endpoint}/-/metrics`)).text()
    const running = new RegExp(`^bindery_http_inflight\\{op="${operation}"\\} [1-9]`, 'm').test(metrics)
    const now = answered(server, operation, key)
    if (!running && now === last) return now
    last = now
    await sleep(300)
  }
}
