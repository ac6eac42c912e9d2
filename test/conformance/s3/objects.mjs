// Facts about buckets and objects, in order: the first makes the bucket, the last deletes it.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketAnalyticsConfigurationCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTorrentCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'

export const DATA = randomBytes(300_000)
const ODD_KEYS = [
  'a b',
  'a+b',
  '100%',
  '%41',
  'a?b#c&d=e',
  '中文/文件',
  'a//b',
  '/a',
  '~!*()\'"',
  '<&>',
  '😀',
  './a/../b',
  'line\nend',
]

const md5 = (bytes) => createHash('md5').update(bytes).digest('hex')

export async function refused(name, promise, status) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.name, name)
    if (status !== undefined) assert.equal(error.$metadata.httpStatusCode, status)
    return true
  })
}

async function bytesOf({ Body }) {
  return Buffer.from(await Body.transformToByteArray())
}

export const OBJECT_FACTS = [
  [
    'a bucket is created twice, found, located and listed',
    async ({ s3, bucket, region }) => {
      const Bucket = bucket
      await refused('NotFound', s3.send(new HeadBucketCommand({ Bucket })), 404)
      for (const _ of [1, 2]) {
        await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }))
      }
      assert.equal((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion, region)
      assert.equal((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint, region)
      const { Buckets } = await s3.send(new ListBucketsCommand({ Prefix: bucket }))
      assert.deepEqual(
        Buckets.map(({ Name }) => Name),
        [bucket],
      )
    },
  ],
  [
    'an object is returned byte for byte, with its metadata, to both protocols',
    async ({ s3, oss, bucket: Bucket }) => {
      const put = await s3.send(
        new PutObjectCommand({
          Bucket,
          Key: 'whole',
          Body: DATA,
          ContentType: 'text/plain',
          CacheControl: 'no-cache',
          ContentEncoding: 'utf-8',
          Metadata: { Year: '2026' },
          StorageClass: 'STANDARD_IA',
          Tagging: 'a=1&b=2',
        }),
      )
      assert.equal(put.ETag, `"${md5(DATA)}"`)
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'whole' }))
      assert.deepEqual(await bytesOf(got), DATA)
      assert.deepEqual(got.Metadata, { year: '2026' })
      const { ContentType, CacheControl, ContentEncoding, StorageClass, TagCount } = got
      assert.deepEqual(
        { ContentType, CacheControl, ContentEncoding, StorageClass, TagCount },
        {
          ContentType: 'text/plain',
          CacheControl: 'no-cache',
          ContentEncoding: 'utf-8',
          StorageClass: 'STANDARD_IA',
          TagCount: 2,
        },
      )
      const { content, res } = await oss.get('whole')
      assert.deepEqual(content, DATA)
      assert.equal(res.headers['x-oss-meta-year'], '2026')
      assert.equal(res.headers['x-oss-storage-class'], 'IA')
      await s3.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '' }))
      assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'empty' }))).ContentLength, 0)
    },
  ],
  [
    'a stream is stored without the framing that it is sent in',
    async ({ s3, bucket: Bucket }) => {
      const Body = Readable.from([DATA.subarray(0, 7), DATA.subarray(7, 90_000), DATA.subarray(90_000)])
      await s3.send(new PutObjectCommand({ Bucket, Key: 'streamed', Body, ContentLength: DATA.length }))
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'streamed' }))
      assert.deepEqual(await bytesOf(got), DATA)
      assert.equal(got.ContentEncoding, undefined)
    },
  ],
  [
    'each checksum that the SDK can send is verified and kept',
    async ({ s3, bucket: Bucket }) => {
      for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME']) {
        const put = await s3.send(new PutObjectCommand({ Bucket, Key: 'checked', Body: DATA, ChecksumAlgorithm }))
        const name = `Checksum${ChecksumAlgorithm}`
        assert.ok(put[name], ChecksumAlgorithm)
        const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'checked', ChecksumMode: 'ENABLED' }))
        assert.equal(head[name], put[name])
      }
      const wrong = { Bucket, Key: 'wrong', Body: DATA, ChecksumCRC32: 'AAAAAA==' }
      await refused('BadDigest', s3.send(new PutObjectCommand(wrong)), 400)
      await refused(
        'InvalidDigest',
        s3.send(new PutObjectCommand({ Bucket, Key: 'wrong', Body: 'x', ContentMD5: 'x' })),
      )
      await refused('NotFound', s3.send(new HeadObjectCommand({ Bucket, Key: 'wrong' })), 404)
    },
  ],
  [
    'ranges and conditions select what is read',
    async ({ s3, bucket: Bucket }) => {
      const Key = 'whole'
      const read = async (more) => bytesOf(await s3.send(new GetObjectCommand({ Bucket, Key, ...more })))
      assert.deepEqual(await read({ Range: 'bytes=5-99' }), DATA.subarray(5, 100))
      assert.deepEqual(await read({ Range: 'bytes=-7' }), DATA.subarray(-7))
      assert.deepEqual(await read({ Range: 'bytes=299990-999999999' }), DATA.subarray(299_990))
      await refused('InvalidRange', read({ Range: 'bytes=999999999-' }), 416)
      assert.deepEqual(await read({ IfMatch: `"${md5(DATA)}"` }), DATA)
      await refused('PreconditionFailed', read({ IfMatch: '"0"' }), 412)
      await assert.rejects(read({ IfNoneMatch: md5(DATA) }), ({ $metadata }) => $metadata.httpStatusCode === 304)
    },
  ],
  [
    'a missing item is reported by its error code, and deleting it succeeds',
    async ({ s3, bucket: Bucket }) => {
      await refused('NoSuchKey', s3.send(new GetObjectCommand({ Bucket, Key: 'absent' })), 404)
      await refused('NotFound', s3.send(new HeadObjectCommand({ Bucket, Key: 'absent' })), 404)
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'absent' }))
      await refused('NoSuchBucket', s3.send(new GetObjectCommand({ Bucket: `${Bucket}-none`, Key: 'k' })), 404)
      await refused(
        'NoSuchConfiguration',
        s3.send(new GetBucketAnalyticsConfigurationCommand({ Bucket, Id: 'x' })),
        404,
      )
      await refused('NotImplemented', s3.send(new GetObjectTorrentCommand({ Bucket, Key: 'k' })), 501)
    },
  ],
  [
    'keys of every kind are stored, listed, copied and deleted',
    async ({ s3, bucket: Bucket }) => {
      for (const key of ODD_KEYS) {
        await s3.send(new PutObjectCommand({ Bucket, Key: `odd/${key}`, Body: key }))
        const CopySource = encodeURIComponent(`${Bucket}/odd/${key}`)
        const copied = await s3.send(new CopyObjectCommand({ Bucket, Key: `copied/${key}`, CopySource }))
        assert.equal(copied.CopyObjectResult.ETag, `"${md5(key)}"`)
        assert.equal(String(await bytesOf(await s3.send(new GetObjectCommand({ Bucket, Key: `copied/${key}` })))), key)
      }
      const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'odd/' }))
      const keys = listed.Contents.map(({ Key }) => Key)
      assert.deepEqual(
        keys,
        ODD_KEYS.map((key) => `odd/${key}`).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      )
      const Objects = ['odd/', 'copied/'].flatMap((start) => ODD_KEYS.map((key) => ({ Key: start + key })))
      const removed = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
      assert.equal(removed.Deleted.length, Objects.length)
      assert.equal((await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'odd/' }))).KeyCount, 0)
    },
  ],
  [
    'listings are paged and grouped',
    async ({ s3, bucket: Bucket }) => {
      for (const Key of ['list/a/1', 'list/a/2', 'list/b', 'list/c'])
        await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
      const query = { Bucket, Prefix: 'list/', Delimiter: '/', MaxKeys: 2 }
      const first = await s3.send(new ListObjectsV2Command(query))
      assert.deepEqual([first.CommonPrefixes[0].Prefix, first.Contents[0].Key], ['list/a/', 'list/b'])
      const next = { ...query, ContinuationToken: first.NextContinuationToken }
      const second = await s3.send(new ListObjectsV2Command(next))
      assert.deepEqual([second.IsTruncated, second.Contents[0].Key], [false, 'list/c'])
      const old = await s3.send(
        new ListObjectsCommand({ Bucket, Prefix: 'list/', Marker: 'list/a/1', EncodingType: 'url' }),
      )
      assert.deepEqual(
        old.Contents.map(({ Key }) => Key),
        ['list/a/2', 'list/b', 'list/c'],
      )
    },
  ],
  [
    'presigned URLs read and write',
    async ({ s3, bucket: Bucket }) => {
      const command = new PutObjectCommand({ Bucket, Key: 'signed', Metadata: { a: 'b' } })
      const put = await fetch(await getSignedUrl(s3, command, { expiresIn: 60 }), { method: 'PUT', body: 'text' })
      assert.equal(put.status, 200, await put.text())
      const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'signed', ResponseContentType: 'a/b' }))
      const got = await fetch(url)
      assert.deepEqual(
        [await got.text(), got.headers.get('content-type'), got.headers.get('x-amz-meta-a')],
        ['text', 'a/b', 'b'],
      )
      const forged = await fetch(url.replace(/.$/, (last) => (last === '0' ? '1' : '0')))
      assert.equal(forged.status, 403)
    },
  ],
  [
    'a bucket is deleted only when it has no objects',
    async ({ s3, bucket: Bucket }) => {
      await refused('BucketNotEmpty', s3.send(new DeleteBucketCommand({ Bucket })), 409)
      const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }))
      const Delete = { Objects: Contents.map(({ Key }) => ({ Key })), Quiet: true }
      assert.equal((await s3.send(new DeleteObjectsCommand({ Bucket, Delete }))).Deleted, undefined)
      await s3.send(new DeleteBucketCommand({ Bucket }))
      await refused('NotFound', s3.send(new HeadBucketCommand({ Bucket })), 404)
    },
  ],
]
