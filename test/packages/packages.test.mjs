// The npm packages, installed from their tarballs into empty folders, without install scripts.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import OSS from 'ali-oss'
import { makeRelease } from '../../tools/release.mjs'
import { openPlace, root, runServer, runShell } from '../conformance/guides/place.mjs'
import { atEnd } from '../support/at-end.mjs'
import { guideBlocks } from '../support/guide-blocks.mjs'

const folder = mkdtempSync(path.join(tmpdir(), 'bindery-packages-'))
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BINDERY|npm)_/i.test(name)))
// inside the clone, as by default: an installation must not get into the clone instead
const cache = path.join(root, '.cache')
mkdirSync(cache, { recursive: true })
const out = mkdtempSync(path.join(cache, 'release-'))
let tarballs

before(async () => {
  tarballs = await makeRelease(out)
})
after(() => {
  for (const made of [folder, out]) rmSync(made, { recursive: true, force: true })
})

test('the command installs into an empty folder, and its server stores an object and stops cleanly', async (t) => {
  const place = install('command', tarballs.cli)
  const command = path.join(place, 'node_modules', '.bin', 'bindery')
  assert.match(execFileSync(command, ['version'], { env: environment, encoding: 'utf8' }), /^\d+\.\d+\.\d+\n$/)

  const args = ['serve', 'data', '--port', '0', '--json', '--workers', '2', '--buckets', 'demo', '--log', 'error']
  const server = spawn('npx', ['--no-install', 'bindery', ...args], {
    cwd: place,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(server, 'close')
  atEnd(t, () => server.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: server.stdout }), 'line')
  const { endpoint, region, pid, accessKeyId, accessKeySecret } = JSON.parse(line)
  atEnd(t, () => stopQuietly(pid))
  const keys = { accessKeyId, accessKeySecret, bucket: 'demo', authorizationV4: true, sldEnable: true }
  const client = new OSS({ endpoint, region: `oss-${region}`, ...keys })
  const file = path.join(folder, 'file')
  writeFileSync(file, 'x'.repeat(300_000))
  await client.multipartUpload('a', file, { partSize: 102_400 })
  assert.deepEqual((await client.get('a')).content, readFileSync(file))

  const page = await fetch(`${endpoint}/-/console/`)
  assert.match(await page.text(), /<script type="module" src="\/-\/console\/main-/)

  const script = execFileSync(command, ['connect', 'client', 'data'], { cwd: place, env: environment })
  const hello = execFileSync('sh', ['-e'], { cwd: place, env: environment, input: script, encoding: 'utf8' })
  assert.equal(hello, 'Hello from Bindery\n')
  process.kill(pid, 'SIGTERM')
  await closed
  assert.match(
    execFileSync(command, ['fsck', 'data', '--bytes'], { cwd: place, encoding: 'utf8' }),
    /No problems found/,
  )
})

test('the commands of the guide make the packages, install one into an empty folder, and start it', async (t) => {
  const [make, start, ...others] = guideBlocks('packages').map(({ code }) => code)
  assert.deepEqual(others, [])
  const place = openPlace(t)
  await runShell({ ...place, cwd: root }, make)
  const empty = { path: path.join(place.cwd, 'nothing'), cwd: path.join(place.cwd, 'empty') }
  mkdirSync(empty.cwd)
  // npx itself ends by the signal, so its exit code is not that of the server
  await runServer(empty, start.replace('/path/to', path.join(root, '.cache', 'packages')))
  assert.match(await runShell(empty, 'npx bindery fsck ./data'), /No problems found/)
})

test('the client library installs into an empty folder, with its types', () => {
  const place = install('library', tarballs.client)
  const program = "import { createClient } from '@bindery/client'; console.log(typeof createClient)"
  const args = ['--input-type=module', '--eval', program]
  assert.equal(execFileSync(process.execPath, args, { cwd: place, encoding: 'utf8' }), 'function\n')
  const library = path.join(place, 'node_modules', '@bindery', 'client')
  assert.ok(existsSync(path.join(library, 'dist', 'node', 'index.d.ts')))
  assert.ok(existsSync(path.join(library, 'node_modules', '@bindery', 'protocol', 'dist', 'index.d.ts')))
})

test('the archive runs where no Node.js is installed, also through a link', () => {
  execFileSync('sha256sum', ['--check', '--quiet', tarballs.sums], { cwd: out })
  execFileSync('tar', ['-xzf', tarballs.archives[process.arch], '-C', folder])
  const link = path.join(folder, 'linked')
  symlinkSync(path.join(folder, path.basename(tarballs.archives[process.arch], '.tar.gz'), 'bindery'), link)
  const bare = path.join(folder, 'bare')
  mkdirSync(bare)
  for (const tool of ['sh', 'readlink', 'dirname']) symlinkSync(`/bin/${tool}`, path.join(bare, tool))
  const options = { env: { PATH: bare }, encoding: 'utf8' }
  assert.match(execFileSync(link, ['version'], options), /^\d+\.\d+\.\d+\n$/)
})

test('the archive for the other processor of Linux has its own Node.js, store and hashing, and serves from memory', async (t) => {
  const arch = process.arch === 'x64' ? 'arm64' : 'x64'
  const machine = arch === 'arm64' ? 'aarch64' : 'x86_64'
  execFileSync('tar', ['-xzf', tarballs.archives[arch], '-C', folder])
  const place = path.join(folder, path.basename(tarballs.archives[arch], '.tar.gz'))
  const emulator = [`qemu-${machine}-static`, '-L', `/usr/${machine}-linux-gnu`, './node']
  const run = (...args) => execFileSync(emulator[0], [...emulator.slice(1), ...args], { cwd: place, encoding: 'utf8' })
  assert.match(run('node_modules/@bindery/cli/bin/bindery.js', 'version'), /^\d+\.\d+\.\d+\n$/)
  // the emulator cannot map as much memory as the store of a server, so a small one is opened
  const store = `const store = require('lmdb').open({ path: 'a.mdb', noSubdir: true, mapSize: 2 ** 30 })
    store.put('a', 'kept').then(() => console.log(store.get('a')))`
  assert.equal(run('--eval', store), 'kept\n')
  assert.deepEqual(readdirSync(path.join(place, 'node_modules', '@bindery', 'cli', 'prebuilds')), [`linux-${arch}`])
  run('--eval', `require('./node_modules/@bindery/cli/prebuilds/linux-${arch}/addon.node')`)

  const program = `const { startServer } = await import('@bindery/cli/testing')
    const server = await startServer({ buckets: ['demo'] })
    console.log(JSON.stringify([process.arch, server.endpoint, server.region, server.credentials]))`
  const args = [...emulator.slice(1), '--input-type=module', '--eval', program]
  const server = spawn(emulator[0], args, { cwd: place, env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  atEnd(t, () => server.kill('SIGKILL'))
  const [line] = await once(createInterface({ input: server.stdout }), 'line')
  const [processor, endpoint, region, credentials] = JSON.parse(line)
  assert.equal(processor, arch)
  const keys = { ...credentials, bucket: 'demo', authorizationV4: true, sldEnable: true }
  const client = new OSS({ endpoint, region: `oss-${region}`, ...keys })
  await client.put('a', Buffer.from('x'.repeat(300_000)))
  assert.equal((await client.get('a')).content.length, 300_000)
})

test('the packages have no install script and no tests, and are small', () => {
  for (const [tarball, bytesMax] of [
    [tarballs.cli, 2_500_000],
    [tarballs.client, 1_000_000],
  ]) {
    const list = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
    assert.doesNotMatch(list, /\.test\.|\.map$|tsbuildinfo/m)
    const manifest = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' })
    assert.equal(JSON.parse(manifest).scripts, undefined)
    assert.ok(statSync(tarball).size < bytesMax, `${tarball}: ${statSync(tarball).size} bytes`)
  }
})

function install(name, tarball) {
  const place = path.join(folder, name)
  mkdirSync(place)
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', tarball], {
    cwd: place,
    env: environment,
  })
  assert.ok(readdirSync(place).includes('node_modules'))
  return place
}

function stopQuietly(pid) {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}
