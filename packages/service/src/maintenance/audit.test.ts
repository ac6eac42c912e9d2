import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { encodeCounters } from '@bindery/storage'
import { bury } from '../domain/cluster/members.js'
import { findObject } from '../domain/objects/objects.js'
import {
  bucketRows,
  counterRows,
  documentRows,
  garbageRows,
  holderRows,
  incarnationRows,
  manifestRows,
  objectRows,
  ownerRows,
  partRows,
  usageRows,
} from '../domain/stored/keyspace.js'
import {
  BUCKET,
  bytesOf,
  complete,
  get,
  heirOf,
  named,
  part,
  readParts,
  sourceOf,
  sweepAll,
} from '../domain/testing.js'
import type { FindingKind } from './findings.js'
import { alter, BIG, blobOf, blobOfPart, filled, id, remove, run, type Store, set } from './testing.js'

test('an audit of an intact store finds nothing, before and after its garbage is swept', async () => {
  const store = await filled()
  const before = await run(store)
  assert.deepEqual(before.all, [])
  assert.equal(before.checked.objects, 6)
  assert.equal(before.checked.uploads, 2)
  assert.equal(before.checked.blobsToFree, 2)
  assert.equal(before.checked.blobs, before.checked.blobsNamed + 2)
  await sweepAll(store.domain)
  const after = await run(store)
  assert.deepEqual(after.all, [])
  assert.equal(after.checked.blobsToFree, 0)
  assert.equal(after.checked.blobs, after.checked.blobsNamed)
})

/** Makes the bucket's record list these documents. */
const setDocuments = (domain: Store['domain'], documents: Readonly<Record<string, number>>): Promise<void> =>
  alter(domain, bucketRows, { bucket: BUCKET }, (record) => ({ ...record, documents }))

const flipped = <R extends { readonly crc64: bigint }>(record: R): R => ({ ...record, crc64: record.crc64 ^ 1n })

interface Break {
  readonly what: string
  readonly breaks: (store: Store) => Promise<void>
  readonly finds: readonly FindingKind[]
  /** The findings that remain after a repair; by default none. */
  readonly remains?: readonly FindingKind[]
}

