import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketName, objectKey } from '@bindery/protocol'
import { isAfter } from '../key-range.js'
import { objectRows, uploadRows, versionRows } from '../keyspace.js'
import type { DeleteMarker, Encryption, ObjectRecord, UploadRecord } from '../model.js'
import { newVersionId } from '../version-id.js'
import { decodeListed } from './listed.js'

const ID = '0123456789ABCDEF0123456789ABCDEF'
const NAMES = { bucket: bucketName('bkt'), key: objectKey('k') }
const ENCRYPTION: Encryption = {
  algorithm: 'KMS',
  keyId: 'k',
  dataEncryption: 'SM4',
  dataKey: Uint8Array.of(0, 1, 255),
}

const DESCRIPTION = { owner: '1', headers: {}, userMetadata: {}, tagging: [], storageClass: 'Standard' } as const

const OBJECT: ObjectRecord = {
  ...DESCRIPTION,
  type: 'Normal',
  size: 5,
  etag: '5D41402ABC4B2A76B9719D911017C592',
  crc64: 2n ** 64n - 1n,
  modifiedAt: 1_767_600_000_000,
  acl: 'default',
  manifest: ID,
  reference: ID,
  bytes: { kind: 'blob', blob: 'f00d-1' },
}

const UPLOAD: UploadRecord = {
  ...DESCRIPTION,
  ...NAMES,
  uploadId: ID,
  initiatedAt: 1_767_600_000_000,
  initiator: '1',
  sequential: false,
  autoComplete: { parts: 2, crc64: 4n, forbidOverwrite: false },
}

test('how the bytes of an object are encrypted is kept with it and with the upload that becomes one', () => {
  const object = { ...OBJECT, encryption: ENCRYPTION }
  assert.deepEqual(objectRows.decode(objectRows.encode(object), NAMES), object)
  const upload = { ...UPLOAD, encryption: ENCRYPTION }
  assert.deepEqual(uploadRows.decode(uploadRows.encode(upload), upload), upload)
})

test('an upload keeps what initiated it, and a row from before that was noted is read as it is', () => {
  const client = { accessKeyId: 'BKAAAABBBBCCCCDDDDEEEEFF', remoteAddress: '10.0.0.7', userAgent: 'camera/1.0' }
  for (const upload of [{ ...UPLOAD, client }, UPLOAD]) {
    assert.deepEqual(uploadRows.decode(uploadRows.encode(upload), upload), upload)
  }
})

test('records of plain bytes have no field of encryption', () => {
  for (const value of [objectRows.encode(OBJECT), uploadRows.encode(UPLOAD)]) {
    assert.ok(!Buffer.from(value).includes('encryption'))
  }
  assert.deepEqual(objectRows.decode(objectRows.encode(OBJECT), NAMES), OBJECT)
  assert.deepEqual(uploadRows.decode(uploadRows.encode(UPLOAD), UPLOAD), UPLOAD)
})

test('an encrypted record without its wrapped key is damage', () => {
  const value = objectRows.encode({ ...OBJECT, encryption: ENCRYPTION })
  for (const key of ['""', '7', '"?"']) {
    const spoilt = Buffer.from(value).toString('latin1').replace('"AAH/"', key)
    assert.throws(() => objectRows.decode(Buffer.from(spoilt, 'latin1'), NAMES), { kind: 'corrupt' })
  }
})

test('a listing decodes of an object what the whole record has, and refuses what lacks it', () => {
  const archived = { readyAt: 1, expiresAt: 2, tier: 'Bulk' as const }
  const records: ObjectRecord[] = [
    OBJECT,
    { ...OBJECT, encryption: ENCRYPTION, digestETag: 'AB-1', restore: archived, movedAt: 7 },
    { ...OBJECT, bytes: { kind: 'blob', blob: 'f00d-1~Ynl0ZXM' }, userMetadata: { etag: 'no', size: '"', ü: '中' } },
    { ...OBJECT, headers: { contentType: '{"size":1}' }, tagging: [['size', '1']], mirroredFrom: 'http://a/"b"' },
  ]
  for (const record of records) {
    const { type, owner, size, etag, modifiedAt, storageClass, digestETag, restore, movedAt } = record
    const shown = { type, owner, size, etag, modifiedAt, storageClass, digestETag, restore, movedAt }
    assert.deepEqual(decodeListed(objectRows.encode(record)), shown)
  }
  const text = Buffer.from(objectRows.encode(OBJECT)).toString('latin1')
  const spoilt = ['"size":"5"', '"sizes":5', '"size":5,}', '"size":nan'].map((size) => text.replace('"size":5', size))
  for (const one of [...spoilt, text.slice(1), text.slice(0, -1), `\x02${text.slice(1)}`, '\x01', '']) {
    assert.throws(() => decodeListed(Buffer.from(one, 'latin1')), { kind: 'corrupt' }, one)
  }
})

const PLACE = 1_767_600_000_000
const VERSION = { id: newVersionId(PLACE, { random: (bytes) => new Uint8Array(bytes) }), place: PLACE }
const MARKER: DeleteMarker = { deleteMarker: true, owner: '1', modifiedAt: PLACE, version: VERSION }

test('a version is stored as the object that it was, and a delete marker as what it is', () => {
  const names = { ...NAMES, place: PLACE }
  const versions = [
    { ...OBJECT, version: VERSION },
    { ...OBJECT, version: VERSION, bytes: { kind: 'blob' as const, blob: 'f00d-1~Ynl0ZXM' } },
    MARKER,
  ]
  for (const record of versions) {
    const value = versionRows.encode(record)
    const decoded = versionRows.decode(value, names)
    assert.deepEqual(Buffer.from(versionRows.encode(decoded)), Buffer.from(value))
    assert.equal('deleteMarker' in decoded, 'deleteMarker' in record)
    assert.ok(versionRows.declaration.value.isSound(decoded, names))
    assert.ok(!versionRows.declaration.value.isSound(decoded, { ...names, place: PLACE + 1 }))
    if (!('deleteMarker' in record)) assert.deepEqual(Buffer.from(objectRows.encode(record)), Buffer.from(value))
  }
})

test('the versions of a key stand with the newest first', () => {
  const keys = [PLACE + 1, PLACE, 1, 0].map((place) => versionRows.key({ ...NAMES, place }))
  for (const [index, key] of keys.entries()) assert.ok(index === 0 || isAfter(key, keys[index - 1] ?? key))
})
