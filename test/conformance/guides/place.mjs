// A folder in which the commands of the guides run as they are printed: `bindery` is on the PATH, and in the folder.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import OSS from 'ali-oss'
import { atEnd, newFolder } from '../../support/at-end.mjs'
import { startServer } from '../../support/start-server.mjs'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
/** The port of the guides. */
const PORT = /127\.0\.0\.1:9000/g

/** A new folder; it is removed after the test. */
export function openPlace(t) {
  const folder = newFolder(t, 'bindery-guide-')
  mkdirSync(path.join(folder, 'bin'))
  const cwd = path.join(folder, 'work')
  mkdirSync(cwd)
  for (const link of [path.join(folder, 'bin', 'bindery'), path.join(cwd, 'bindery')]) {
    symlinkSync(path.join(root, 'bindery'), link)
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(cwd, 'node_modules'))
  return { cwd, path: path.join(folder, 'bin') }
}

/** A folder with a running server on its `./data`, and what runs there. */
export async function openServed(t, args = []) {
  const place = openPlace(t)
  const folder = path.join(place.cwd, 'data')
  const server = await startServer({ folder, args: ['--workers', '1', ...args] })
  atEnd(t, () => server.stop())
  const { endpoint, region, accessKeyId, accessKeySecret } = server
  const local = (code) => code.replace(PORT, new URL(endpoint).host)
  const client = (bucket) =>
    new OSS({
      ...{ endpoint, region: `oss-${region}`, accessKeyId, accessKeySecret, bucket },
      ...{ authorizationV4: true, sldEnable: true },
    })
  return {
    ...{ ...place, server, client },
    sh: (code, variables) => runShell(place, local(code), variables),
    /** Runs code of a page as a module, after `preamble`. */
    js: (preamble, code) => runModule(place, local(`${preamble}\n${code}`)),
  }
}

/** The variables of commands in a place. */
export function environment(place, variables = {}) {
  // rclone cannot use the bundle, and a test runner within one must not report to it
  const { NODE_TEST_CONTEXT: _, AWS_CA_BUNDLE: __, ...others } = process.env
  const inherited = Object.entries(others).filter(([name]) => !/^(?:BINDERY|OSS|AWS)_/.test(name))
  const PATH = [place.path, '/usr/sbin', process.env.PATH].join(path.delimiter)
  return { ...Object.fromEntries(inherited), PATH, BINDERY_LANG: 'en', ...variables }
}

/** Runs commands to their end, and returns what they printed. Rejects with it if one fails. */
export async function runShell(place, code, variables = {}) {
  const options = { cwd: place.cwd, env: environment(place, variables), maxBuffer: 1 << 24 }
  const { stdout, stderr } = await promisify(execFile)('sh', ['-ec', code], options)
  return `${stdout}${stderr}`
}

async function runModule(place, code) {
  const args = ['--input-type=module', '--eval', code]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: place.cwd, env: environment(place, {}) })
  return stdout
}

/**
 * Runs commands of which the last one is a server, until `/-/health/ready` answers 200 at the address that it prints. Then `use` is
 * called, and Ctrl-C reaches all processes of the terminal. Resolves with the exit code of the shell, which is that of the server.
 */
export async function runServer(place, code, use, variables = {}) {
  const lines = code.trimEnd().split('\n')
  const last = `exec env ${lines.pop()}`
  const env = environment(place, { BINDERY_PORT: '0', BINDERY_WORKERS: '1', ...variables })
  const child = spawn('sh', ['-ec', [...lines, last].join('\n')], {
    ...{ cwd: place.cwd, env, detached: true },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  try {
    const endpoint = await untilReady(child, () => output)
    await use?.(endpoint)
    process.kill(-child.pid, 'SIGINT')
    return (await closed)[0]
  } finally {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
  }
}

async function untilReady(child, output) {
  for (;;) {
    const endpoint = /(https?):\/\/[\d.]+:(\d+)/.exec(output())
    const local = endpoint === null ? undefined : `${endpoint[1]}://127.0.0.1:${endpoint[2]}`
    if (local !== undefined && (await isReady(local))) return local
    if (child.exitCode !== null) throw new Error(`the server ended\n${output()}`)
    await sleep(50)
  }
}

/** Whether a server answers as ready, whatever its certificate. */
function isReady(endpoint) {
  const { get } = endpoint.startsWith('https') ? https : http
  return new Promise((resolve) => {
    const request = get(`${endpoint}/-/health/ready`, { rejectUnauthorized: false, agent: false }, (answer) => {
      resolve(answer.resume().statusCode === 200)
    })
    request.on('error', () => resolve(false))
  })
}

/** The client of ali-oss that programs of the guides take for granted. */
export function preambleOf({ endpoint, region, accessKeyId, accessKeySecret }) {
  const options = { endpoint, region: `oss-${region}`, accessKeyId, accessKeySecret, bucket: 'demo' }
  return `import OSS from 'ali-oss'
const client = new OSS({ ...${JSON.stringify(options)}, authorizationV4: true, sldEnable: true })`
}
