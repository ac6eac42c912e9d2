import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReadSet, WriteSet } from '@bindery/storage'
import { decodeCommits, encodeCommits, type SentCommit } from './sent-commits.js'

const bytes = (...values: number[]): Buffer => Buffer.from(values)

/** One of each read and write that a transaction may have, and one transaction without any. */
const BATCH: SentCommit[] = [
  {
    changes: {
      reads: new ReadSet(
        [
          { key: 'o\xff\0', value: bytes(1, 2, 3) },
          { key: 'absent', value: undefined },
          { key: 'empty', value: bytes() },
        ],
        [
          { from: '', to: 'p\xff', limit: 2_500, reverse: true, rows: [{ key: 'p\0', value: bytes(0) }] },
          { from: 'a', to: 'b', limit: 1, reverse: false, rows: [] },
        ],
      ),
      writes: new WriteSet(
        new Map([
          ['set', Buffer.alloc(100_000, 7)],
          ['deleted', undefined],
        ]),
        new Map([['c', [-1, Number.MAX_SAFE_INTEGER, 0]]]),
      ),
    },
    seen: 2n ** 62n,
    again: true,
  },
  { changes: { reads: new ReadSet(), writes: new WriteSet() }, seen: -1n, again: false },
]

test('transactions arrive in the other process as they were sent', () => {
  assert.deepEqual(decodeCommits(encodeCommits(BATCH)), BATCH)
  assert.deepEqual(decodeCommits(encodeCommits([])), [])
})