const BREAKS: readonly Break[] = [
  {
    what: 'an object row that is not a record',
    breaks: ({ domain }) => set(domain, objectRows.key({ bucket: BUCKET, key: 'plain' }), Uint8Array.of(1, 0x7b)),
    finds: ['rowDamaged', 'countersWrong', 'blobStray'],
  },
  {
    what: 'an object row without its fields',
    breaks: ({ domain }) =>
      set(domain, objectRows.key({ bucket: BUCKET, key: 'copied' }), Buffer.from('\x01{"crc64":"1"}', 'latin1')),
    finds: ['rowDamaged', 'holderStray', 'countersWrong'],
    remains: ['holderStray'],
  },
  {
    what: 'a row of an unknown version',
    breaks: ({ domain, open }) => set(domain, partRows.key({ manifest: open, partNumber: 1 }), Uint8Array.of(9, 9, 9)),
    finds: ['rowDamaged', 'usageWrong', 'countersWrong', 'blobStray'],
  },
  {
    what: 'a row of no key space',
    breaks: ({ domain }) => set(domain, Uint8Array.of(0x7a, 1), new Uint8Array()),
    finds: ['rowUnknown'],
    remains: ['rowUnknown'],
  },
  {
    what: 'a document that is invalid for its kind',
    breaks: ({ domain }) =>
      set(
        domain,
        documentRows.key({ bucket: BUCKET, document: 'cors', page: 0 }),
        Buffer.from('\x01{"rules":[null]}', 'latin1'),
      ),
    finds: ['documentBroken'],
  },
  {
    what: 'a document of an unknown kind',
    breaks: async ({ domain }) => {
      await setDocuments(domain, { cors: 1, none: 1 })
      await set(
        domain,
        documentRows.key({ bucket: BUCKET, document: 'none', page: 0 }),
        Buffer.from('\x01{}', 'latin1'),
      )
    },
    finds: ['documentBroken'],
  },
  {
    what: 'a document without one of its rows',
    breaks: ({ domain }) => setDocuments(domain, { cors: 2 }),
    finds: ['documentBroken'],
  },
  {
    what: 'a document without all of its rows',
    breaks: ({ domain }) => remove(domain, documentRows.key({ bucket: BUCKET, document: 'cors', page: 0 })),
    finds: ['documentBroken'],
  },
  {
    what: 'a document that its bucket does not list',
    breaks: ({ domain }) => setDocuments(domain, {}),
    finds: ['documentStray'],
  },
  {
    what: 'a document of a missing bucket',
    breaks: ({ domain }) =>
      set(domain, documentRows.key({ bucket: 'gone', document: 'cors', page: 0 }), Buffer.from('\x01{}', 'latin1')),
    finds: ['bucketMissing'],
    remains: ['bucketMissing'],
  },
  {
    what: 'a bucket without its row',
    breaks: ({ domain }) => remove(domain, bucketRows.key({ bucket: BUCKET })),
    finds: ['bucketMissing'],
    remains: ['bucketMissing'],
  },
  {
    what: 'an object whose blob is missing',
    breaks: async (store) => store.domain.blobs.delete(await blobOf(store, 'plain')),
    finds: ['blobMissing'],
    remains: ['blobMissing'],
  },
  {
    what: 'a blob whose bytes are damaged',
    breaks: async (store) => void store.rotten.add(await blobOf(store, 'plain')),
    finds: ['blobDamaged'],
    remains: ['blobDamaged'],
  },
  {
    what: 'a damaged blob of a part that two objects share',
    breaks: async (store) => void store.rotten.add(await blobOfPart(store, store.joined, 2)),
    finds: ['blobDamaged', 'objectTouched', 'objectTouched'],
    remains: ['blobDamaged', 'objectTouched', 'objectTouched'],
  },
  {
    what: 'a damaged blob of a part of an open upload',
    breaks: async (store) => void store.rotten.add(await blobOfPart(store, store.open, 1)),
    finds: ['blobDamaged'],
  },
  {
    what: 'a record that gives a blob another size',
    breaks: ({ domain, joined }) =>
      alter(domain, partRows, { manifest: joined, partNumber: 1 }, (record) => ({ ...record, size: record.size - 1 })),
    finds: ['sizeWrong', 'blobDamaged', 'sizeWrong', 'objectTouched', 'objectTouched'],
    remains: ['sizeWrong', 'blobDamaged', 'sizeWrong', 'objectTouched', 'objectTouched'],
  },
  {
    what: 'an object that gives its parts another checksum',
    breaks: ({ domain }) => alter(domain, objectRows, { bucket: BUCKET, key: 'joined' }, flipped),
    finds: ['crc64Wrong'],
    remains: ['crc64Wrong'],
  },
  {
    what: 'a part that gives its slices another checksum',
    breaks: ({ domain, ranged }) => alter(domain, partRows, { manifest: ranged, partNumber: 1 }, flipped),
    finds: ['crc64Wrong'],
    remains: ['crc64Wrong'],
  },
  {
    what: 'a manifest without its row',
    breaks: ({ domain, ranged }) => remove(domain, manifestRows.key({ manifest: ranged })),
    finds: ['manifestMissing', 'partStray'],
    remains: ['manifestMissing', 'partStray'],
  },
  {
    what: 'a manifest without one of its parts',
    breaks: ({ domain, joined }) => remove(domain, partRows.key({ manifest: joined, partNumber: 2 })),
    finds: ['partMissing', 'blobStray', 'objectTouched', 'objectTouched'],
    remains: ['partMissing', 'objectTouched', 'objectTouched'],
  },
  {
    what: 'a manifest without its holder',
    breaks: async ({ domain, joined }) => {
      const { reference } = await findObject(domain, named('joined'))
      await remove(domain, holderRows.key({ manifest: joined, reference }))
    },
    finds: ['holderMissing'],
  },
  {
    what: 'a holder without a record',
    breaks: ({ domain, joined }) =>
      set(domain, holderRows.key({ manifest: joined, reference: id('A') }), new Uint8Array()),
    finds: ['holderStray'],
  },
  {
    what: 'a holder that two records share',
    breaks: async ({ domain }) => {
      const { reference } = await findObject(domain, named('source'))
      await remove(domain, holderRows.key(await findObject(domain, named('copied'))))
      await alter(domain, objectRows, { bucket: BUCKET, key: 'copied' }, (record) => ({ ...record, reference }))
    },
    finds: ['holderShared'],
    remains: ['holderShared'],
  },
  {
    what: 'a manifest without a holder, with its parts',
    breaks: async ({ domain, ranged }) => {
      const { reference, size } = await findObject(domain, named('ranged'))
      await remove(domain, objectRows.key({ bucket: BUCKET, key: 'ranged' }))
      await remove(domain, holderRows.key({ manifest: ranged, reference }))
      await domain.metadata.transact(async (tx) => tx.add(counterRows.key({ bucket: BUCKET }), [-1, -size]))
    },
    finds: ['manifestStray'],
  },
  {
    what: 'part rows of no manifest or upload',
    breaks: async ({ domain, joined }) => {
      const [first] = await domain.metadata.read((reader) => readParts(reader, joined, 0, 1))
      assert.ok(first)
      const record = { ...first, bytes: { kind: 'slices', slices: [], depth: 1 } as const }
      await set(domain, partRows.key({ manifest: joined, partNumber: 7 }), partRows.encode(record))
      await set(domain, partRows.key({ manifest: id('B'), partNumber: 7 }), partRows.encode(record))
    },
    finds: ['partStray', 'partStray'],
  },
  {
    what: 'an upload with wrong counters',
    breaks: ({ domain, open }) => set(domain, usageRows.key({ uploadId: open }), encodeCounters([1, 1, 1])),
    finds: ['usageWrong'],
  },
  {
    what: 'an upload without counters',
    breaks: ({ domain, open }) => remove(domain, usageRows.key({ uploadId: open })),
    finds: ['usageWrong'],
  },
  {
    what: 'counters of an upload that is not open',
    breaks: ({ domain }) => set(domain, usageRows.key({ uploadId: id('C') }), encodeCounters([1, 1, 1])),
    finds: ['usageStray'],
  },
  {
    what: 'a bucket with wrong counters',
    breaks: ({ domain }) => domain.metadata.transact(async (tx) => tx.add(counterRows.key({ bucket: BUCKET }), [1, 5])),
    finds: ['countersWrong'],
  },
  {
    what: 'a blob that no record names, of a process that will not be searched',
    breaks: async ({ domain }) => {
      await domain.blobs.write(sourceOf('unnamed'), { owner: objectRows.key({ bucket: BUCKET, key: 'never' }) })
      await remove(domain, incarnationRows.key({ incarnation: domain.blobs.incarnation }))
    },
    finds: ['blobStray'],
  },
  {
    what: 'a blob whose owner row names another key',
    breaks: async (store) =>
      set(
        store.domain,
        ownerRows.key({ blob: await blobOf(store, 'plain') }),
        objectRows.key({ bucket: BUCKET, key: 'empty' }),
      ),
    finds: ['ownerStray', 'ownerWrong'],
  },
  {
    what: 'an owner row without a blob',
    breaks: ({ domain }) =>
      set(domain, ownerRows.key({ blob: 'nothing' }), objectRows.key({ bucket: BUCKET, key: 'empty' })),
    finds: ['ownerStray'],
  },
  {
    what: 'garbage of an unknown kind',
    breaks: ({ domain }) =>
      set(
        domain,
        garbageRows.key({ garbageKind: 'odd', garbageId: 'x', token: 'y' }),
        Buffer.from('\x01{"why":"x"}', 'latin1'),
      ),
    finds: ['rowDamaged'],
  },
]

