import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesToString } from '@bindery/bytes'
import { bucketName } from '@bindery/protocol'
import { type Bytes, createMemoryBlobStore, createMemoryMetadataStore, type DamagedRow } from '@bindery/storage'
import { withDamagedRows } from '@bindery/storage/testing'
import { createBucket } from '../buckets/buckets.js'
import { changeDocument } from '../buckets/documents.js'
import type { Domain } from '../domain.js'
import { deleteObject } from '../objects/objects.js'
import {
  BUCKET,
  blobCount,
  complete,
  get,
  heirOf,
  initiate,
  named,
  OWNER,
  part,
  put,
  sweepAll,
  testDomain,
} from '../testing.js'
import { applyLifecycle } from '../upkeep/apply-lifecycle.js'
import { recoverDead } from '../upkeep/incarnations.js'
import { Sweeper } from '../upkeep/sweeper.js'
import { type Damage, DamageReports, skippingDamage } from './damage.js'
import {
  documentRows,
  garbageRows,
  incarnationRows,
  manifestRows,
  objectRows,
  receiptRows,
  uploadRows,
} from './keyspace.js'
import { readPage, rowsIn } from './rows-in.js'

interface Damaged {
  readonly domain: Domain
  readonly reports: Damage[]
  damage(key: Bytes): void
}

async function damageable(): Promise<Damaged> {
  const { store, damage } = withDamagedRows(createMemoryMetadataStore())
  const reports: Damage[] = []
  const domain = await testDomain({ metadata: store, blobs: createMemoryBlobStore() })
  return { domain: { ...domain, damage: new DamageReports((one) => void reports.push(one)) }, reports, damage }
}

async function firstKey({ metadata }: Domain, { from, to } = garbageRows.all): Promise<Bytes> {
  const [row] = await metadata.read((reader) => reader.range(from, to, { limit: 1 }))
  assert.ok(row)
  return row.key
}

async function completed(domain: Domain, name: string): Promise<string> {
  const uploadId = await initiate(domain, name)
  await part(domain, name, uploadId, 1, 'bytes')
  await complete(domain, name, uploadId)
  return uploadId
}

test('a damaged garbage row keeps nothing else from being freed, and is reported once', async () => {
  const { domain, reports, damage } = await damageable()
  for (let number = 0; number < 5; number += 1) await put(domain, `k${number}`, 'bytes')
  for (let number = 0; number < 5; number += 1) await deleteObject(domain, named(`k${number}`))
  damage(await firstKey(domain))
  const sweeper = new Sweeper(domain)
  assert.equal(await sweepAll(domain, sweeper), 4)
  assert.equal(await sweepAll(domain, sweeper), 0)
  assert.equal(await blobCount(domain), 1)
  assert.deepEqual(
    reports.map(({ rowKind }) => rowKind),
    ['garbage'],
  )
  assert.match(reports[0]?.blob ?? '', /^\w+-/)
})

test('a damaged record keeps only the blob from being freed that it may name', async () => {
  const { domain, reports, damage } = await damageable()
  for (const name of ['k', 'other']) for (const bytes of ['old', 'new']) await put(domain, name, bytes)
  damage(objectRows.key({ bucket: BUCKET, key: 'k' }))
  assert.equal(await sweepAll(domain), 1)
  assert.equal((await get(domain, 'other')).toString(), 'new')
  const [{ rowKind, bucket, key: name } = {}] = reports
  assert.deepEqual([rowKind, bucket, name, reports.length], ['object', BUCKET, 'k', 1])
})

test('a damaged manifest keeps only its own parts from being freed', async () => {
  const { domain, reports, damage } = await damageable()
  const uploads = [await completed(domain, 'a'), await completed(domain, 'b'), await completed(domain, 'c')]
  for (const name of ['a', 'b', 'c']) await deleteObject(domain, named(name))
  damage(manifestRows.key({ manifest: uploads[1] ?? '' }))
  assert.equal(await sweepAll(domain), 2)
  assert.deepEqual(
    reports.map(({ rowKind, manifest }) => [rowKind, manifest]),
    [['manifest', uploads[1]]],
  )
})

test('a damaged receipt keeps no other from being dropped', async () => {
  const { domain, reports, damage } = await damageable()
  await completed(domain, 'a')
  await completed(domain, 'b')
  damage(await firstKey(domain, receiptRows.all))
  await new Sweeper({ ...domain, receiptMs: 0 }).sweep()
  const page = await readPage(domain.metadata, receiptRows.all, { atOnce: 10, onDamaged: () => {} })
  assert.equal(page.rows.length, 0)
  assert.deepEqual(
    reports.map(({ rowKind }) => rowKind),
    ['receipt'],
  )
})

