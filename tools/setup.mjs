// Makes a clone ready to run: installs the dependencies of package-lock.json if they are missing, then builds what
// changed. `npm start`, `npm test` and `npm run dev` call it first. It imports only `node:` modules, because it
// installs the rest, and it runs no install script of any dependency.

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildBundle } from './build-bundle.mjs'
import { buildConsole } from './build-console.mjs'
import { buildNative } from './build-native.mjs'

const HEARTBEAT_MS = 1_000
const LOCK_STALE_MS = 15_000 // a holder that has not touched its lock for this long was killed
const LOCK_POLL_MS = 200

/**
 * Installs and builds the workspace at `root`, one call at a time on this machine. Rejects with an Error whose message
 * names the remedy.
 * @param {string} root
 */
export async function setUp(root) {
  await installDependencies(root)
  await withLock(lockOf(root), async () => {
    const errors = await build(root)
    if (errors !== '') throw new Error(`The build failed.\n${errors}`)
    for (const lacking of [await buildNative(root), await buildBundle(root), await buildConsole(root)]) {
      if (lacking !== '') console.error(`setup: ${lacking}`)
    }
  })
}

/**
 * Installs the dependencies of package-lock.json unless they are installed.
 * @param {string} root
 */
export async function installDependencies(root) {
  requireNode(root)
  await withLock(lockOf(root), async () => {
    if (!isInstalled(root)) await install(root)
  })
}

/** @param {string} root */
function lockOf(root) {
  return path.join(root, '.cache', 'setup.lock')
}

/** @param {string} root */
function requireNode(root) {
  const floor = readJson(path.join(root, 'package.json')).engines.node.replace('>=', '').split('.').map(Number)
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < floor[0] || (major === floor[0] && minor < floor[1])) {
    throw new Error(`Node.js ${floor.join('.')} or newer is needed; this is ${process.versions.node}.`)
  }
}

/**
 * Whether node_modules holds exactly what package-lock.json requires. npm writes its own record of an installation
 * last, so an interrupted one does not count.
 * @param {string} root
 */
export function isInstalled(root) {
  const recordFile = path.join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(recordFile)) return false
  const wanted = readJson(path.join(root, 'package-lock.json')).packages
  const found = readJson(recordFile).packages
  return Object.entries(wanted).every(([where, entry]) => {
    if (!where.startsWith('node_modules/')) return true // a workspace itself, which the build covers
    const installed = found[where]
    if (entry.link) return installed !== undefined // a new workspace must be linked
    if (installed === undefined) return entry.optional === true // meant for another platform
    return installed.version === entry.version && installed.integrity === entry.integrity
  })
}

/** @param {string} root */
async function install(root) {
  console.error('setup: installing dependencies (npm ci)')
  const npm = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm']
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { code, output } = await run(root, [...npm, ...flags])
  if (code === 127) throw new Error('npm was not found. It comes with Node.js; install it, then try again.')
  if (code !== 0) {
    const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ENOTCACHED/.test(output)
    const advice = offline ? 'The npm registry cannot be reached: connect, then try again.' : 'npm ci failed.'
    throw new Error(`${advice}\n${output.trim()}`)
  }
}

/**
 * Compiles what changed and returns the compiler's errors.
 * @param {string} root
 */
async function build(root) {
  const { code, output } = await run(root, [
    process.execPath,
    path.join('node_modules', 'typescript', 'bin', 'tsc'),
    '-b',
  ])
  return code === 0 ? '' : output.trim()
}

/**
 * Runs a command to its end and collects its output. A missing program is exit code 127, as in a shell.
 * @param {string} cwd
 * @param {string[]} command
 * @returns {Promise<{ code: number, output: string }>}
 */
function run(cwd, [program = '', ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], shell: program.endsWith('.cmd') })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    }
    child.on('error', (error) => resolve({ code: 127, output: error.message }))
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 1, output: signal ? `${output}\nended by ${signal}` : output }),
    )
  })
}

/**
 * Runs `body` while this process holds the lock: a folder that its holder touches every second. When a holder is killed
 * it stops touching the folder, and the next process in line takes over.
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withLock(folder, body) {
  mkdirSync(path.dirname(folder), { recursive: true })
  while (!tryLock(folder)) await sleep(LOCK_POLL_MS)
  const heartbeat = setInterval(() => {
    // taken over while this process was suspended: let its work finish, although it may run twice
    if (existsSync(folder)) utimesSync(folder, new Date(), new Date())
  }, HEARTBEAT_MS)
  try {
    return await body()
  } finally {
    clearInterval(heartbeat)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @param {string} folder */
function tryLock(folder) {
  try {
    mkdirSync(folder)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  const touched = statSync(folder, { throwIfNoEntry: false })?.mtimeMs
  if (touched !== undefined && Date.now() - touched > LOCK_STALE_MS) rmSync(folder, { recursive: true, force: true })
  return false
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await setUp(fileURLToPath(new URL('..', import.meta.url)))
  } catch (error) {
    console.error(`setup: ${error.message}`)
    process.exitCode = 1
  }
}
