import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { buildBundle } from './build-bundle.mjs'

const COMMAND = fileURLToPath(new URL('../packages/cli/bin', import.meta.url))
const root = mkdtempSync(path.join(tmpdir(), 'bindery-bundle-'))
after(() => rmSync(root, { recursive: true, force: true }))

function write(name, text, seconds) {
  const file = path.join(root, 'packages', name)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
  utimesSync(file, seconds, seconds)
}

function run() {
  return execFileSync(process.execPath, [path.join(root, 'packages/cli/bin/bindery.js')], { encoding: 'utf8' })
}

test('the command runs the bundle only if no package was built after it', () => {
  const main = (where) => `export const main = async () => { process.stdout.write('${where}'); return 0 }`
  cpSync(COMMAND, path.join(root, 'packages/cli/bin'), { recursive: true })
  write('cli/package.json', '{"type":"module"}', 1)
  write('cli/dist/index.js', main('modules'), 1_000)
  write('cli/tsconfig.tsbuildinfo', '', 1_000)
  write('server/tsconfig.tsbuildinfo', '', 1_000)
  assert.equal(run(), 'modules')
  write('cli/bundle/index.js', main('bundle'), 1_001)
  assert.equal(run(), 'bundle')
  write('server/tsconfig.tsbuildinfo', '', 1_002)
  assert.equal(run(), 'modules')
})

test('a failure to bundle is reported and is not an error', async () => {
  assert.match(await buildBundle(root), /^no bundle: .*image-main/s)
})