for (const { what, breaks, finds, remains = [] } of BREAKS) {
  test(`an audit finds ${what}`, async () => {
    const store = await filled()
    await breaks(store)
    assert.deepEqual((await run(store)).kinds, finds)
    const repaired = await run(store, { repair: true })
    assert.equal(repaired.repaired, repaired.all.filter((finding) => finding.repaired).length)
    assert.deepEqual((await run(store)).kinds, remains)
  })
}

test('a repair costs no other object a byte, even after the garbage is swept', async () => {
  for (const { breaks } of BREAKS) {
    const store = await filled()
    const names = ['plain', 'empty', 'source', 'copied', 'joined', 'ranged']
    const whole = new Map(await Promise.all(names.map(async (name) => [name, await get(store.domain, name)] as const)))
    await breaks(store)
    const readable = await readableOf(store, names)
    await run(store, { repair: true })
    const parts = await partsOfUpload(store)
    await sweepAll(await heirOf(store.domain))
    assert.deepEqual(await partsOfUpload(store), parts)
    for (const name of readable) assert.deepEqual(await get(store.domain, name), whole.get(name))
  }
})

/** The bytes of all parts of the open upload. */
async function partsOfUpload({ domain, open }: Store): Promise<Buffer[]> {
  const parts = await domain.metadata.read((reader) => readParts(reader, open, 0, 10))
  return Promise.all(
    parts.map(async ({ bytes }) => (bytes.kind === 'blob' ? bytesOf(domain.blobs.read(bytes.blob)) : Buffer.alloc(0))),
  )
}

