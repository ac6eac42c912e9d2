// Joins the compiled modules into a few files, because loading hundreds of small ones takes most of the command's
// start-up time. A server and its workers run from one file, so that their compiled code can be kept. The bundle is optional:
// packages/cli/bin/bindery.js runs the modules themselves if there is no bundle as new as they are.

import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** The entry points of processes and threads: the command, the server of tests, a hashing thread, and image processing. */
const ENTRIES = {
  command: 'packages/cli/dist/index.js',
  'run-cached': 'packages/cli/dist/run-cached.js',
  testing: 'packages/testing/dist/index.js',
  'hash-worker': 'packages/digest/dist/hash-worker.js',
  'image-main': 'packages/imaging/dist/engine/image-main.js',
}
/** The entry points of a server: the whole command, or a worker. */
const PROGRAM = `
export const command = () => import('./packages/cli/dist/index.js')
export const worker = () => import('./packages/server/dist/processes/worker-main.js')
`
/** Each entry point of a server, with its text. */
const STARTS = {
  'index.js': `import { runCached } from './run-cached.js'
const isServer = process.argv[2] === 'serve'
export const { main } = isServer ? await runCached(import.meta.dirname + '/program.cjs', 'command').command() : await import('./command.js')
`,
  'worker-main.js': `import { runCached } from './run-cached.js'
await runCached(import.meta.dirname + '/program.cjs', 'worker').worker()
`,
}
const TARGET = 'packages/cli/bundle'
/** Libraries that load their own files or workers by a path relative to themselves, or need not be installed. */
const APART = ['lmdb', 'pino', 'sharp']

/** Those that a server has in its own file nevertheless: pino loads others only for threads, and a server's log has none. */
const JOINED = ['pino']
/** Characters of a line of a server's file. */
const LINE_LENGTH = 160

/** The part of prom-client that sends metrics to a Pushgateway, which no server does: it would load Node's modules of TLS at each start. */
const UNUSED = /prom-client[\\/]lib[\\/]pushgateway\.js$/
const leaveOutUnused = {
  name: 'leave out what is unused',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onLoad({ filter: UNUSED }, () => ({ contents: 'module.exports = undefined' }))
  },
}

/** Lets libraries that are CommonJS load the modules of Node.js. */
const REQUIRE =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);"

/** The value of `import.meta.url` in CommonJS. */
const OWN_URL = "const ownUrl = require('node:url').pathToFileURL(__filename).href;"

/**
 * Bundles the workspace at `root` unless the bundle is current. Returns a sentence with the reason why there is no bundle, or
 * ''.
 * @param {string} root
 * @returns {Promise<string>}
 */
export async function buildBundle(root) {
  try {
    if (isCurrent(root)) return ''
    const { build } = await import('esbuild')
    rmSync(path.join(root, TARGET), { recursive: true, force: true })
    /** @type {import('esbuild').BuildOptions} */
    const common = {
      absWorkingDir: root,
      external: APART,
      bundle: true,
      platform: 'node',
      target: 'node20',
      sourcemap: true,
      logLevel: 'silent',
      plugins: [leaveOutUnused],
    }
    await build({
      ...common,
      entryPoints: ENTRIES,
      outdir: TARGET,
      banner: { js: REQUIRE },
      splitting: true,
      format: 'esm',
    })
    await build({
      ...common,
      stdin: { contents: PROGRAM, resolveDir: root },
      outfile: path.join(TARGET, 'program.cjs'),
      banner: { js: OWN_URL },
      define: { 'import.meta.url': 'ownUrl' },
      format: 'cjs',
      external: APART.filter((name) => !JOINED.includes(name)),
      // each start reads, checks and copies the text; long lines would fill the log with a failure's
      minifyWhitespace: true,
      lineLimit: LINE_LENGTH,
    })
    // last, because the command looks for it
    for (const [name, text] of Object.entries(STARTS)) writeFileSync(path.join(root, TARGET, name), text)
    return ''
  } catch (error) {
    return `no bundle: the command starts more slowly. ${error.message}`
  }
}

/** @param {string} root */
function isCurrent(root) {
  const made = timeOf(path.join(root, TARGET, 'index.js'))
  const packages = path.join(root, 'packages')
  return readdirSync(packages).every((name) => timeOf(path.join(packages, name, 'tsconfig.tsbuildinfo')) < made)
}

/** @param {string} file */
function timeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
