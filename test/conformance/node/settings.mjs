// Facts about tags, archives and settings of buckets, each about settings in a bucket of its own.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { refused } from './harness.mjs'

/** Calls `body` while the client uses a new bucket, and deletes that with its objects. */
async function withOwn(client, body) {
  const before = client.options.bucket
  const bucket = `${before.slice(0, 40)}-s${randomBytes(3).toString('hex')}`
  await client.putBucket(bucket)
  client.useBucket(bucket)
  try {
    await body(bucket)
    const { objects = [] } = await client.listV2({ 'max-keys': 1000 })
    for (const { name } of objects) await client.delete(name)
    await client.deleteBucket(bucket)
  } finally {
    client.useBucket(before)
  }
}

export const SETTING_FACTS = [
  [
    'the tags of an object are set, read and deleted',
    async (client) => {
      await client.put('tagged', Buffer.from('x'))
      assert.deepEqual((await client.getObjectTagging('tagged')).tag, {})
      await client.putObjectTagging('tagged', { 'a b': '1+1', c: 'd' })
      assert.deepEqual((await client.getObjectTagging('tagged')).tag, { 'a b': '1+1', c: 'd' })
      await client.deleteObjectTagging('tagged')
      assert.deepEqual((await client.getObjectTagging('tagged')).tag, {})
    },
  ],
  [
    'an archived object is read after it was restored',
    async (client) => {
      await client.put('archived', Buffer.from('cold'), { headers: { 'x-oss-storage-class': 'Archive' } })
      await refused('InvalidObjectState', client.get('archived'))
      assert.equal((await client.restore('archived')).res.status, 202)
      await refused('RestoreAlreadyInProgress', client.restore('archived'))
      for (const end = Date.now() + 20_000; Date.now() < end; await sleep(200)) {
        const { res } = await client.head('archived')
        if (res.headers['x-oss-restore']?.startsWith('ongoing-request="false", expiry-date="')) break
      }
      assert.equal((await client.get('archived')).content.toString(), 'cold')
    },
  ],
  [
    'rules of a lifecycle come back as they were set, and answers state when an object expires',
    (client) =>
      withOwn(client, async (bucket) => {
        const transition = { days: '3', storageClass: 'IA' }
        const rule = { id: 'r', prefix: 'log/', status: 'Enabled', expiration: { days: '10' }, transition }
        await client.putBucketLifecycle(bucket, [rule])
        const [found] = (await client.getBucketLifecycle(bucket)).rules
        assert.deepEqual([found.id, found.prefix, found.status], ['r', 'log/', 'Enabled'])
        assert.deepEqual([found.expiration.days, found.transition.days], ['10', '3'])
        const { res } = await client.put('log/k', Buffer.from('x'))
        assert.match(res.headers['x-oss-expiration'] ?? '', /rule-id="r"/)
        await client.deleteBucketLifecycle(bucket)
        await refused('NoSuchLifecycle', client.getBucketLifecycle(bucket))
      }),
  ],
  [
    'a website shows its pages to everyone, and its rules come back as they were set',
    (client, { endpoint }) =>
      withOwn(client, async (bucket) => {
        const redirect = { RedirectType: 'External', Protocol: 'https', HostName: 'other.example' }
        const condition = { KeyPrefixEquals: 'old/', HttpErrorCodeReturnedEquals: 404 }
        const routingRules = [{ RuleNumber: 1, Condition: condition, Redirect: redirect }]
        await client.putBucketWebsite(bucket, { index: 'index.html', error: 'error.html', routingRules })
        const found = await client.getBucketWebsite(bucket)
        assert.deepEqual([found.index, found.error], ['index.html', 'error.html'])
        assert.equal(found.routingRules[0].Redirect.HostName, 'other.example')
        await client.put('index.html', Buffer.from('page'), { headers: { 'x-oss-object-acl': 'public-read' } })
        const page = await fetch(`${endpoint}/${bucket}/`)
        assert.deepEqual([page.status, await page.text()], [200, 'page'])
        await client.deleteBucketWebsite(bucket)
      }),
  ],
  [
    'a retention policy is begun, locked and extended, and until then given up',
    (client) =>
      withOwn(client, async (bucket) => {
        await client.initiateBucketWorm(bucket, 1)
        await client.abortBucketWorm(bucket)
        const { wormId } = await client.initiateBucketWorm(bucket, 1)
        await client.completeBucketWorm(bucket, wormId)
        await client.extendBucketWorm(bucket, wormId, 2)
        const found = await client.getBucketWorm(bucket)
        assert.deepEqual([found.wormId, found.state, found.days], [wormId, 'Locked', '2'])
        // this SDK takes a refusal for an answer
        assert.equal((await client.abortBucketWorm(bucket)).status, 403)
      }),
  ],
  [
    'an inventory, tags, CORS rules, a policy and a referer list come back as they were set',
    (client) =>
      withOwn(client, async (bucket) => {
        const destination = { format: 'CSV', accountId: '1', rolename: 'role', bucket, prefix: 'reports/' }
        await client.putBucketInventory(bucket, {
          id: 'i',
          isEnabled: true,
          prefix: 'p/',
          OSSBucketDestination: destination,
          frequency: 'Daily',
          includedObjectVersions: 'All',
          optionalFields: { field: ['Size', 'ETag'] },
        })
        const { inventory } = await client.getBucketInventory(bucket, 'i')
        assert.deepEqual(
          [inventory.id, inventory.frequency, inventory.OSSBucketDestination.bucket],
          ['i', 'Daily', bucket],
        )
        assert.equal((await client.listBucketInventory(bucket)).inventoryList.length, 1)
        await client.deleteBucketInventory(bucket, 'i')
        await client.putBucketTags(bucket, { a: '1', b: '2' })
        assert.deepEqual((await client.getBucketTags(bucket)).tag, { a: '1', b: '2' })
        await client.putBucketCORS(bucket, [{ allowedOrigin: 'http://a.example', allowedMethod: ['GET', 'PUT'] }])
        assert.deepEqual((await client.getBucketCORS(bucket)).rules[0].allowedMethod, ['GET', 'PUT'])
        const policy = {
          Version: '1',
          Statement: [
            { Effect: 'Deny', Action: ['oss:PutObject'], Principal: ['20'], Resource: [`acs:oss:*:*:${bucket}/*`] },
          ],
        }
        await client.putBucketPolicy(bucket, policy)
        assert.deepEqual((await client.getBucketPolicy(bucket)).policy, policy)
        await client.putBucketReferer(bucket, true, ['http://a.example'])
        assert.deepEqual((await client.getBucketReferer(bucket)).referers, ['http://a.example'])
      }),
  ],
]
