// A running server receives malformed requests, and must afterwards be as if it had not.

import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startServer } from '../support/start-server.mjs'
import { emptyServer, fuzzWire, garbageRows } from './dist/wire-fuzz.js'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/bindery.js', import.meta.url))
const FREED_WITHIN_POLLS = 120
const POLL_MS = 500

/**
 * Runs one round per seed on one server. Resolves with the number of answers per status. Throws if an answer is wrong,
 * if the server crashes, hangs or logs an error, or if anything is held after everything was deleted.
 * @param {Iterable<number>} seeds
 * @returns {Promise<Record<string, number>>}
 */
export async function fuzzServer(seeds) {
  const folder = await mkdtemp(join(tmpdir(), 'bindery-fuzz-'))
  const server = await startServer({ folder, args: ['--workers', '1', '--idle-timeout', '3s'] })
  try {
    const { hostname, port } = new URL(server.endpoint)
    const { region, accessKeyId, accessKeySecret } = server
    const target = { host: hostname, port: Number(port), region, accessKeyId, accessKeySecret }
    const answers = {}
    for (const seed of seeds) {
      for (const status of await fuzzWire(target, seed)) answers[status] = (answers[status] ?? 0) + 1
    }
    await emptyServer(target)
    await freed(target)
    const code = await server.stop()
    if (code !== 0) throw new Error(`the server ended with ${code}: ${server.log()}`)
    const errors = server
      .log()
      .split('\n')
      .filter((line) => /"level":[56]0/.test(line))
    if (errors.length > 0) throw new Error(`the server reports ${errors.join('\n')}`)
    requireSound(folder)
    return answers
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** A read that was never closed would hold its manifest forever. */
async function freed(target) {
  for (let poll = 0; (await garbageRows(target)) > 0; poll += 1) {
    if (poll === FREED_WITHIN_POLLS) throw new Error(`${await garbageRows(target)} garbage rows are never freed`)
    await sleep(POLL_MS)
  }
}

function requireSound(folder) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, 'fsck', folder, '--bytes', '--json'], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`fsck ends with ${status}: ${stdout}${stderr}`)
}
