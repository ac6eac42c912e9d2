/** A PostgreSQL and gateways over it, for the tests and demonstrations of clusters. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import {
  runStatements,
  startPostgres,
  withoutPostgres,
} from '../../packages/storage-postgres/dist/testing/postgres-server.js'
import { guard } from '../support/guard.mjs'
import { startServer } from '../support/start-server.mjs'

export { withoutPostgres }

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/bindery.js', import.meta.url))
const run = promisify(execFile)

/** The root key of all gateways. */
const KEY = { BINDERY_ACCESS_KEY_ID: 'BKCLUSTER', BINDERY_ACCESS_KEY_SECRET: 'cluster-secret' }

/**
 * @typedef {object} World
 * @property {import('../../packages/storage-postgres/dist/testing/postgres-server.js').PostgresServer} postgres
 * @property {import('../../packages/storage-postgres/dist/testing/postgres-server.js').PostgresStandby} [follower]
 * @property {string} url of the database
 * @property {(options?: { args?: readonly string[], port?: number, env?: Readonly<Record<string, string>> }) => Promise<import('../support/start-server.mjs').StartedServer>} startGateway
 * @property {(...flags: string[]) => Promise<object>} fsck
 * @property {(...args: string[]) => Promise<{ code: number, output: string }>} bindery runs a command with the variables of the cluster
 * @property {(more: Readonly<Record<string, string>>) => { bindery: (...args: string[]) => Promise<{ code: number, output: string }> }} withVariables
 * @property {Readonly<Record<string, string>>} variables of those commands
 * @property {() => Promise<number>} rows that the database has
 * @property {() => Promise<void>} dispose ends all gateways that run, and the database
 */

/**
 * @param {object} [options]
 * @param {boolean} [options.durable] the database writes everything through
 * @param {string} [options.host] where the database listens
 * @param {boolean} [options.standby] with a standby, for which every commit waits
 * @param {string} [options.blobs] by default a folder of its own
 * @param {Readonly<Record<string, string>>} [options.env] further variables of the gateways
 * @param {string} [options.masterKeys] by default new ones
 * @returns {Promise<World>}
 */
export async function startWorld(options = {}) {
  const { durable = false, host, standby = false, blobs, env = {}, masterKeys: given } = options
  const folder = await mkdtemp(join(tmpdir(), 'bindery-cluster-'))
  const hasEnded = guard({ folder })
  const postgres = await startPostgres({ durable, host })
  let url = await postgres.database('bindery')
  const follower = standby ? await postgres.standby() : undefined
  if (follower !== undefined) url = url.replace(`:${postgres.port}/`, `:${postgres.port},127.0.0.1:${follower.port}/`)
  const masterKeys = given ?? randomBytes(32).toString('base64')
  const gateways = new Set()
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('BINDERY_'))
  const variables = {
    ...Object.fromEntries(inherited),
    BINDERY_METADATA: url,
    BINDERY_MASTER_KEYS: masterKeys,
    BINDERY_LANG: 'en',
    BINDERY_BLOBS: blobs ?? join(folder, 'blobs'),
    ...env,
  }
  const commandWith =
    (env) =>
    async (...args) => {
      try {
        const { stdout, stderr } = await run(process.execPath, [COMMAND, ...args], { env, maxBuffer: 1 << 26 })
        return { code: 0, output: stdout + stderr }
      } catch ({ code, stdout, stderr }) {
        return { code, output: stdout + stderr }
      }
    }
  const bindery = commandWith(variables)
  return {
    postgres,
    follower,
    url,
    /** The report of `bindery fsck --bytes`. Rejects with its output. */
    async fsck(...flags) {
      const { code, output } = await bindery('fsck', '--bytes', '--json', ...flags)
      if (code !== 0) throw new Error(output)
      return JSON.parse(output.trim().split('\n').at(-1))
    },
    bindery,
    withVariables: (more) => ({ bindery: commandWith({ ...variables, ...more }) }),
    variables,
    rows: async () => Number((await runStatements(url, 'SELECT count(*) FROM bindery.kv').catch(() => [[0]]))[0][0]),
    async startGateway({ args = [], port = 0, env: more = {} } = {}) {
      const gateway = await startServer({
        folder,
        port,
        args: ['--workers', '1', '--blobs', blobs ?? join(folder, 'blobs'), ...args],
        env: { BINDERY_METADATA: url, BINDERY_MASTER_KEYS: masterKeys, ...KEY, ...env, ...more },
      })
      gateways.add(gateway)
      return gateway
    },
    async dispose() {
      for (const gateway of gateways) await gateway.kill().catch(() => {})
      await follower?.dispose()
      await postgres.dispose()
      await rm(folder, { recursive: true, force: true })
      hasEnded()
    },
  }
}
