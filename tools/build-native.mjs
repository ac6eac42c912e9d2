// Compiles the native addon of packages/digest with the system's C compiler. Everything works without it, only more
// slowly, so a machine without a compiler is not an error. Like setup.mjs, which calls it, this file imports only
// `node:` modules.

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

const SOURCES = path.join('packages', 'digest', 'native')
const TARGET = path.join('packages', 'digest', 'dist', 'native')
const HEADERS = path.join('node_modules', 'node-api-headers', 'include')
const ADDON = 'addon.node'
const STAMP = 'addon.stamp' // fingerprint of the sources that the addon was built from

const COMPILE = ['-std=gnu11', '-O3', '-fPIC', '-fvisibility=hidden', '-pthread', '-Wall', '-Wextra']
const LINK = process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-pthread']

/**
 * Compiles the addon of the workspace at `root` unless it is current, and removes an outdated one that cannot be
 * replaced. Never rejects because of the compiler: returns a sentence with the reason why there is no addon, or ''.
 * @param {string} root
 * @param {string} [compiler]
 * @returns {Promise<string>}
 */
export async function buildNative(root, compiler = process.env.CC || 'cc') {
  const target = path.join(root, TARGET)
  try {
    const { stdout: machine } = await run(compiler, ['-dumpmachine'])
    const wanted = fingerprint(root, [compiler, machine])
    if (existsSync(path.join(target, ADDON)) && readStamp(target) === wanted) return ''
    await compileAddon(root, compiler, target)
    writeFileSync(path.join(target, STAMP), wanted)
    return ''
  } catch (error) {
    rmSync(path.join(target, ADDON), { force: true })
    return `The native addon was not built, so hashing is slower: ${reason(error, compiler)}`
  }
}

/** Everything that the addon depends on: sources, headers, flags, compiler and machine. */
function fingerprint(root, facts) {
  const hash = createHash('sha256').update(JSON.stringify([...facts, process.platform, process.arch, COMPILE, LINK]))
  for (const folder of [SOURCES, HEADERS]) {
    for (const file of readdirSync(path.join(root, folder)).sort()) {
      hash.update(`\n${file}\n`).update(readFileSync(path.join(root, folder, file)))
    }
  }
  return hash.digest('hex')
}

/** @returns {string | undefined} */
function readStamp(target) {
  const file = path.join(target, STAMP)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/**
 * Compiles the addon into the folder `target`. An existing addon is replaced in one step: a process that uses it keeps its file. Rejects with the error of the compiler, or ENOENT without one.
 * @param {string} root
 * @param {string} compiler  may be one for another processor
 * @param {string} target
 */
export async function compileAddon(root, compiler, target) {
  mkdirSync(target, { recursive: true })
  const folder = mkdtempSync(path.join(target, 'build-'))
  try {
    const sources = readdirSync(path.join(root, SOURCES)).filter((file) => file.endsWith('.c'))
    const objects = await Promise.all(
      sources.map(async (source) => {
        const object = path.join(folder, source.replace(/\.c$/, '.o'))
        const input = path.join(root, SOURCES, source)
        await run(compiler, [...COMPILE, '-I', path.join(root, HEADERS), '-c', input, '-o', object])
        return object
      }),
    )
    const addon = path.join(folder, ADDON)
    await run(compiler, [...LINK, ...objects, '-o', addon])
    renameSync(addon, path.join(target, ADDON))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns {string} */
function reason(error, compiler) {
  if (error.code === 'ENOENT' && error.path === compiler) return `there is no C compiler (${compiler}).`
  return String(error.stderr || error.message).trim()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outcome = await buildNative(fileURLToPath(new URL('..', import.meta.url)))
  if (outcome !== '') {
    console.error(outcome)
    process.exitCode = 1
  }
}
