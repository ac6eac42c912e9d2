import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hex } from '@bindery/bytes'
import { SPACES } from '../domain/stored/keyspace.js'
import type { Space } from '../domain/stored/space.js'
import { BUCKET } from '../domain/testing.js'
import { filled, id, run, set } from './testing.js'

test('an audit looks at the rows of every space', async () => {
  for (const space of SPACES as readonly Space[]) {
    const store = await filled()
    const names = { ...NAMES, bucket: BUCKET, garbageKind: 'blob', identityKind: 'user' } as const
    const key = space.key(names)
    const value = space.kind === 'owner' ? new Uint8Array() : Uint8Array.of(9)
    await set(store.domain, key, value)
    const { all } = await run(store)
    const found = all.filter(({ kind }) => kind === 'rowDamaged').map(({ facts }) => [facts.rowKind, facts.row])
    assert.deepEqual(found, [[space.kind, hex(key)]])
  }
})

/** Names for a row of any space. */
const NAMES = {
  key: 'k',
  uploadId: id('D'),
  manifest: id('D'),
  reference: id('E'),
  partNumber: 1,
  document: 'cors',
  page: 0,
  entrance: 'point-ossalias',
  domain: 'files.example',
  source: BUCKET,
  hour: 1,
  place: 1,
  blob: 'b',
  incarnation: 'i',
  chore: 'sweep',
  garbageId: 'b',
  token: 't',
  account: '1',
  accessKeyId: 'k',
  identity: 'alice',
  user: 'alice',
  group: 'staff',
  policy: 'reports',
  at: 1,
  entry: id('F'),
  signedAt: 1_767_600_000_000,
  nonce: '0123456789ABCDEF0123456789ABCDEF',
}
