import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createMemoryBlobStore, createMemoryMetadataStore, type MetadataStore } from '@bindery/storage'
import { bucketStat, deleteBucket } from '../buckets/buckets.js'
import { setVersioning } from '../buckets/versioning.js'
import type { Domain } from '../domain.js'
import type { VersionId } from '../stored/model.js'
import { NULL_VERSION, placeOf, versionIdOf } from '../stored/version-id.js'
import { BUCKET, blobCount, get, named, put, sweepAll, testDomain } from '../testing.js'
import { listVersions } from './listing-versions.js'
import { deleteObject, findObject, setObjectAcl } from './objects.js'

/** Bytes that are a blob of their own. */
const BIG = Buffer.alloc(10_000, 'big')

async function versioned(): Promise<Domain> {
  const domain = await testDomain()
  await setVersioning(domain, BUCKET, 'Enabled')
  return domain
}

const all = { bucket: BUCKET, prefix: '', delimiter: '', keyMarker: '', maxKeys: 1_000 }

async function versionsOf(domain: Domain) {
  const { entries } = await listVersions(domain, all)
  return entries.flatMap((entry) => (entry.kind === 'version' ? [entry] : []))
}

const idsOf = async (domain: Domain): Promise<VersionId[]> =>
  (await versionsOf(domain)).map(({ record }) => versionIdOf(record))

test('blobs stay while a version names them, wherever it moves, and go with it', async () => {
  const domain = await versioned()
  const [first, second] = [await put(domain, 'k', BIG), await put(domain, 'k', BIG)]
  const marker = await deleteObject(domain, named('k'))
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 2)
  await deleteObject(domain, { ...named('k'), version: marker.version })
  await sweepAll(domain)
  assert.deepEqual(await get(domain, 'k'), BIG)
  await deleteObject(domain, { ...named('k'), version: second.version?.id })
  await sweepAll(domain)
  assert.deepEqual([await get(domain, 'k'), await blobCount(domain)], [BIG, 1])
  await deleteObject(domain, { ...named('k'), version: first.version?.id })
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 0)
  await deleteBucket(domain, BUCKET)
})

test('an overwrite while versioning is suspended frees the bytes of the null version, current or not', async () => {
  const domain = await versioned()
  await put(domain, 'k', BIG)
  await setVersioning(domain, BUCKET, 'Suspended')
  for (let count = 0; count < 3; count += 1) await put(domain, 'k', BIG)
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 2)
  await setVersioning(domain, BUCKET, 'Enabled')
  await put(domain, 'k', BIG)
  await setVersioning(domain, BUCKET, 'Suspended')
  await put(domain, 'k', BIG)
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 3)
  await deleteObject(domain, named('k'))
  await deleteObject(domain, named('k'))
  await sweepAll(domain)
  assert.equal(await blobCount(domain), 2)
  assert.equal((await bucketStat(domain, BUCKET)).deleteMarkers, 1)
})

test('the bytes of versions that are not current are counted, wherever the versions move', async () => {
  const domain = await versioned()
  const counted = async () => {
    const { storage, versions, versionBytes } = await bucketStat(domain, BUCKET)
    return { storage, versions, versionBytes }
  }
  const first = await put(domain, 'k', BIG)
  assert.deepEqual(await counted(), { storage: 10_000, versions: 0, versionBytes: 0 })
  const second = await put(domain, 'k', 'second')
  assert.deepEqual(await counted(), { storage: 10_006, versions: 1, versionBytes: 10_000 })
  const marker = await deleteObject(domain, named('k'))
  assert.deepEqual(await counted(), { storage: 10_006, versions: 2, versionBytes: 10_006 })
  await deleteObject(domain, { ...named('k'), version: marker.version })
  assert.deepEqual(await counted(), { storage: 10_006, versions: 1, versionBytes: 10_000 })
  await deleteObject(domain, { ...named('k'), version: second.version?.id })
  assert.deepEqual(await counted(), { storage: 10_000, versions: 0, versionBytes: 0 })
  await put(domain, 'k', 'third')
  await deleteObject(domain, { ...named('k'), version: first.version?.id })
  assert.deepEqual(await counted(), { storage: 5, versions: 0, versionBytes: 0 })
})

test('versions are in the order in which they were made, whatever the clock shows', async () => {
  const domain = await versioned()
  let now = domain.clock()
  const backwards: Domain = { ...domain, clock: () => (now -= 3_600_000) }
  const made: (VersionId | undefined)[] = []
  for (let count = 0; count < 3; count += 1) {
    made.unshift((await put(backwards, 'k', String(count))).version?.id)
    made.unshift((await deleteObject(backwards, named('k'))).version)
  }
  assert.deepEqual(await idsOf(domain), made)
  const places = (await versionsOf(domain)).map(({ record }) => placeOf(record))
  assert.deepEqual(
    places,
    [...places].sort((a, b) => b - a),
  )
})

test('writers of one key all get a version of their own, and each is kept', async () => {
  const domain = await versioned()
  const made = await Promise.all(Array.from({ length: 12 }, (_, number) => put(domain, 'k', `${number}`)))
  const ids = made.map(({ version }) => version?.id)
  assert.equal(new Set(ids).size, 12)
  assert.deepEqual((await idsOf(domain)).sort(), ids.sort())
  for (const [number, { version }] of made.entries()) {
    assert.equal((await findObject(domain, { ...named('k'), version: version?.id })).etag, made[number]?.etag)
  }
  const current = await findObject(domain, named('k'))
  assert.equal(current.version?.id, (await idsOf(domain))[0])
})