async function readableOf({ domain }: Store, names: readonly string[]): Promise<string[]> {
  const readable: string[] = []
  for (const name of names) {
    const isWhole = await get(domain, name).then(
      () => true,
      () => false,
    )
    if (isWhole) readable.push(name)
  }
  return readable
}

test('a repaired upload needs its damaged part again, and can then be completed', async () => {
  const store = await filled()
  const { domain, open, rotten, kept } = store
  const damaged = await blobOfPart(store, open, 1)
  rotten.add(damaged)
  await run(store, { repair: true })
  assert.deepEqual(kept.blobs, [damaged])
  assert.equal(kept.rows.length, 1)
  const parts = await domain.metadata.read((reader) => readParts(reader, open, 0, 10))
  assert.deepEqual(
    parts.map(({ partNumber }) => partNumber),
    [2],
  )
  await part(domain, 'open', open, 1, BIG)
  await complete(domain, 'open', open)
  assert.deepEqual(await get(domain, 'open'), Buffer.concat([BIG, Buffer.from('replaced')]))
})

test('a blob that its store can no longer list is found, and reported as damaged once its owner is known', async () => {
  const store = await filled()
  const hidden = await blobOf(store, 'plain')
  const { blobs } = store.domain
  const list = async function* () {
    for await (const entry of blobs.list()) if (entry.id !== hidden) yield entry
  }
  const blind = { ...store, domain: { ...store.domain, blobs: { ...blobs, list } } }
  assert.deepEqual((await run(blind, { repair: true })).kinds, ['ownerWrong'])
  assert.deepEqual((await run(blind, { repair: true })).kinds, ['blobDamaged'])
  assert.equal((await get(blind.domain, 'plain')).toString(), 'plain')
})

test('blobs that a damaged row may have named are kept', async () => {
  const store = await filled()
  const blob = await blobOf(store, 'plain')
  await set(store.domain, objectRows.key({ bucket: BUCKET, key: 'plain' }), Uint8Array.of(1))
  await remove(store.domain, incarnationRows.key({ incarnation: store.domain.blobs.incarnation }))
  await run(store, { repair: true })
  assert.deepEqual(store.kept.blobs, [blob])
  assert.equal(Buffer.from(store.kept.rows[0] ?? []).toString('latin1'), `o${BUCKET}\0plain`)
})

test('a blob of an ended process is left to the next start, whether that has left or not', async () => {
  const { domain, ...store } = await filled()
  await domain.blobs.write(sourceOf('unnamed'), { owner: objectRows.key({ bucket: BUCKET, key: 'never' }) })
  for (const leaves of [false, true]) {
    if (leaves) await domain.metadata.transact(async (tx) => bury(tx, domain.blobs.incarnation, 0))
    const { all, checked } = await run({ domain, ...store })
    assert.deepEqual([all, checked.blobsToRecover], [[], 1])
  }
})

test('bytes are read only on request', async (t: TestContext) => {
  const store = await filled()
  store.rotten.add(await blobOf(store, 'plain'))
  const read = t.mock.method(store.domain.blobs, 'read')
  assert.deepEqual((await run(store, { bytes: false })).kinds, [])
  assert.equal(read.mock.callCount(), 0)
  assert.equal((await bytesOf(store.domain.blobs.read(await blobOf(store, 'empty')))).length, 0)
})
