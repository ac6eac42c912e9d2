import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '@bindery/storage'
import { NULL_VERSION, newVersionId, nextPlace, placeOfId } from './version-id.js'

const random = createRandom(1)
const ids = { random: (bytes: number) => Uint8Array.from({ length: bytes }, () => random.below(256)) }
const NOW = 1_767_600_000_000

test('an id has the 64 characters of OSS, none of which a URL must encode, and contains the place of its version', () => {
  for (const place of [0, 1, NOW, 2 ** 48 - 1]) {
    const id = newVersionId(place, ids)
    assert.match(id, /^CAEQ[A-Za-z0-9]{60}$/)
    assert.equal(placeOfId(id), place)
    assert.notEqual(newVersionId(place, ids), id)
  }
})

test('a text that is not an id of a version has no place, and neither has the null version', () => {
  const id = newVersionId(NOW, ids)
  assert.equal(placeOfId(id), NOW)
  for (const text of ['', 'NULL', '234', id.slice(0, -1), `${id}A`, `x${id.slice(1)}`, `${id.slice(0, -4)}****`]) {
    assert.equal(placeOfId(text), undefined, text)
  }
  assert.equal(placeOfId(NULL_VERSION), undefined)
})

test('each version of a key has a later place than the one before it, whatever the clock shows', () => {
  assert.equal(nextPlace(NOW, undefined), NOW)
  assert.equal(nextPlace(NOW, { modifiedAt: NOW - 5 }), NOW)
  assert.equal(nextPlace(NOW, { modifiedAt: NOW }), NOW + 1)
  assert.equal(nextPlace(NOW, { modifiedAt: 0, version: { id: NULL_VERSION, place: NOW + 9 } }), NOW + 10)
})