test('deletions that race with writers leave every version that was not named', async () => {
  const domain = await versioned()
  const before = await Promise.all(Array.from({ length: 6 }, (_, number) => put(domain, 'k', `${number}`)))
  const deletions = before.map(({ version }) => deleteObject(domain, { ...named('k'), version: version?.id }))
  const [after, markers] = [
    await Promise.all([put(domain, 'k', 'x'), put(domain, 'k', 'y')]),
    await Promise.all([deleteObject(domain, named('k')), ...deletions]),
  ]
  const left = [...after.map(({ version }) => version?.id), markers[0]?.version]
  assert.deepEqual((await idsOf(domain)).sort(), left.sort())
})

test('an ACL changes one version, which keeps its place', async () => {
  const domain = await versioned()
  const old = await put(domain, 'k', 'old')
  await put(domain, 'k', 'new')
  await setObjectAcl(domain, { ...named('k'), version: old.version?.id }, 'private')
  assert.equal((await findObject(domain, named('k'))).acl, 'default')
  const changed = await findObject(domain, { ...named('k'), version: old.version?.id })
  assert.deepEqual([changed.acl, changed.version, changed.modifiedAt], ['private', old.version, old.modifiedAt])
})

/** A store that counts the rows that are set or deleted, but for counters. */
function counted(): {
  readonly store: MetadataStore
  readonly count: (work: () => Promise<unknown>) => Promise<number>
} {
  const inner = createMemoryMetadataStore()
  let written = 0
  const store: MetadataStore = {
    read: (body) => inner.read(body),
    transact: (body) =>
      inner.transact((tx) => {
        const rows = new Set<string>()
        const note = (key: Uint8Array) => {
          rows.add(Buffer.from(key).toString('hex'))
          written = rows.size
        }
        return body({
          get: (key) => tx.get(key),
          getMany: (keys) => tx.getMany(keys),
          range: (from, to, options) => tx.range(from, to, options),
          add: (key, deltas) => tx.add(key, deltas),
          set: (key, value) => {
            note(key)
            tx.set(key, value)
          },
          delete: (key) => {
            note(key)
            tx.delete(key)
          },
        })
      }),
    close: () => inner.close(),
  }
  const count = async (work: () => Promise<unknown>) => {
    await work()
    return written
  }
  return { store, count }
}

describe('rows that a PutObject writes', () => {
  for (const [name, bytes, rows] of [
    ['a blob', BIG, { unversioned: 2, versioned: 3 }],
    ['bytes in the record', 'small', { unversioned: 1, versioned: 2 }],
  ] as const) {
    test(`one more where the version before it is kept: ${name}`, async () => {
      const { store: metadata, count } = counted()
      const domain = await testDomain({ metadata, blobs: createMemoryBlobStore({ carriedBytesMax: 100 }) })
      await put(domain, 'k', bytes)
      assert.equal(await count(() => put(domain, 'k', bytes)), rows.unversioned)
      await setVersioning(domain, BUCKET, 'Enabled')
      await put(domain, 'k', bytes)
      assert.equal(await count(() => put(domain, 'k', bytes)), rows.versioned)
    })
  }
})

test('pages of versions cost as much as they show, whatever the number of versions per group or key', async () => {
  const domain = await testDomain({ metadata: createMemoryMetadataStore() })
  await setVersioning(domain, BUCKET, 'Enabled')
  for (let number = 0; number < 300; number += 1) await put(domain, `dir/${number % 10}`, `${number}`)
  await put(domain, 'last', 'x')
  let rows = 0
  const { metadata } = domain
  const watched: Domain = {
    ...domain,
    metadata: {
      ...metadata,
      transact: (body) => metadata.transact(body),
      close: () => metadata.close(),
      read: (body) =>
        metadata.read((reader) =>
          body({
            get: (key) => reader.get(key),
            getMany: (keys) => reader.getMany(keys),
            range: async (from, to, options) => {
              const found = await reader.range(from, to, options)
              rows += found.length
              return found
            },
          }),
        ),
    },
  }
  const page = async (query: Partial<typeof all>) => {
    rows = 0
    const { entries } = await listVersions(watched, { ...all, ...query })
    return [entries.length, rows]
  }
  const [listed, read] = await page({ maxKeys: 20 })
  assert.ok(listed === 20 && (read ?? 0) <= 42, `${read} rows for ${listed} entries`)
  const [grouped, readInGroups] = await page({ delimiter: '/' })
  assert.ok(grouped === 2 && (readInGroups ?? 0) <= 64, `${readInGroups} rows for ${grouped} entries`)
})

test('the null version is the one that was written before versions were kept', async () => {
  const domain = await testDomain()
  await put(domain, 'k', 'before')
  await setVersioning(domain, BUCKET, 'Enabled')
  await put(domain, 'k', 'after')
  const found = await findObject(domain, { ...named('k'), version: NULL_VERSION })
  assert.equal(found.size, 'before'.length)
})
