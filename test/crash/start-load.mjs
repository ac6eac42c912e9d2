// Starts the clients of servers that will be killed, in a process of their own.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { guard } from '../support/guard.mjs'

const LOAD = fileURLToPath(new URL('./load.mjs', import.meta.url))

/**
 * Starts a load, and resolves when it has begun. `stop` ends it after its running requests, and rejects if a request was
 * refused.
 *
 * @param {object} options
 * @param {string} options.root folder for files of the run
 * @param {string} options.ledger file to which requests and results are appended
 * @param {readonly { endpoint: string, accessKeyId: string, accessKeySecret: string }[]} options.servers which the clients share
 * @param {number} options.seed
 * @param {number} options.actors
 * @param {import('./world.mjs').World} options.world
 */
export async function startLoad({ root, ledger: ledgerFile, servers, seed, actors, world }) {
  const worldFile = path.join(root, 'world.json')
  writeFileSync(worldFile, JSON.stringify(world))
  const places = servers.map(({ endpoint, accessKeyId, accessKeySecret }) => ({
    endpoint,
    accessKeyId,
    accessKeySecret,
  }))
  const setting = { servers: places, seed, actors, worldFile, ledger: 3 }
  const ledger = openSync(ledgerFile, 'a')
  const load = spawn(process.execPath, [LOAD], {
    env: { ...process.env, CRASH_LOAD: JSON.stringify(setting) },
    stdio: ['ignore', 'pipe', 'pipe', ledger],
  })
  closeSync(ledger)
  let errors = ''
  load.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  const hasEnded = guard({ pid: load.pid })
  const ended = once(load, 'exit').then(([code]) => {
    hasEnded()
    return code
  })
  await Promise.race([once(load.stdout, 'data'), ended])
  return {
    async stop() {
      load.kill('SIGTERM')
      if ((await ended) !== 0) throw new Error(`the load failed: ${errors}`)
    },
  }
}
