import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { isInstalled, withLock } from './setup.mjs'

const folder = mkdtempSync(path.join(tmpdir(), 'bindery-setup-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** A workspace with a lock file and npm's record of an installation. */
function workspace(name, wanted, found) {
  const root = path.join(folder, name)
  mkdirSync(path.join(root, 'node_modules'), { recursive: true })
  writeFileSync(path.join(root, 'package-lock.json'), JSON.stringify({ packages: wanted }))
  if (found !== undefined) {
    writeFileSync(path.join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: found }))
  }
  return root
}

const SAXES = { version: '6.0.0', integrity: 'sha512-a' }

test('a workspace is installed if npm recorded everything that the lock file requires', () => {
  const link = { link: true }
  const wanted = { '': {}, 'packages/a': {}, 'node_modules/a': link, 'node_modules/saxes': SAXES }
  assert.equal(isInstalled(workspace('same', wanted, { 'node_modules/a': link, 'node_modules/saxes': SAXES })), true)
})

test('a workspace with a new package that is not linked yet is not installed', () => {
  const wanted = { '': {}, 'packages/a': {}, 'node_modules/a': { link: true }, 'node_modules/saxes': SAXES }
  assert.equal(isInstalled(workspace('unlinked', wanted, { 'node_modules/saxes': SAXES })), false)
})

test('a workspace whose installation was interrupted is not installed', () => {
  assert.equal(isInstalled(workspace('interrupted', { 'node_modules/saxes': SAXES }, undefined)), false)
})

test('a workspace with another version, other bytes or a missing package is not installed', () => {
  const wanted = { 'node_modules/saxes': SAXES }
  assert.equal(
    isInstalled(workspace('version', wanted, { 'node_modules/saxes': { ...SAXES, version: '5.0.0' } })),
    false,
  )
  assert.equal(isInstalled(workspace('bytes', wanted, { 'node_modules/saxes': { ...SAXES, integrity: 'x' } })), false)
  assert.equal(isInstalled(workspace('missing', wanted, {})), false)
})

test('a package for another platform may be missing', () => {
  const wanted = { 'node_modules/saxes': SAXES, 'node_modules/other': { ...SAXES, optional: true } }
  assert.equal(isInstalled(workspace('optional', wanted, { 'node_modules/saxes': SAXES })), true)
})

test('two processes that want the lock hold it one after the other', async () => {
  const lock = path.join(folder, 'turns.lock')
  const events = []
  const hold = (name) =>
    withLock(lock, async () => {
      events.push(`${name} begins`)
      await new Promise((resolve) => setTimeout(resolve, 20))
      events.push(`${name} ends`)
    })
  await Promise.all([hold('first'), hold('second')])
  assert.deepEqual(events, ['first begins', 'first ends', 'second begins', 'second ends'])
  assert.equal(existsSync(lock), false)
})

test('a body that fails releases the lock', async () => {
  const lock = path.join(folder, 'failing.lock')
  await assert.rejects(
    withLock(lock, () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal(await withLock(lock, async () => 'taken'), 'taken')
})

test('the lock of a killed holder is taken over', async () => {
  const lock = path.join(folder, 'killed.lock')
  const setup = new URL('./setup.mjs', import.meta.url).href
  const program = `import { withLock } from ${JSON.stringify(setup)}
    await withLock(${JSON.stringify(lock)}, () => { console.log('held'); return new Promise(() => {}) })`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(holder.stdout, 'data')
  const exit = once(holder, 'exit')
  holder.kill('SIGKILL')
  await exit
  assert.equal(existsSync(lock), true)
  utimesSync(lock, new Date(0), new Date(0)) // as if the holder had been dead for long
  assert.equal(await withLock(lock, async () => 'taken'), 'taken')
})
