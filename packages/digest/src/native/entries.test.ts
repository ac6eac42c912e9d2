import assert from 'node:assert/strict'
import { randomBytes, randomInt } from 'node:crypto'
import { test } from 'node:test'
import { loadNative } from './native.js'

// The comparison with what is printed without native code is in packages/service/src/operations/bucket/printed-objects.test.ts.

const native = loadNative()
const skip = native === undefined && 'the addon was not built'

const counted = (bytes: Uint8Array, lengthBytes: number): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length.subarray(0, lengthBytes), bytes])
}
const text = (value: string): Buffer => Buffer.from(value)

/** Version 1, names behind two bytes of their keys, and two members. */
const PLAN = Buffer.from([1, 2, 0, ...counted(text('size'), 1), ...counted(text('kind'), 1)])
/** `[NAME|SIZE]` of rows of the kind "a". */
const TEMPLATE = counted(
  Buffer.from([1, 1, 3, 0, ...text('"a"'), 0, 1, 0, 0x5b, 3, 0, 0, 1, 0, 0x7c, 5, 0, 0, 1, 0, 0x5d]),
  4,
)
const rowOf = (name: string, value: string): Buffer =>
  Buffer.concat([counted(text(`xx${name}`), 4), counted(text(`\u0001${value}`), 4)])

function printed(plan: Uint8Array, templates: Uint8Array, rows: Uint8Array, room: number) {
  assert.ok(native)
  const guarded = Buffer.alloc(room + 16, 0xa5)
  const result = native.printRows(plan, templates, rows, guarded.subarray(0, room))
  assert.ok(guarded.subarray(room).every((byte) => byte === 0xa5))
  const bytes = result % 2 ** 32
  assert.ok(bytes <= room)
  return { rows: (result - bytes) / 2 ** 32, text: guarded.toString('latin1', 0, bytes) }
}

test('rows are printed up to the first that has another form, or for which there is no room', { skip }, () => {
  const rows = Buffer.concat([
    rowOf('k<1', '{"kind":"a","size":7}'),
    rowOf('k2', '{"size":10,"x":[{"}":"]"}],"kind":"a"}'),
  ])
  assert.deepEqual(printed(PLAN, TEMPLATE, rows, 100), { rows: 2, text: '[k&lt;1|7][k2|10]' })
  for (let room = 0; room < 17; room += 1) {
    const fits = room < 10 ? 0 : room < 17 ? 1 : 2
    assert.deepEqual(printed(PLAN, TEMPLATE, rows, room), { rows: fits, text: '[k&lt;1|7]'.repeat(fits) })
  }
  const others = [
    '{"kind":"b","size":7}',
    '{"kind":"a"}',
    '{"kind":"a","size":"7"}',
    '{"kind":"a","size":7}}',
    '{"kind":"a","size":7',
  ]
  for (const other of [...others, '', '{}', '{"kind":"a","kind":"a","size":7}', '{"kind":"a","size":7,"\\u0061":1}']) {
    const all = Buffer.concat([rows, rowOf('k3', other), rows])
    assert.equal(printed(PLAN, TEMPLATE, all, 100).rows, 2, other)
  }
})

test('whatever plan, templates and rows hold, nothing is read or written out of bounds', { skip }, () => {
  const row = rowOf('name', '{"kind":"a","size":7,"other":{"a":[1,"b"]}}')
  const parts = [PLAN, TEMPLATE, Buffer.concat([row, row])]
  for (let round = 0; round < 20_000; round += 1) {
    const [plan, templates, rows] = parts.map((part) => {
      // in memory of its own, so that a sanitizer sees where it ends
      const changed = Uint8Array.from(part)
      for (let change = randomInt(4); change > 0; change -= 1) {
        changed[randomInt(changed.length)] = randomInt(2) === 0 ? randomInt(8) : randomInt(256)
      }
      return randomInt(8) === 0 ? changed.slice(0, randomInt(changed.length)) : changed
    }) as [Uint8Array, Uint8Array, Uint8Array]
    printed(plan, templates, rows, randomInt(80))
  }
  for (let round = 0; round < 2_000; round += 1) {
    printed(randomBytes(randomInt(60)), randomBytes(randomInt(60)), randomBytes(randomInt(100)), randomInt(80))
  }
})

test('arguments of other types are refused', { skip }, () => {
  const print = native?.printRows as (...values: unknown[]) => number
  for (const wrong of [undefined, 1, 'text', new Uint16Array(4)]) {
    for (let place = 0; place < 4; place += 1) {
      const values: unknown[] = [PLAN, TEMPLATE, new Uint8Array(0), new Uint8Array(8)]
      values[place] = wrong
      assert.throws(() => print(...values), TypeError)
    }
  }
})
