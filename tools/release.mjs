// `npm run release [-- --draft] [--out DIR]`: makes the files of a release from a clean clone: the npm packages, archives that contain
// Node.js too, and SHA256SUMS. On Linux there is an archive for x64 and one for arm64, elsewhere one of this platform. It publishes
// nothing. `--draft` skips the checks of version and changes.

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { pack } from './pack.mjs'
import { readArguments } from './read-arguments.mjs'
import { setUp } from './setup.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
/** The processors whose archives are made. */
const ARCHITECTURES = process.platform === 'linux' ? ['x64', 'arm64'] : [process.arch]
/** The Node.js of the archives: the oldest with long-term support that is as fast as the newest (docs/decisions/0405-newer-node.md). */
const NODE_VERSION = '24.22.3'
const LAUNCHER = `#!/bin/sh
# Runs the command with the Node.js of this folder, also through links to this file.
self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
here=$(dirname "$self")
exec "$here/node" "$here/node_modules/@bindery/cli/bin/bindery.js" "$@"
`

/**
 * Makes the files of a release of the built workspace in `out`, and returns their paths.
 * @param {string} out  an absolute path
 */
export async function makeRelease(out) {
  mkdirSync(out, { recursive: true })
  const { cli, client } = await pack(out)
  const archives = Object.fromEntries(ARCHITECTURES.map((arch) => [arch, archive(cli, out, arch)]))
  const files = [cli, client, ...Object.values(archives)]
  const sums = files.map(
    (file) => `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${path.basename(file)}\n`,
  )
  writeFileSync(path.join(out, 'SHA256SUMS'), sums.join(''))
  return { cli, client, archives, sums: path.join(out, 'SHA256SUMS') }
}

/** Reasons why this clone is not to be released. */
export function obstacles() {
  const { version } = readManifest(root)
  const found = []
  for (const name of readdirSync(path.join(root, 'packages'))) {
    const other = readManifest(path.join(root, 'packages', name)).version
    if (other !== version) found.push(`packages/${name} has version ${other}, not ${version}`)
  }
  const heading = readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8').match(/^## (.+)$/m)?.[1] ?? ''
  if (!new RegExp(`^${version.replaceAll('.', '\\.')}, \\d{4}-\\d{2}-\\d{2}$`).test(heading)) {
    found.push(`CHANGELOG.md begins with “${heading}”, not with “${version}, ” and a date`)
  }
  const changed = execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' })
  if (changed !== '') found.push('the clone has uncommitted changes')
  return found
}

/** The command with its dependencies and Node.js, which runs where nothing is installed. */
function archive(tarball, out, arch) {
  const name = `bindery-${readManifest(root).version}-${process.platform}-${arch}`
  const folder = path.join(out, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const platform = [`--os=${process.platform}`, `--cpu=${arch}`]
  // without a prefix npm installs into the closest folder above that is a package, which is the clone
  const flags = [
    '--prefix',
    folder,
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    ...platform,
  ]
  execFileSync('npm', ['install', ...flags, tarball], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  keepOnly(path.join(folder, 'node_modules', '@bindery', 'cli', 'prebuilds'), `${process.platform}-${arch}`)
  placeNode(path.join(folder, 'node'), arch)
  cpSync(path.join(root, 'LICENSE'), path.join(folder, 'LICENSE'))
  writeFileSync(path.join(folder, 'bindery'), LAUNCHER, { mode: 0o755 })
  const file = `${folder}.tar.gz`
  execFileSync('tar', ['-czf', file, '-C', out, name])
  rmSync(folder, { recursive: true, force: true })
  return file
}

function keepOnly(folder, name) {
  if (!existsSync(folder)) return
  for (const other of readdirSync(folder)) {
    if (other !== name) rmSync(path.join(folder, other), { recursive: true })
  }
}

/**
 * Places Node.js of the release for a processor, out of the npm package that carries it.
 * @param {string} file
 * @param {string} arch
 */
export function placeNode(file, arch) {
  const folder = mkdtempSync(path.join(tmpdir(), 'bindery-node-'))
  const spec = `node-${process.platform}-${arch}@${NODE_VERSION}`
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder, spec]
  const [{ filename }] = JSON.parse(
    execFileSync('npm', pack, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  )
  execFileSync('tar', ['-xzf', path.join(folder, filename), '-C', folder, 'package/bin/node'])
  cpSync(path.join(folder, 'package', 'bin', 'node'), file)
  rmSync(folder, { recursive: true })
}

function readManifest(folder) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = readArguments({ options: { out: { type: 'string' }, draft: { type: 'boolean', default: false } } })
  const found = values.draft ? [] : obstacles()
  if (found.length > 0) {
    for (const obstacle of found) console.error(`release: ${obstacle}`)
    process.exitCode = 1
  } else {
    await setUp(root)
    const out = path.resolve(values.out ?? path.join(root, '.cache', 'release'))
    const { archives, ...others } = await makeRelease(out)
    for (const file of [...Object.values(archives), ...Object.values(others)]) console.log(file)
  }
}
