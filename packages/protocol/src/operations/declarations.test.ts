import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CATALOGUE } from '../errors/catalogue.js'
import type { Operation } from '../operation.js'
import { SIGV4_CAUSES } from '../s3/causes.js'
import { s3Operations } from '../s3/operations/index.js'
import { V1_SUBRESOURCES } from '../signature/subresources.js'
import { ABSENT_OPERATIONS } from './absent.js'
import { COMMON_CAUSES, causesOf } from './causes.js'
import { operations } from './index.js'

/** Keys that select an operation and that V1 does not sign. */
const NEVER_SIGNED = new Set(['list-type'])

test('each key that selects an operation is signed by V1, so that none can be added in transit', () => {
  for (const { name, when = [] } of [...Object.values(operations), ...ABSENT_OPERATIONS]) {
    for (const key of when.flatMap(({ query = [] }) => query)) {
      const [bare = ''] = key.split('=')
      assert.ok(V1_SUBRESOURCES.has(bare) || NEVER_SIGNED.has(bare), `${name}: ${bare}`)
    }
  }
  for (const key of NEVER_SIGNED) assert.ok(!V1_SUBRESOURCES.has(key), key)
})

test('each cause of the catalogue belongs to an operation or to all, and each declared one has a row', () => {
  const all: readonly Operation[] = [...Object.values(operations), ...Object.values(s3Operations)]
  const declared = new Set([...COMMON_CAUSES, ...SIGV4_CAUSES, ...all.flatMap((one) => [...causesOf(one)])])
  assert.deepEqual([...declared].sort(), Object.keys(CATALOGUE).sort())
})

test('the resource of an operation determines which errors its names may have', () => {
  assert.ok(!causesOf(operations.ListBuckets).has('invalidBucketName'))
  assert.ok(causesOf(operations.GetBucketInfo).has('invalidBucketName'))
  assert.ok(!causesOf(operations.GetBucketInfo).has('objectNameTooLong'))
  assert.ok(causesOf(operations.GetObject).has('objectNameTooLong'))
})

test('the causes of fields and refusals need not be declared', () => {
  const causes = causesOf(operations.UploadPart)
  for (const cause of [
    'partNumberMissing',
    'noSuchUploadIdMissing',
    'trafficLimitTwice',
    'encryptionHeaderOnPart',
  ] as const) {
    assert.ok(causes.has(cause), cause)
    assert.ok(!operations.UploadPart.errors.includes(cause), cause)
  }
})

test('a status of 204 has no body, and each operation has one page: the official one, or that of the extensions', () => {
  const pages = new Set<string>()
  for (const operation of Object.values(operations)) {
    if (operation.status === 204) assert.equal(operation.result, undefined, operation.name)
    const source = isExtension(operation)
      ? /^docs\/guides\/extensions\.md#[a-z-]+$/
      : /^https:\/\/help\.aliyun\.com\/(document_detail\/\d+\.html|zh\/oss\/developer-reference\/[a-z0-9]+)$/
    assert.match(operation.source, source)
    assert.ok(!pages.has(operation.source), operation.name)
    pages.add(operation.source)
  }
})

test('an extension is requested by a key of its own that no operation of OSS reads', () => {
  const own = /^x-oss-ext-/
  for (const operation of Object.values<Operation>(operations)) {
    const keys = (operation.when ?? []).flatMap(({ query = [] }) => query)
    assert.equal(
      keys.some((key) => own.test(key)),
      isExtension(operation),
      operation.name,
    )
  }
})

function isExtension(operation: Operation): boolean {
  return operation.extension === true
}
