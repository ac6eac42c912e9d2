import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketName } from '@bindery/protocol'
import { createAccessPoint } from '../buckets/access-points.js'
import { createBucket } from '../buckets/buckets.js'
import type { Domain } from '../domain.js'
import { addBuckets, BUCKET, testDomain } from '../testing.js'
import { createAccount, deleteAccount, findAccount } from './accounts.js'

const POINT = { accessPointName: 'point', networkOrigin: 'internet' } as const

async function newAccount(domain: Domain): Promise<string> {
  const { account } = await createAccount(domain, { displayName: 'one', comments: '' }, NEW_KEY)
  return account
}

const NEW_KEY = { accessKeyId: 'BKAAAABBBBCCCCDDDDEEEEFF', secret: 'sealed' }

test('an account is deleted, and an access point created, where other accounts have thousands of buckets', async () => {
  const domain = await testDomain()
  await addBuckets(domain, 2_600)
  const account = await newAccount(domain)
  await createAccessPoint(domain, BUCKET, POINT)
  const other = bucketName('other')
  await createBucket(domain, { name: other, owner: account })
  await createAccessPoint(domain, other, POINT)
  await assert.rejects(createAccessPoint(domain, BUCKET, POINT), { reason: 'accessPointExists' })
  await assert.rejects(deleteAccount(domain, account), { reason: 'accountHasBuckets' })
  const empty = await newAccount(domain)
  await deleteAccount(domain, empty)
  await assert.rejects(findAccount(domain, empty), { reason: 'accountMissing' })
})

test('an account is kept whose first bucket is created after its buckets were looked for', async () => {
  const domain = await testDomain()
  const account = await newAccount(domain)
  const late = bucketName('late')
  let created = 0
  const transact: Domain['metadata']['transact'] = async (body) => {
    if (created === 0) await createBucket(domain, { name: late, owner: account })
    created += 1
    return domain.metadata.transact(body)
  }
  const slow = { ...domain, metadata: { ...domain.metadata, transact } }
  await assert.rejects(deleteAccount(slow, account), { reason: 'accountHasBuckets' })
  assert.equal((await findAccount(domain, account)).account, account)
  assert.equal(created, 1)
})
