// Facts about buckets and objects. Each is a sentence and a function that must not reject.

import assert from 'node:assert/strict'
import { checkHead, DATA, ODD_KEYS, quoted, refused, sampleOptions } from './harness.mjs'

export const BUCKET_FACTS = [
  [
    'a bucket is listed and described, and its ACL changes',
    async (client, target) => {
      const bucket = client.options.bucket
      const { buckets } = await client.listBuckets({ prefix: bucket })
      assert.deepEqual(
        buckets.map(({ name }) => name),
        [bucket],
      )
      const info = (await client.getBucketInfo(bucket)).bucket
      assert.equal(info.Name, bucket)
      assert.equal(info.StorageClass, 'Standard')
      assert.equal((await client.getBucketLocation(bucket)).location, `oss-${target.region}`)
      assert.equal((await client.getBucketStat(bucket)).stat.ObjectCount, '0')
      for (const acl of ['public-read', 'private']) {
        await client.putBucketACL(bucket, acl)
        assert.equal((await client.getBucketACL(bucket)).acl, acl)
      }
    },
  ],
]

export const OBJECT_FACTS = [
  [
    'an object is returned byte for byte, with its checksums and metadata',
    async (client) => {
      const put = await client.put('whole', DATA, sampleOptions())
      assert.equal(put.res.headers.etag, quoted(DATA))
      assert.deepEqual((await client.get('whole')).content, DATA)
      await checkHead(client, 'whole', { etag: quoted(DATA), 'x-oss-object-type': 'Normal' })
      assert.equal((await client.getObjectMeta('whole')).res.headers.etag, quoted(DATA))
      await client.put('empty', Buffer.alloc(0))
      assert.equal((await client.get('empty')).content.length, 0)
      await refused('FileAlreadyExists', client.put('whole', DATA, sampleOptions()))
    },
  ],
  [
    'ranges and conditions select what is read',
    async (client) => {
      await client.put('ranged', DATA)
      const read = async (headers) => (await client.get('ranged', { headers })).content
      assert.deepEqual(await read({ Range: 'bytes=5-99999' }), DATA.subarray(5, 100_000))
      assert.deepEqual(await read({ Range: 'bytes=-7' }), DATA.subarray(-7))
      assert.deepEqual(await read({ 'If-Match': quoted(DATA) }), DATA)
      await refused('PreconditionFailed', read({ 'If-Match': '"0"' }))
      await refused('InvalidRange', read({ Range: 'bytes=9999999-', 'x-oss-range-behavior': 'standard' }))
      assert.equal((await client.head('ranged', { headers: { 'If-None-Match': quoted(DATA) } })).status, 304)
    },
  ],
  [
    'appends continue where the last one ended, and elsewhere are refused',
    async (client) => {
      let { nextAppendPosition } = await client.append('appended', Buffer.from('first '), { mime: 'text/plain' })
      assert.equal(nextAppendPosition, '6')
      ;({ nextAppendPosition } = await client.append('appended', DATA, { position: nextAppendPosition }))
      assert.equal(nextAppendPosition, String(6 + DATA.length))
      await refused('PositionNotEqualToLength', client.append('appended', DATA, { position: 6 }))
      assert.deepEqual((await client.get('appended')).content, Buffer.concat([Buffer.from('first '), DATA]))
      const { res } = await client.head('appended')
      assert.equal(res.headers['x-oss-object-type'], 'Appendable')
      assert.equal(res.headers['x-oss-next-append-position'], nextAppendPosition)
      await client.put('appended', DATA)
      await refused('ObjectNotAppendable', client.append('appended', DATA, { position: DATA.length }))
    },
  ],
  [
    'a symlink is read as its target, and is followed once',
    async (client) => {
      await client.put('目标 + target', DATA)
      await client.putSymlink('symlink', '目标 + target', { meta: { people: 'test' } })
      const { targetName, res } = await client.getSymlink('symlink')
      assert.deepEqual([targetName, res.headers['x-oss-meta-people']], ['目标 + target', 'test'])
      assert.deepEqual((await client.get('symlink')).content, DATA)
      const { headers } = (await client.head('symlink')).res
      assert.deepEqual([headers.etag, headers['x-oss-object-type']], [quoted(DATA), 'Symlink'])
      await client.putSymlink('again', 'symlink')
      await refused('InvalidTargetType', client.get('again'))
      await client.putSymlink('dangling', 'nothing')
      await refused('SymlinkTargetNotExist', client.get('dangling'))
      await refused('NotSymlink', client.getSymlink('目标 + target'))
    },
  ],
  [
    'objects, uploads and copies are encrypted as their requests state, and show it',
    async (client) => {
      const header = 'x-oss-server-side-encryption'
      const shown = async (key) => (await client.head(key)).res.headers[header]
      for (const algorithm of ['AES256', 'KMS', 'SM4']) {
        const put = await client.put('encrypted', DATA, { headers: { [header]: algorithm } })
        assert.deepEqual([put.res.headers[header], put.res.headers.etag], [algorithm, quoted(DATA)])
        const { content, res } = await client.get('encrypted', { headers: { Range: 'bytes=7-100006' } })
        assert.deepEqual(content, DATA.subarray(7, 100_007))
        assert.equal(res.headers[header], algorithm)
        if (algorithm === 'KMS') assert.match(res.headers[`${header}-key-id`], /^[0-9a-f-]{36}$/)
        await client.multipartUpload('encrypted/parts', DATA, { partSize: 102_400, headers: { [header]: algorithm } })
        assert.equal(await shown('encrypted/parts'), algorithm)
        await client.copy('encrypted/copy', 'encrypted/parts')
        assert.equal(await shown('encrypted/copy'), undefined)
        for (const key of ['encrypted/parts', 'encrypted/copy']) assert.deepEqual((await client.get(key)).content, DATA)
      }
      await refused('InvalidEncryptionAlgorithmError', client.put('encrypted', DATA, { headers: { [header]: 'DES' } }))
    },
  ],
  [
    'the default encryption of a bucket is set, applied and deleted',
    async (client) => {
      const bucket = client.options.bucket
      await refused('NoSuchServerSideEncryptionRule', client.getBucketEncryption(bucket))
      await client.putBucketEncryption(bucket, { SSEAlgorithm: 'AES256' })
      assert.equal((await client.getBucketEncryption(bucket)).encryption.SSEAlgorithm, 'AES256')
      await client.put('by-default', DATA)
      assert.equal((await client.head('by-default')).res.headers['x-oss-server-side-encryption'], 'AES256')
      assert.deepEqual((await client.get('by-default')).content, DATA)
      await client.deleteBucketEncryption(bucket)
      await client.put('by-default', DATA)
      assert.equal((await client.head('by-default')).res.headers['x-oss-server-side-encryption'], undefined)
    },
  ],
  [
    'a missing item is reported by its error code, and deleting it succeeds',
    async (client) => {
      await refused('NoSuchKey', client.get('absent'))
      await refused('NoSuchKey', client.head('absent'))
      assert.equal((await client.delete('absent')).res.status, 204)
    },
  ],
  [
    'unusual keys are kept unchanged',
    async (client) => {
      const keys = ODD_KEYS.map((key) => `odd/${key}`)
      for (const key of keys) {
        await client.put(key, Buffer.from(key))
        assert.equal((await client.get(key)).content.toString(), key)
      }
      const { objects } = await client.listV2({ prefix: 'odd/' })
      assert.deepEqual(objects.map(({ name }) => name).sort(), [...keys].sort())
      const { deleted } = await client.deleteMulti(keys)
      assert.deepEqual(deleted.map(({ Key }) => Key).sort(), [...keys].sort())
    },
  ],
  [
    'listings group by delimiter and continue page by page',
    async (client) => {
      const keys = ['list/a/0', 'list/a/1', 'list/b/0', 'list/b/1', 'list/z']
      for (const key of keys) await client.put(key, Buffer.from('x'))
      const names = ({ objects, prefixes }) => [...(prefixes ?? []), ...(objects ?? []).map(({ name }) => name)]
      for (const [query, expected] of [
        [{ prefix: 'list/' }, keys],
        [{ prefix: 'list/', delimiter: '/' }, ['list/a/', 'list/b/', 'list/z']],
      ]) {
        const pages = []
        for (let page = { isTruncated: true }; page.isTruncated; pages.push(...names(page))) {
          page = await client.list({ ...query, 'max-keys': 1, ...(page.nextMarker ? { marker: page.nextMarker } : {}) })
        }
        assert.deepEqual(pages, expected)
        const pagesV2 = []
        for (let page = { isTruncated: true }; page.isTruncated; pagesV2.push(...names(page))) {
          const token = page.nextContinuationToken
          page = await client.listV2({ ...query, 'max-keys': 2, ...(token ? { 'continuation-token': token } : {}) })
        }
        assert.deepEqual(pagesV2, expected)
      }
    },
  ],
  [
    'the ACL of an object changes',
    async (client) => {
      await client.put('secret', Buffer.from('secret'))
      for (const acl of ['default', 'public-read', 'private']) {
        await client.putACL('secret', acl)
        assert.equal((await client.getACL('secret')).acl, acl)
      }
    },
  ],
]

export const PRESIGNED_FACTS = [
  [
    'presigned URLs need no access key',
    async (client) => {
      const key = 'signed/中 文.txt'
      const sign = (method) =>
        client.options.authorizationV4
          ? client.signatureUrlV4(method, 60, {}, key)
          : client.asyncSignatureUrl(key, { method, expires: 60 })
      assert.equal((await fetch(await sign('PUT'), { method: 'PUT', body: Buffer.from('signed') })).status, 200)
      assert.equal(await (await fetch(await sign('GET'))).text(), 'signed')
      assert.equal((await fetch(`${await sign('GET')}0`)).status, 403)
    },
  ],
]
