import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hex } from '@bindery/bytes'
import type { Bytes } from '@bindery/storage'
import { findObject } from '../domain/objects/objects.js'
import { type KeyRange, startingWith } from '../domain/stored/key-range.js'
import {
  bucketRows,
  counterRows,
  documentRows,
  epochRows,
  garbageRows,
  holderRows,
  incarnationRows,
  manifestRows,
  objectRows,
  partRows,
  receiptRows,
  reportRows,
  uploadRows,
  usageRows,
} from '../domain/stored/keyspace.js'
import { BUCKET, get, heirOf, named, sweepAll } from '../domain/testing.js'
import type { Facts, FindingKind } from './findings.js'
import { filled, run, type Store } from './testing.js'

interface Damage {
  readonly what: string
  readonly row: (store: Store) => Bytes | Promise<Bytes>
  /** The names in the finding. */
  readonly names: (store: Store) => Facts
  readonly finds: readonly FindingKind[]
  /** The findings that remain after a repair; by default none. */
  readonly remains?: readonly FindingKind[]
  /** Objects that need the row. */
  readonly loses?: readonly string[]
}

async function first({ domain }: Store, { from, to }: KeyRange): Promise<Bytes> {
  const [row] = await domain.metadata.read((reader) => reader.range(from, to, { limit: 1 }))
  assert.ok(row)
  return row.key
}

const DAMAGES: readonly Damage[] = [
  {
    what: 'a bucket',
    row: () => bucketRows.key({ bucket: BUCKET }),
    names: () => ({ rowKind: 'bucket', bucket: BUCKET }),
    finds: ['rowDamaged', 'bucketMissing'],
    remains: ['bucketMissing'],
  },
  {
    what: 'a document',
    row: () => documentRows.key({ bucket: BUCKET, document: 'cors', page: 0 }),
    names: () => ({ rowKind: 'document', bucket: BUCKET, document: 'cors' }),
    finds: ['rowDamaged', 'documentBroken'],
  },
  {
    what: 'an object',
    row: () => objectRows.key({ bucket: BUCKET, key: 'plain' }),
    names: () => ({ rowKind: 'object', bucket: BUCKET, key: 'plain' }),
    finds: ['rowDamaged', 'countersWrong', 'blobStray'],
    loses: ['plain'],
  },
  {
    what: 'an upload',
    row: ({ open }) => uploadRows.key({ bucket: BUCKET, key: 'open', uploadId: open }),
    names: ({ open }) => ({ rowKind: 'upload', bucket: BUCKET, key: 'open', uploadId: open }),
    finds: ['rowDamaged', 'usageStray', 'countersWrong'],
    remains: ['partStray'],
  },
  {
    what: 'a part of an open upload',
    row: ({ open }) => partRows.key({ manifest: open, partNumber: 1 }),
    names: ({ open }) => ({ rowKind: 'part', bucket: BUCKET, key: 'open', uploadId: open, partNumber: 1 }),
    finds: ['rowDamaged', 'usageWrong', 'countersWrong', 'blobStray'],
  },
  {
    what: 'a part that two objects share',
    row: ({ joined }) => partRows.key({ manifest: joined, partNumber: 2 }),
    names: ({ joined }) => ({ rowKind: 'part', manifest: joined, partNumber: 2 }),
    finds: ['rowDamaged', 'partMissing', 'blobStray', 'objectTouched', 'objectTouched'],
    remains: ['partMissing', 'objectTouched', 'objectTouched'],
    loses: ['joined', 'ranged'],
  },
  {
    what: 'a manifest',
    row: ({ ranged }) => manifestRows.key({ manifest: ranged }),
    names: ({ ranged }) => ({ rowKind: 'manifest', manifest: ranged }),
    finds: ['manifestMissing', 'rowDamaged', 'partStray'],
    remains: ['manifestMissing', 'partStray'],
    loses: ['ranged'],
  },
  {
    what: 'the counters of an upload',
    row: ({ open }) => usageRows.key({ uploadId: open }),
    names: ({ open }) => ({ rowKind: 'usage', bucket: BUCKET, key: 'open', uploadId: open }),
    finds: ['rowDamaged'],
  },
  {
    what: 'the counters of a bucket',
    row: () => counterRows.key({ bucket: BUCKET }),
    names: () => ({ rowKind: 'counters', bucket: BUCKET }),
    finds: ['rowDamaged', 'countersWrong'],
  },
  {
    what: 'a holder',
    row: async ({ domain, joined }) =>
      holderRows.key({ manifest: joined, reference: (await findObject(domain, named('joined'))).reference }),
    names: ({ joined }) => ({ rowKind: 'holder', manifest: joined }),
    finds: ['rowDamaged', 'holderMissing'],
  },
  {
    what: 'garbage',
    row: (store) => first(store, garbageRows.all),
    names: () => ({ rowKind: 'garbage' }),
    finds: ['rowDamaged'],
    remains: [],
  },
  {
    what: 'a receipt',
    row: (store) => first(store, receiptRows.all),
    names: () => ({ rowKind: 'receipt' }),
    finds: ['rowDamaged'],
  },
  {
    what: 'a writing process',
    row: ({ domain }) => incarnationRows.key({ incarnation: domain.blobs.incarnation }),
    names: ({ domain }) => ({ rowKind: 'incarnation', incarnation: domain.blobs.incarnation }),
    finds: ['rowDamaged'],
  },
  {
    what: 'the report of a process',
    row: ({ domain }) => reportRows.key({ incarnation: domain.blobs.incarnation }),
    names: ({ domain }) => ({ rowKind: 'report', incarnation: domain.blobs.incarnation }),
    finds: ['rowDamaged'],
  },
  {
    what: 'the epoch',
    row: async (store) => {
      await store.domain.cluster.settled()
      return epochRows.key({})
    },
    names: () => ({ rowKind: 'epoch' }),
    finds: ['rowDamaged'],
  },
  {
    what: 'no space',
    row: async ({ domain }) => {
      await domain.metadata.transact(async (tx) => tx.set(Uint8Array.of(0x7a), new Uint8Array()))
      return first({ domain } as Store, startingWith(Uint8Array.of(0x7a)))
    },
    names: () => ({ row: '7a' }),
    finds: ['rowDamaged'],
  },
]

const NAMES = ['plain', 'empty', 'source', 'copied', 'joined', 'ranged']

for (const { what, row, names, finds, remains = [], loses = [] } of DAMAGES) {
  test(`an audit finds a damaged row of ${what}, names its owner, and a repair keeps the row and all others`, async () => {
    const store = await filled()
    const whole = new Map(await Promise.all(NAMES.map(async (name) => [name, await get(store.domain, name)] as const)))
    const damaged = await row(store)
    store.damage(damaged)
    const { all, kinds } = await run(store)
    assert.deepEqual(kinds, finds)
    const facts = all.find(({ kind }) => kind === 'rowDamaged')?.facts
    assert.deepEqual({ ...facts, ...names(store) }, facts)
    await run(store, { repair: true })
    assert.deepEqual(store.kept.rows.map(hex), [hex(damaged)])
    assert.deepEqual((await run(store)).kinds, remains)
    if (what === 'a bucket') return
    await sweepAll(await heirOf(store.domain))
    for (const name of NAMES) {
      if (!loses.includes(name)) assert.deepEqual(await get(store.domain, name), whole.get(name))
    }
  })
}
