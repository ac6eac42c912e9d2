// Joins the compiled modules into a few files, because loading three hundred small ones takes most of the command's
// start-up time. The bundle is optional: packages/cli/bin/bindery.js runs the modules themselves if there is no bundle
// as new as they are.

import { readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'

/** The entry points of processes and threads: the command, the server of tests, a worker of the server, a hashing thread, and image processing. */
const ENTRIES = {
  index: 'packages/cli/dist/index.js',
  testing: 'packages/testing/dist/index.js',
  'worker-main': 'packages/server/dist/processes/worker-main.js',
  'hash-worker': 'packages/digest/dist/hash-worker.js',
  'image-main': 'packages/imaging/dist/engine/image-main.js',
}
const TARGET = 'packages/cli/bundle'
/** Libraries that load their own files or workers by a path relative to themselves, or need not be installed. */
const APART = ['lmdb', 'pino', 'sharp']

/** Lets libraries that are CommonJS load the modules of Node.js. */
const REQUIRE =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);"

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
    await build({
      absWorkingDir: root,
      entryPoints: ENTRIES,
      outdir: TARGET,
      external: APART,
      banner: { js: REQUIRE },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: true,
      logLevel: 'silent',
    })
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
