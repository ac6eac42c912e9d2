import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SortedMap } from './sorted-map.js'
import { seededRandom } from './testing/index.js'

test('a sorted map returns the same as a plain one, and earlier states do not change', (t) => {
  const random = seededRandom(t)
  const plain = new Map<string, number>()
  const states: { map: SortedMap<number>; entries: [string, number][] }[] = []
  let map = SortedMap.empty<number>()
  function sorted(): [string, number][] {
    return [...plain].sort(([left], [right]) => (left < right ? -1 : 1))
  }
  for (let step = 0; step < 6_000; step++) {
    const key = String.fromCharCode(97 + random.below(26)) + random.below(step < 3_000 ? 400 : 40)
    if (random.below(3) === 0) {
      map = map.without(key)
      plain.delete(key)
    } else {
      map = map.with(key, step)
      plain.set(key, step)
    }
    assert.equal(map.get(key), plain.get(key))
    if (step % 500 === 0) states.push({ map, entries: sorted() })
    if (step % 20 === 0) {
      const [from, to] = [`a${random.below(400)}`, String.fromCharCode(98 + random.below(26))]
      const limit = random.below(50)
      const inside = sorted().filter(([entry]) => from <= entry && entry < to)
      assert.deepEqual(map.range(from, to, limit, false), inside.slice(0, limit))
      assert.deepEqual(map.range(from, to, limit, true), inside.toReversed().slice(0, limit))
    }
  }
  for (const { map: state, entries } of states) assert.deepEqual(state.range('', '~', 9_999, false), entries)
  for (const key of plain.keys()) map = map.without(key)
  assert.deepEqual(map.range('', '~', 9_999, false), [])
})
