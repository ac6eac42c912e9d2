// `npm run packages [-- --out DIR]`: makes the npm packages of this version, ready to be installed or published: the command and
// the client library. They contain no install script. DIR is .cache/packages by default.

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compileAddon } from './build-native.mjs'
import { readArguments } from './read-arguments.mjs'
import { setUp } from './setup.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Libraries that the bundle of the command leaves out, because they load files of their own. */
const COMMAND_NEEDS = ['lmdb', 'pino']
/** Those without which a part of it answers that it is not installed. */
const COMMAND_MAY_USE = ['sharp']
/** Packages of this repository that the client library is made of; they go into its tarball. */
const CLIENT_PARTS = ['bytes', 'protocol']
/** The compilers for the other processors, as Debian names them. */
const CROSS_COMPILERS = { x64: 'x86_64-linux-gnu-gcc', arm64: 'aarch64-linux-gnu-gcc' }
const BIN = `#!/usr/bin/env node
import './early-signals.js'
import { main } from '../bundle/index.js'

process.exitCode = await main(process.argv.slice(2), process.env)
`

/**
 * Packs the built workspace. Returns the tarballs.
 * @param {string} out  an absolute path
 * @returns {{ cli: string, client: string }}
 */
export async function pack(out) {
  const staging = path.join(out, 'staging')
  rmSync(staging, { recursive: true, force: true })
  mkdirSync(staging, { recursive: true })
  const tarballs = {
    cli: packFolder(await stageCommand(path.join(staging, 'cli')), out),
    client: packFolder(stageClient(path.join(staging, 'client')), out),
  }
  rmSync(staging, { recursive: true, force: true })
  return tarballs
}

/** The command: its bundle, the client library for `bindery connect`, the files of the console, and the addons. */
async function stageCommand(folder) {
  const source = path.join(root, 'packages', 'cli')
  write(path.join(folder, 'bin', 'bindery.js'), BIN, 0o755)
  copy(path.join(source, 'bin', 'early-signals.js'), path.join(folder, 'bin', 'early-signals.js'))
  copy(path.join(source, 'bundle'), path.join(folder, 'bundle'), (file) => !/\.(?:map|cache)$/.test(file))
  copy(path.join(root, 'packages', 'console', 'bundle'), path.join(folder, 'console'))
  // in a fresh clone it is installed only now
  const { build } = await import('esbuild')
  await build({
    absWorkingDir: root,
    entryPoints: ['packages/client/dist/node/index.js'],
    outfile: path.join(folder, 'client', 'dist', 'node', 'index.js'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  })
  await stageAddons(path.join(folder, 'prebuilds'))
  const versionsOf = (names) => Object.fromEntries(names.map((name) => [name, installedVersion(name)]))
  const dependencies = versionsOf(COMMAND_NEEDS)
  const optionalDependencies = versionsOf(COMMAND_MAY_USE)
  const bin = { bindery: 'bin/bindery.js' }
  const exports = { './testing': './bundle/testing.js', './package.json': './package.json' }
  const files = ['bin', 'bundle', 'client', 'console', 'prebuilds']
  finish(folder, source, { bin, exports, dependencies, optionalDependencies, files })
  return folder
}

/** The addon of this machine, and that of the other processor of Linux if its compiler is installed. */
async function stageAddons(folder) {
  const addon = path.join(root, 'packages', 'digest', 'dist', 'native', 'addon.node')
  if (existsSync(addon)) copy(addon, path.join(folder, `${process.platform}-${process.arch}`, 'addon.node'))
  if (process.platform !== 'linux') return
  for (const [arch, compiler] of Object.entries(CROSS_COMPILERS)) {
    if (arch === process.arch) continue
    await compileAddon(root, compiler, path.join(folder, `linux-${arch}`)).catch((error) => {
      if (error.code !== 'ENOENT') throw error
      rmSync(path.join(folder, `linux-${arch}`), { recursive: true, force: true })
      console.error(`packages: there is no ${compiler}, so hashing on linux-${arch} will be slower`)
    })
  }
}

/** The client library, with the packages of this repository that it uses. */
function stageClient(folder) {
  const isPublic = (file) => !/\.test\.|\.map$|[\\/]testing(?:[\\/]|$)/.test(file)
  const source = path.join(root, 'packages', 'client')
  copy(path.join(source, 'dist'), path.join(folder, 'dist'), isPublic)
  const dependencies = {}
  for (const name of CLIENT_PARTS) {
    const part = path.join(root, 'packages', name)
    const target = path.join(folder, 'node_modules', '@bindery', name)
    copy(path.join(part, 'dist'), path.join(target, 'dist'), isPublic)
    finish(target, part, {})
    dependencies[`@bindery/${name}`] = readManifest(part).version
  }
  const { exports, sideEffects, peerDependencies, peerDependenciesMeta } = readManifest(source)
  const fields = { exports, sideEffects, dependencies, peerDependencies, peerDependenciesMeta }
  finish(folder, source, { ...fields, bundleDependencies: Object.keys(dependencies), files: ['dist'] })
  return folder
}

/** Writes the manifest, licence and README of a package. */
function finish(folder, source, fields) {
  const { name, version, description, license, type, exports } = readManifest(source)
  const { engines } = readManifest(root)
  const manifest = { name, version, description, license, type, engines, ...(fields.bin ? {} : { exports }), ...fields }
  write(path.join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
  copy(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'))
  copy(path.join(fields.bin ? root : source, 'README.md'), path.join(folder, 'README.md'))
}

function packFolder(folder, out) {
  const npm = ['pack', '--ignore-scripts', '--json', '--pack-destination', out]
  const [{ filename }] = JSON.parse(execFileSync('npm', npm, { cwd: folder, encoding: 'utf8' }))
  return path.join(out, filename)
}

function installedVersion(name) {
  return readManifest(path.join(root, 'node_modules', name)).version
}

function readManifest(folder) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
}

function copy(from, to, filter = () => true) {
  mkdirSync(path.dirname(to), { recursive: true })
  cpSync(from, to, { recursive: true, filter })
}

function write(file, text, mode = 0o644) {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text, { mode })
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = readArguments({ options: { out: { type: 'string' } } })
  const out = path.resolve(values.out ?? path.join(root, '.cache', 'packages'))
  await setUp(root)
  for (const tarball of Object.values(await pack(out))) console.log(tarball)
}
