/** Starts a built server for tests, demonstrations and benchmarks. Needs only `node:` modules. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.mjs'
import { guard } from './guard.mjs'

/** Two processes, on machines of any size: more can go wrong between them than within one. */
const WORKERS = { BINDERY_WORKERS: '2' }
const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/bindery.js', import.meta.url))

/**
 * @typedef {object} StartedServer
 * @property {string} endpoint `http://127.0.0.1:PORT`
 * @property {string} region
 * @property {string} folder the data folder
 * @property {string} accessKeyId
 * @property {string} accessKeySecret
 * @property {number} pid
 * @property {() => string} log what the server wrote to standard error since it was started
 * @property {() => Promise<number | null>} stop SIGTERM; resolves with the exit code. A folder that `startServer` made is removed. Rejects
 *   if an operation answered what it does not declare
 * @property {() => Promise<void>} kill SIGKILL, and nothing is removed. Rejects as `stop`
 * @property {() => Promise<StartedServer>} restart ends it if it runs, and starts it again on its folder and port
 */

/**
 * Starts `bindery serve` and resolves when it accepts requests. Rejects with its standard error if it ends before.
 *
 * @param {object} [options]
 * @param {string} [options.folder] data folder; by default a new one in the temporary folder
 * @param {number} [options.port] by default one that is free
 * @param {readonly string[]} [options.args] further flags of `serve`
 * @param {Readonly<Record<string, string>>} [options.env] further variables; no BINDERY_ variable is inherited
 * @param {readonly string[]} [options.nodeArgs] flags of node
 * @param {readonly string[]} [options.wrapper] a program, with its arguments, that runs node
 * @param {boolean} [options.ownGroup] gives it its own process group, which `kill` ends as a whole
 * @returns {Promise<StartedServer>}
 */
export async function startServer(options = {}) {
  const { folder, port: given = 0, args = [], env = {}, nodeArgs = [], wrapper = [], ownGroup = false } = options
  // not one that the system chooses: it may give that to another program while the server is stopped
  const port = given === 0 ? await freePort() : given
  const ownFolder = folder === undefined
  const data = folder ?? (await mkdtemp(join(tmpdir(), 'bindery-data-')))
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('BINDERY_'))
  const serve = [COMMAND, 'serve', data, '--port', String(port), '--json', ...args]
  const [program, ...programArgs] = [...wrapper, process.execPath, '--enable-source-maps', ...nodeArgs, ...serve]
  const child = spawn(program, programArgs, {
    env: { ...Object.fromEntries(inherited), BINDERY_LANG: 'en', ...WORKERS, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: ownGroup,
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log += text
  })
  const hasEnded = guard({ pid: ownGroup ? -child.pid : child.pid })
  const exited = once(child, 'exit').finally(hasEnded)
  // its last lines may come after its end
  const closed = once(child, 'close')
  const lines = createInterface({ input: child.stdout })
  const [line] = await Promise.race([once(lines, 'line'), once(child, 'close').then(() => [])])
  if (line === undefined) {
    if (ownFolder) await rm(data, { recursive: true, force: true })
    throw Object.assign(new Error(log), { exitCode: child.exitCode })
  }
  const ready = JSON.parse(line)
  const end = async (signal) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    const [code] = await exited
    return code
  }
  const requireDeclared = async () => {
    // a worker that outlives its parent for a moment keeps the stream open
    await Promise.race([closed, sleep(2_000, undefined, { ref: false })])
    const [undeclared] = log.match(/undeclared: [^"\n]+/) ?? []
    if (undeclared !== undefined) throw new Error(undeclared)
  }
  const killGroup = () => {
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch (error) {
      if (error.code !== 'ESRCH') throw error
    }
  }
  return {
    endpoint: ready.endpoint,
    region: ready.region,
    folder: data,
    accessKeyId: ready.accessKeyId,
    accessKeySecret: await secretOf(ready, env),
    pid: child.pid,
    log: () => log,
    stop: async () => {
      const code = await end('SIGTERM')
      if (ownFolder) await rm(data, { recursive: true, force: true })
      await requireDeclared()
      return code
    },
    kill: async () => {
      if (ownGroup) killGroup()
      await end('SIGKILL')
      await requireDeclared()
    },
    restart: async () => {
      await end('SIGTERM')
      await requireDeclared()
      return startServer({ ...options, folder: data, port: Number(new URL(ready.endpoint).port) })
    },
  }
}

/** The secret is printed only at the first start; later it is read from the folder. */
async function secretOf({ accessKeySecret, keysFile }, env) {
  if (accessKeySecret !== undefined) return accessKeySecret
  if (keysFile === undefined) return env.BINDERY_ACCESS_KEY_SECRET
  return JSON.parse(await readFile(keysFile, 'utf8')).accessKeySecret
}