test('a damaged upload and damaged rules keep no other upload from being aborted by a rule', async () => {
  const { domain, reports, damage } = await damageable()
  const rule = {
    id: 'r',
    prefix: '',
    status: 'Enabled' as const,
    abortMultipartUpload: { createdBeforeDate: Date.UTC(2026, 5, 1) },
  }
  const uploads = [await initiate(domain, 'a'), await initiate(domain, 'b')]
  const other = bucketName('aaa')
  await createBucket(domain, { name: other, owner: OWNER })
  for (const bucket of [BUCKET, other])
    await changeDocument(domain, bucket, { kind: 'lifecycle' }, () => ({ rules: [rule] }))
  damage(documentRows.key({ bucket: other, document: 'lifecycle', page: 0 }))
  damage(uploadRows.key({ bucket: BUCKET, key: 'a', uploadId: uploads[0] ?? '' }))
  const aborted: string[] = []
  const later = { ...domain, clock: () => Date.UTC(2026, 6, 1) }
  for await (const done of applyLifecycle(later)) if (done.kind === 'aborted') aborted.push(done.uploadId)
  assert.deepEqual(aborted, [uploads[1]])
  assert.deepEqual(
    reports.map(({ rowKind }) => rowKind),
    ['document', 'upload'],
  )
})

test('a process whose row is damaged is declared dead by its key, and what a damaged record may name stays', async () => {
  const { domain, reports, damage } = await damageable()
  for (const name of ['a', 'b']) await put(domain, name, 'bytes')
  await domain.metadata.transact(async (tx) => tx.delete(objectRows.key({ bucket: BUCKET, key: 'b' })))
  damage(objectRows.key({ bucket: BUCKET, key: 'a' }))
  damage(incarnationRows.key({ incarnation: domain.blobs.incarnation }))
  const heir = await heirOf(domain)
  await recoverDead(heir, [])
  assert.equal(
    await domain.metadata.read((reader) => reader.get(incarnationRows.key({ incarnation: domain.blobs.incarnation }))),
    undefined,
  )
  assert.equal(await sweepAll(heir), 1)
  assert.equal(await blobCount(heir), 1)
  assert.deepEqual(
    reports.map(({ rowKind, key: name }) => [rowKind, name]),
    [['object', 'a']],
  )
})

test('pages without a sound row lead on to those behind them', async () => {
  const { domain, damage } = await damageable()
  const names = Array.from({ length: 6 }, (_, number) => objectRows.key({ bucket: BUCKET, key: `k${number}` }))
  await domain.metadata.transact(async (tx) => {
    for (const name of names) tx.set(name, Uint8Array.of(1))
  })
  for (const name of names.slice(1, 5)) damage(name)
  const met: string[] = []
  const damaged = new Set<string>()
  const onDamaged = (row: DamagedRow) => void damaged.add(bytesToString(row.key))
  const rows = rowsIn(domain.metadata, objectRows.all, { atOnce: 2, onDamaged })
  for await (const row of rows) met.push(bytesToString(row.key))
  const sound = names.map((name) => bytesToString(name))
  assert.deepEqual([met, damaged.size], [[sound[0], sound[5]], 4])
})

test('work goes on for all but those that meet damage', async () => {
  const { domain, damage } = await damageable()
  const names = Array.from({ length: 9 }, (_, number) => objectRows.key({ bucket: BUCKET, key: `k${number}` }))
  await domain.metadata.transact(async (tx) => {
    for (const name of names) tx.set(name, Uint8Array.of(1))
  })
  for (const index of [0, 4, 5]) damage(names[index] ?? new Uint8Array())
  const passed: Bytes[] = []
  const work = async (some: readonly Bytes[]) => {
    await domain.metadata.transact(async (tx) => {
      for (const name of some) {
        await tx.get(name)
        tx.delete(name)
      }
    })
  }
  assert.equal(await skippingDamage(names, work, (name) => void passed.push(name)), 6)
  assert.deepEqual(passed, [names[0], names[4], names[5]])
  await assert.rejects(
    skippingDamage(
      [1],
      async () => assert.fail('something else'),
      () => {},
    ),
    /something else/,
  )
})
