// The targets of a load: the server of this clone, a peer, or a named endpoint.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '../../test/support/start-server.mjs'

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {'oss' | 's3'} dialect
 * @property {string} endpoint
 * @property {string} accessKeyId
 * @property {string} accessKeySecret
 * @property {string} region
 * @property {number | undefined} pid  of its first process; undefined for a remote server
 * @property {string} settings  how it runs, and how durable its acknowledged writes are
 * @property {ReadonlySet<string>} lacks  missing capabilities, as named in `needs` of workloads
 * @property {string} [files]  the folder that it serves; objects are created as files there because it cannot `write`
 * @property {string} [folder]  where a local target keeps everything
 * @property {() => string} [log]  its log so far
 * @property {() => Promise<void>} stop
 */

const COMMON = ['--log', 'error']
/** As many processes as a user gets; tests have two. */
const ENV = { BINDERY_WORKERS: 'auto' }

/**
 * Starts this clone's server with its defaults, logging errors only, on a given folder or a temporary one.
 * @param {{ name?: string, folder?: string, args?: readonly string[], nodeArgs?: readonly string[] }} [options]
 * @returns {Promise<Target>}
 */
export async function startBindery({ name = 'bindery', folder: kept, args = [], nodeArgs = [] } = {}) {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'bindery-bench-')))
  const server = await startServer({ folder, args: [...COMMON, ...args], nodeArgs, env: ENV })
  return {
    name,
    dialect: 'oss',
    endpoint: server.endpoint,
    accessKeyId: server.accessKeyId,
    accessKeySecret: server.accessKeySecret,
    region: server.region,
    pid: server.pid,
    settings: `defaults${args.length === 0 ? '' : `, ${args.join(' ')}`}; every acknowledged write is durable`,
    lacks: new Set(),
    folder,
    log: server.log,
    async stop() {
      await server.stop()
      if (kept === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

/**
 * A running endpoint. It is assumed to copy bytes and to free them immediately.
 * @param {{ endpoint: string, dialect: 'oss' | 's3', accessKeyId: string, accessKeySecret: string, region: string, pid: number | undefined }} options
 * @returns {Target}
 */
export function namedTarget(options) {
  const settings = 'as found'
  return {
    ...options,
    name: new URL(options.endpoint).host,
    settings,
    lacks: new Set(['sharing', 'sweep']),
    stop: async () => {},
  }
}
