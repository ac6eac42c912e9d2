// What a load is sent to: a Bindery of this clone, a peer, or any endpoint that is named.

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
 * @property {number | undefined} pid  of its first process; undefined where it is not this machine's
 * @property {string} settings  how it runs, and what it promises of what it has answered
 * @property {ReadonlySet<string>} lacks  what it cannot do, as workloads name it in `needs`
 * @property {string} [files]  the folder that it serves, where objects are put as files because it cannot `write`
 * @property {string} [folder]  where a local one keeps everything
 * @property {() => string} [log]  what it has said so far
 * @property {() => Promise<void>} stop
 */

const COMMON = ['--log', 'error']

/**
 * Starts this clone's server with its defaults, silent but for errors: on a folder that stays, or on one of its own.
 * @param {{ name?: string, folder?: string, args?: readonly string[], nodeArgs?: readonly string[] }} [options]
 * @returns {Promise<Target>}
 */
export async function startBindery({ name = 'bindery', folder: kept, args = [], nodeArgs = [] } = {}) {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'bindery-bench-')))
  const server = await startServer({ folder, args: [...COMMON, ...args], nodeArgs })
  return {
    name,
    dialect: 'oss',
    endpoint: server.endpoint,
    accessKeyId: server.accessKeyId,
    accessKeySecret: server.accessKeySecret,
    region: server.region,
    pid: server.pid,
    settings: `defaults${args.length === 0 ? '' : `, ${args.join(' ')}`}; every answer durable`,
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
 * An endpoint that runs already. Taken for one that copies bytes and frees them at once.
 * @param {{ endpoint: string, dialect: 'oss' | 's3', accessKeyId: string, accessKeySecret: string, region: string, pid: number | undefined }} options
 * @returns {Target}
 */
export function namedTarget(options) {
  const settings = 'as it was found'
  return {
    ...options,
    name: new URL(options.endpoint).host,
    settings,
    lacks: new Set(['sharing', 'sweep']),
    stop: async () => {},
  }
}
