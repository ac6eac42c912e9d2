import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setVersioning } from '../buckets/versioning.js'
import { versionRows } from '../stored/keyspace.js'
import type { ObjectName, VersionId } from '../stored/model.js'
import { NULL_VERSION, newVersionId } from '../stored/version-id.js'
import { BUCKET, bytesOf, get, keepAsVersion, named, OWNER, PLAIN, put, sweepAll, testDomain } from '../testing.js'
import { copyObject } from './copy-object.js'
import { deleteObject, findBucketAndObject, findObject, setObjectAcl } from './objects.js'

const PLACE = 1_767_600_000_000

/** A key with two versions that are not current, a delete marker, and a current object. */
async function versioned() {
  const domain = await testDomain()
  const old = newVersionId(PLACE, domain)
  const marker = newVersionId(PLACE + 2, domain)
  await put(domain, 'k', 'the oldest')
  await keepAsVersion(domain, { ...named('k'), place: PLACE }, old)
  await put(domain, 'k', 'written without versions')
  await keepAsVersion(domain, { ...named('k'), place: PLACE + 1 }, NULL_VERSION)
  await domain.metadata.transact(async (tx) => {
    const version = { id: marker, place: PLACE + 2 }
    const names = { ...named('k'), place: PLACE + 2 }
    versionRows.set(tx, names, { deleteMarker: true, owner: OWNER, modifiedAt: PLACE, version })
  })
  await setVersioning(domain, BUCKET, 'Enabled')
  const of = (version: VersionId): ObjectName => ({ ...named('k'), version })
  return { domain, old, marker, of }
}

test('a name finds the current version, or the one that it is of', async () => {
  const { domain, old, of } = await versioned()
  await put(domain, 'k', 'now')
  const sizes = async (name: ObjectName) => {
    const [{ size }, { object }] = [
      await findObject(domain, name),
      await findBucketAndObject(domain, name, () => undefined),
    ]
    assert.equal(object?.size, size)
    return size
  }
  assert.equal(await sizes(named('k')), 'now'.length)
  assert.equal(await sizes(of(old)), 'the oldest'.length)
  assert.equal(await sizes(of(NULL_VERSION)), 'written without versions'.length)
  for (const version of [newVersionId(PLACE, domain), newVersionId(PLACE + 9, domain), 'no version']) {
    await assert.rejects(async () => findObject(domain, of(version)), { reason: 'noSuchVersion' })
    const found = await findBucketAndObject(domain, of(version), () => undefined)
    assert.deepEqual([found.object, found.marker], [undefined, undefined])
  }
})

test('a name that leads to a delete marker finds no object, and the marker', async () => {
  const { domain, marker, of } = await versioned()
  await assert.rejects(async () => findObject(domain, named('k')), { reason: 'noSuchKey' })
  await assert.rejects(async () => findObject(domain, of(marker)), { reason: 'versionIsDeleteMarker' })
  for (const name of [named('k'), of(marker)]) {
    const found = await findBucketAndObject(domain, name, () => undefined)
    assert.deepEqual([found.object, found.marker?.version.id], [undefined, marker])
  }
  await deleteObject(domain, of(marker))
  assert.equal(String(await get(domain, 'k')), 'written without versions')
})

test('a version is described and copied from where it lies, and stays a version', async () => {
  const { domain, old, of } = await versioned()
  await setObjectAcl(domain, of(old), 'public-read')
  assert.equal((await findObject(domain, of(old))).acl, 'public-read')
  await copyObject(domain, {
    ...named('copy'),
    owner: OWNER,
    acl: 'default',
    forbidOverwrite: false,
    source: of(old),
    descriptionOf: () => PLAIN,
  })
  await sweepAll(domain)
  assert.equal(String(await get(domain, 'copy')), 'the oldest')
  assert.notEqual((await findObject(domain, named('copy'))).version?.id, old)
  const { bytes, version } = await findObject(domain, of(old))
  assert.deepEqual([bytes.kind, version?.id], ['manifest', old])
  const other = await findObject(domain, of(NULL_VERSION))
  assert.ok(other.bytes.kind === 'blob')
  assert.equal(String(await bytesOf(domain.blobs.read(other.bytes.blob))), 'written without versions')
})
