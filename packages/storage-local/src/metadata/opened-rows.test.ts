import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DamagedRow } from '@bindery/storage'
import { OpenedRows } from './opened-rows.js'
import { RecentWrites } from './recent-writes.js'
import { sealRow } from './sealed-row.js'

const stored = (key: string, text: string): Buffer => Buffer.from(sealRow(key, Buffer.from(text)))

test('a row that is unchanged is copied and verified once', () => {
  const rows = new OpenedRows()
  const first = rows.open('key', stored('key', 'value'))
  assert.equal(Buffer.from(first).toString(), 'value')
  assert.equal(rows.open('key', stored('key', 'value')), first)
})

test('a value stays as it was when the buffer of the engine is used again', () => {
  const rows = new OpenedRows()
  const shared = stored('key', 'value')
  const value = rows.open('key', shared)
  shared.fill(0)
  assert.equal(Buffer.from(value).toString(), 'value')
})

test('a row that was replaced by one of the same length is read again', () => {
  const rows = new OpenedRows()
  rows.open('key', stored('key', 'value'))
  assert.equal(Buffer.from(rows.open('key', stored('key', 'other'))).toString(), 'other')
})

test('damage to a row that was read before is found, whichever bit it changes', () => {
  const rows = new OpenedRows()
  const sound = stored('key', 'value')
  for (let bit = 0; bit < sound.length * 8; bit++) {
    rows.open('key', sound)
    const damaged = Buffer.from(sound)
    damaged[bit >> 3] = (sound[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.throws(() => rows.open('key', damaged), DamagedRow)
  }
})

test('many rows and long ones are read as they are stored', () => {
  const rows = new OpenedRows()
  for (let round = 0; round < 2; round++) {
    for (let index = 0; index < 3_000; index++) {
      assert.equal(
        Buffer.from(rows.open(`key ${index}`, stored(`key ${index}`, `value ${index}`))).toString(),
        `value ${index}`,
      )
    }
    const long = 'x'.repeat(100_000)
    assert.equal(Buffer.from(rows.open('long', stored('long', long))).toString(), long)
  }
})

test('a row is known without the file until a commit writes it, and never to an older snapshot', () => {
  const rows = new OpenedRows()
  const commits = new RecentWrites()
  commits.begin(4n)
  const value = rows.open('key', stored('key', 'value'), 4n)
  assert.equal(rows.known('key', 4n, commits), value)
  assert.equal(rows.known('key', 3n, commits), undefined)
  assert.equal(rows.known('other', 4n, commits), undefined)
  commits.begin(5n)
  commits.note('other')
  assert.equal(rows.known('key', 5n, commits), value)
  commits.begin(6n)
  commits.note('key')
  assert.equal(rows.known('key', 5n, commits), undefined)
  assert.equal(rows.known('key', 6n, commits), undefined)
  const other = rows.open('key', stored('key', 'other'), 6n)
  assert.equal(rows.known('key', 6n, commits), other)
})

test('a row that a running commit reads is not known afterwards: that commit may fail', () => {
  const rows = new OpenedRows()
  const commits = new RecentWrites()
  commits.begin(4n)
  rows.open('key', stored('key', 'value'))
  assert.equal(rows.known('key', 4n, commits), undefined)
})
