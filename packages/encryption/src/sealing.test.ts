import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { masterKeyOf } from './master-key.js'
import { createSealer } from './sealing.js'

const FIRST = masterKeyOf(new Uint8Array(32).fill(1))
const SECOND = masterKeyOf(new Uint8Array(32).fill(2))
const SECRET = Buffer.from('a secret of any length')

test('sealed bytes open under the same context only, and are not in the text', () => {
  const sealer = createSealer([FIRST], randomBytes)
  for (const bytes of [SECRET, new Uint8Array(), randomBytes(5_000)]) {
    const sealed = sealer.seal(bytes, 'key 1')
    assert.deepEqual(Buffer.from(sealer.open(sealed, 'key 1') ?? []), Buffer.from(bytes))
    assert.equal(sealer.open(sealed, 'key 2'), undefined)
  }
  assert.ok(!Buffer.from(sealer.seal(SECRET, 'key 1')).includes('secret'))
  assert.notDeepEqual(sealer.seal(SECRET, 'key 1'), sealer.seal(SECRET, 'key 1'))
})

test('sealed bytes do not open when any bit is changed, or when they are cut', () => {
  const sealer = createSealer([FIRST], randomBytes)
  const sealed = sealer.seal(SECRET, 'c')
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = sealed.slice()
    changed[at] = (changed[at] ?? 0) ^ 1
    assert.equal(sealer.open(changed, 'c'), undefined, `byte ${at}`)
    assert.equal(sealer.open(sealed.slice(0, at), 'c'), undefined, `${at} bytes`)
  }
})

test('a new master key seals what comes, and the old one opens what was', () => {
  const old = createSealer([FIRST], randomBytes).seal(SECRET, 'c')
  const both = createSealer([SECOND, FIRST], randomBytes)
  assert.deepEqual(Buffer.from(both.open(old, 'c') ?? []), SECRET)
  const renewed = both.seal(SECRET, 'c')
  assert.deepEqual(Buffer.from(createSealer([SECOND], randomBytes).open(renewed, 'c') ?? []), SECRET)
  assert.equal(createSealer([SECOND], randomBytes).open(old, 'c'), undefined)
})
