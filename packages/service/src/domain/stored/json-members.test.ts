import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonMembers } from './json-members.js'

const NAMES = ['size', 'etag', 'restore', 'owner', 'tags', 'missing']

/** The same by a parser. */
const parsed = (text: string): unknown[] => {
  const whole = JSON.parse(text)
  return NAMES.map((name) => whole[name])
}

const RECORDS = [
  { size: 0 },
  { etag: '' },
  {
    type: 'Normal',
    owner: '1',
    size: 8_192,
    etag: 'AB',
    headers: {},
    tagging: [],
    restore: { readyAt: 1, tier: 'Bulk' },
  },
  {
    headers: { etag: 'of the headers', list: [{ size: 7 }, '}]', ['{"size":8'.slice(0, 1)]] },
    size: -1.5e21,
    owner: null,
  },
  { userMetadata: { size: '1', owner: '2' }, tags: [['size', '3'], []], owner: 'ü中😀', size: 2 ** 53 - 1 },
  { sizes: 1, siz: 2, '': 3, eta: true, etag: false, 'missing ': 4 },
]

test('the values of members are those that a parser finds, wherever in the object they are', () => {
  const members = new JsonMembers(NAMES)
  for (const record of RECORDS) {
    const names = Object.keys(record)
    for (const [turn] of names.entries()) {
      const order = [...names.slice(turn), ...names.slice(0, turn)]
      const text = JSON.stringify(Object.fromEntries(order.map((name) => [name, record[name as keyof typeof record]])))
      assert.deepEqual(members.find(text), parsed(text), text)
    }
  }
})

test('an object with escapes, and a text that is not an object to its end, are left to a parser', () => {
  const members = new JsonMembers(NAMES)
  const whole = JSON.stringify({ size: 1, headers: { a: ['b', {}] }, etag: 'x', restore: { readyAt: 1 } })
  for (let end = 0; end < whole.length; end += 1)
    assert.equal(members.find(whole.slice(0, end)), undefined, String(end))
  const others = [
    `${whole}}`,
    `${whole} `,
    `x${whole}`,
    '[]',
    '{}',
    '"size"',
    '{"size":}',
    '{"size"}',
    '{"size",1}',
    '{size:1}',
  ]
  for (const text of [
    ...others,
    '{"size":1,}',
    '{"size":x}',
    '{"restore":{x}}',
    JSON.stringify({ owner: '"', size: 1 }),
  ]) {
    assert.equal(members.find(text), undefined, text)
  }
  assert.deepEqual(members.find(whole), parsed(whole), 'a later object is read again')
})
