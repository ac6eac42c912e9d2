import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { formatKeyRing, KeyRing, openVersion, parseKeyRing } from './key-ring.js'
import { formatMasterKeys, masterKeyOf, parseMasterKeys } from './master-key.js'
import { masterKeyIdOf, unwrapKey, wrapKey } from './wrapping.js'

let calls = 0
/** Repeatable, and another text for each call. */
function random(bytes: number): Uint8Array {
  calls += 1
  return new Uint8Array(createHash('sha512').update(`${calls}`).digest().subarray(0, bytes))
}

const master = masterKeyOf(random(32))
const ingredients = { master, now: 1_700_000_000_000, random }

test('a data key comes back under its master key and context, and under no others', () => {
  const dataKey = random(32)
  const wrapped = wrapKey(master, dataKey, 'manifest 1', random(32))
  assert.equal(masterKeyIdOf(wrapped), master.id)
  assert.deepEqual(unwrapKey(master, wrapped, 'manifest 1'), dataKey)
  assert.equal(unwrapKey(master, wrapped, 'manifest 2'), undefined)
  assert.equal(unwrapKey(masterKeyOf(random(32)), wrapped, 'manifest 1'), undefined)
  const impostor = { id: master.id, key: random(32) }
  assert.equal(unwrapKey(impostor, wrapped, 'manifest 1'), undefined)
})

test('a wrapped key that was changed anywhere, or cut, is not unwrapped', () => {
  const wrapped = wrapKey(master, random(32), 'context', random(32))
  for (let at = 0; at < wrapped.length; at += 1) {
    const changed = wrapped.map((byte, index) => (index === at ? byte ^ 1 : byte))
    assert.equal(unwrapKey(master, changed, 'context'), undefined, `byte ${at}`)
  }
  assert.equal(unwrapKey(master, wrapped.subarray(1), 'context'), undefined)
  assert.equal(masterKeyIdOf(new Uint8Array()), undefined)
})

const WRAPPED = [
  '01', // version
  '1697e2bc1f3eb9b6', // id of the master key
  '0303030303030303030303030303030303030303030303030303030303030303', // salt
  '604269894c623c86e0a0ffea5c5da367936a109fb66fb446419ceb9a157d31f8', // the key, encrypted
  'af487191b82396aa0e9dd37507da27e1', // tag
].join('')

test('a wrapped key of version 1 is as the page on the format describes', () => {
  const known = masterKeyOf(Buffer.alloc(32, 1))
  const wrapped = wrapKey(known, Buffer.alloc(32, 2), 'manifest A', Buffer.alloc(32, 3))
  assert.equal(WRAPPED.slice(2, 18), known.id)
  assert.equal(Buffer.from(wrapped).toString('hex'), WRAPPED)
})

test('master keys are read from lines or commas, the newest first', () => {
  const keys = [masterKeyOf(random(32)), masterKeyOf(random(32))]
  const text = formatMasterKeys(keys)
  assert.deepEqual(parseMasterKeys(text), keys)
  assert.deepEqual(parseMasterKeys(`# of this server\n\n${text}`), keys)
  assert.deepEqual(parseMasterKeys(text.trim().replace('\n', ', ')), keys)
  for (const bad of ['', '# nothing', 'short', `${text}short`, Buffer.alloc(31).toString('base64')]) {
    assert.equal(parseMasterKeys(bad), undefined, bad)
  }
})

test('a ring keeps its keys over JSON, and the first is its default', () => {
  const { ring: one, key: first } = new KeyRing().with('first', ingredients)
  const { ring: two, key: second } = one.with('second', ingredients)
  const ring = two.withState(second.id, 'disabled').withNewVersion(first.id, ingredients)
  assert.match(first.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(ring.default?.id, first.id)
  assert.equal(ring.find(second.id)?.state, 'disabled')
  assert.equal(ring.find(first.id)?.versions.length, 2)
  assert.deepEqual(parseKeyRing(formatKeyRing(ring)), ring)
  for (const bad of [
    '',
    '{}',
    '{"format":2,"keys":[]}',
    '{"format":1,"keys":[{}]}',
    '{"format":1,"keys":[{"id":1}]}',
  ]) {
    assert.equal(parseKeyRing(bad), undefined, bad)
  }
})

test('a rotated key wraps with its newest version, and unwraps what earlier ones wrapped', () => {
  const { ring, key } = new KeyRing().with('', ingredients)
  const before = openVersion(key.id, key.versions[0], [master])
  assert.ok(before)
  const wrapped = wrapKey(before, random(32), 'context', random(32))
  const rotated = ring.withNewVersion(key.id, ingredients).find(key.id)
  assert.ok(rotated)
  const versions = rotated.versions.map((version) => openVersion(key.id, version, [master]))
  assert.equal(versions.length, 2)
  assert.notEqual(versions[0]?.id, before.id)
  const opening = versions.find((version) => version?.id === masterKeyIdOf(wrapped))
  assert.ok(opening && unwrapKey(opening, wrapped, 'context'))
})

test('a new master key takes over the ring, which the old one then does not open', () => {
  const { ring, key } = new KeyRing().with('', ingredients)
  const next = masterKeyOf(random(32))
  const rewrapped = ring.rewrapped([master], { master: next, random })
  const version = rewrapped?.find(key.id)?.versions[0]
  assert.ok(version)
  assert.equal(openVersion(key.id, version, [master]), undefined)
  assert.deepEqual(openVersion(key.id, version, [next]), openVersion(key.id, key.versions[0], [master]))
  assert.equal(ring.rewrapped([next], { master: next, random }), undefined, 'without the old one nothing can be done')
})
