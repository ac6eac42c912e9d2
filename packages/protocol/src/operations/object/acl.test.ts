import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compact, failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { getBucketAcl } from '../bucket/get-bucket-acl.js'
import { putBucketAcl } from '../bucket/put-bucket-acl.js'
import { getObjectAcl } from './get-object-acl.js'
import { putObjectAcl } from './put-object-acl.js'

const owner = { id: '1234567890', displayName: '1234567890' }

function policy(grant: string): string {
  return `200\n\n${compact(`<?xml version="1.0" encoding="UTF-8"?>
<AccessControlPolicy>
  <Owner><ID>1234567890</ID><DisplayName>1234567890</DisplayName></Owner>
  <AccessControlList><Grant>${grant}</Grant></AccessControlList>
</AccessControlPolicy>`)}`
}

test('ACLs are returned as policies', () => {
  assert.equal(responseOf(getObjectAcl, {}, { owner, accessControlList: { grant: 'default' } }), policy('default'))
  assert.equal(responseOf(getBucketAcl, {}, { owner, accessControlList: { grant: 'private' } }), policy('private'))
})

test('the ACL is required for an object and optional for a bucket', () => {
  const failure = (header: string) => failureOf(() => inputOf(putObjectAcl, `PUT /a?acl HTTP/1.1${header}`))[0]
  assert.equal(failure(''), 'missingObjectAcl')
  assert.equal(failure('\nx-oss-object-acl: '), 'missingObjectAcl')
  assert.equal(failure('\nx-oss-object-acl: all'), 'invalidObjectAcl')
  const input = inputOf(putObjectAcl, 'PUT /a?acl HTTP/1.1\nx-oss-object-acl: public-read-write')
  assert.deepEqual(input, { versionId: undefined, objectAcl: 'public-read-write' })
  assert.deepEqual(inputOf(putBucketAcl, 'PUT /?acl HTTP/1.1'), { acl: undefined })
  assert.deepEqual(
    failureOf(() => inputOf(putBucketAcl, 'PUT /?acl HTTP/1.1\nx-oss-acl: default')),
    ['invalidBucketAcl', { argumentName: 'x-oss-acl', argumentValue: 'default' }],
  )
})

test('setting an ACL returns no document, and for a bucket its location', () => {
  assert.equal(responseOf(putObjectAcl, {}), '200')
  assert.equal(responseOf(putBucketAcl, { location: '/my-a' }), '200\nLocation: /my-a')
})
