import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Domain } from '../domain/domain.js'
import { findObject } from '../domain/objects/objects.js'
import { count } from '../domain/stored/counters.js'
import { counterRows, nullVersionRows, ownerRows, versionRows } from '../domain/stored/keyspace.js'
import { NULL_VERSION, newVersionId } from '../domain/stored/version-id.js'
import {
  BUCKET,
  blobCount,
  bytesOf,
  heirOf,
  keepAsVersion,
  key,
  named,
  OWNER,
  put,
  sweepAll,
} from '../domain/testing.js'
import { recoverDead } from '../domain/upkeep/incarnations.js'
import type { FindingKind } from './findings.js'
import { alter, BIG, filled, remove, run, type Store } from './testing.js'

const PLACE = 1_767_600_000_000
const PLAIN = { bucket: BUCKET, key: key('plain'), place: PLACE }
const COPIED = { bucket: BUCKET, key: key('copied'), place: PLACE }
const MARKER = { bucket: BUCKET, key: key('plain'), place: PLACE + 1 }

/** A store whose objects `plain` and `copied` are versions that are not current, the first with a delete marker above it. */
async function versioned(): Promise<Store> {
  const store = await filled()
  const { domain } = store
  await keepAsVersion(domain, PLAIN, NULL_VERSION)
  await keepAsVersion(domain, COPIED, newVersionId(PLACE, domain))
  await domain.metadata.transact(async (tx) => {
    const version = { id: newVersionId(MARKER.place, domain), place: MARKER.place }
    versionRows.set(tx, MARKER, { deleteMarker: true, owner: OWNER, modifiedAt: MARKER.place, version })
    count(tx, BUCKET, { deleteMarkers: 1 })
  })
  return store
}

test('an audit follows versions that are not current, and finds nothing wrong with them', async () => {
  const { all, checked } = await run(await versioned())
  assert.deepEqual(all, [])
  assert.equal(checked.objects, 6)
})

interface Break {
  readonly what: string
  readonly breaks: (store: Store) => Promise<unknown>
  readonly finds: readonly FindingKind[]
  readonly remains?: readonly FindingKind[]
}

const BREAKS: readonly Break[] = [
  {
    what: 'a null version whose place is not known',
    breaks: ({ domain }) => remove(domain, nullVersionRows.key(PLAIN)),
    finds: ['nullVersionMissing'],
  },
  {
    what: 'a place of a null version that does not exist',
    breaks: ({ domain }) =>
      domain.metadata.transact(async (tx) => nullVersionRows.set(tx, COPIED, { place: COPIED.place })),
    finds: ['nullVersionStray'],
  },
  {
    what: 'a version whose key gives another place than its id',
    breaks: ({ domain }) =>
      alter(domain, versionRows, COPIED, (record) => ({ ...record, version: { id: NULL_VERSION, place: 1 } })),
    finds: ['rowDamaged', 'holderStray', 'countersWrong'],
    remains: ['holderStray'],
  },
  {
    what: 'a version whose blob is missing',
    breaks: async ({ domain }) => domain.blobs.delete(await blobOfVersion(domain)),
    finds: ['blobMissing'],
    remains: ['blobMissing'],
  },
  {
    what: 'a version whose blob names the object that it was as its owner',
    breaks: async ({ domain }) => remove(domain, ownerRows.key({ blob: await blobOfVersion(domain) })),
    finds: ['ownerWrong'],
  },
  {
    what: 'a delete marker that is not counted',
    breaks: ({ domain }) => alter(domain, counterRows, { bucket: BUCKET }, (all) => ({ ...all, deleteMarkers: 0 })),
    finds: ['countersWrong'],
  },
]

for (const { what, breaks, finds, remains = [] } of BREAKS) {
  test(`an audit finds ${what}`, async () => {
    const store = await versioned()
    await breaks(store)
    assert.deepEqual((await run(store)).kinds, finds)
    await run(store, { repair: true })
    assert.deepEqual((await run(store)).kinds, remains)
  })
}

async function blobOfVersion({ metadata }: Domain): Promise<string> {
  const record = await metadata.read((reader) => versionRows.read(reader, PLAIN))
  assert.ok(record !== undefined && !('deleteMarker' in record) && record.bytes.kind === 'blob')
  return record.bytes.blob
}

test('neither the sweeper nor the search for orphans takes what a version names', async () => {
  const { domain } = await versioned()
  await sweepAll(domain)
  const blobs = await blobCount(domain)
  const heir = await heirOf(domain)
  await recoverDead(heir, [])
  await sweepAll(heir)
  assert.equal(await blobCount(heir), blobs)
  assert.equal(String(await bytesOf(domain.blobs.read(await blobOfVersion(domain)))), 'plain')
})

test('the object and the versions of a key have rows of their own', async () => {
  const store = await versioned()
  await put(store.domain, 'plain', BIG)
  assert.equal((await findObject(store.domain, named('plain'))).size, BIG.length)
  assert.deepEqual((await run(store)).all, [])
})
