// Facts about multipart uploads, alone and together with ali-oss.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { refused } from './objects.mjs'

const PART = 5 * 1024 ** 2
const PARTS = [randomBytes(PART), randomBytes(1_000)]
const WHOLE = Buffer.concat(PARTS)

const md5 = (bytes) => createHash('md5').update(bytes).digest('hex')

/** The tags that each protocol has for the parts above, together. */
const DIGESTS_ETAG = `"${md5(Buffer.concat(PARTS.map((part) => Buffer.from(md5(part), 'hex'))))}-2"`
const TEXT_ETAG = `"${`${md5(PARTS.map(md5).join('').toUpperCase())}-2`.toUpperCase()}"`

async function sendParts(s3, upload) {
  const send = async (Body, index) => {
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber: index + 1, Body }))
    return { ETag, PartNumber: index + 1 }
  }
  return Promise.all(PARTS.map(send))
}

async function readBoth({ s3, oss, bucket: Bucket }, key) {
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: key }))
  assert.deepEqual(Buffer.from(await got.Body.transformToByteArray()), WHOLE)
  assert.equal(got.ETag, DIGESTS_ETAG)
  const { content, res } = await oss.get(key)
  assert.deepEqual(content, WHOLE)
  assert.equal(res.headers.etag, TEXT_ETAG)
}

export const UPLOAD_FACTS = [
  [
    'lib-storage uploads an object in parts, whose checksums are verified',
    async ({ s3, oss, bucket: Bucket }) => {
      for (const ChecksumAlgorithm of [undefined, 'SHA256', 'CRC64NVME']) {
        const params = { Bucket, Key: 'managed', Body: WHOLE, ContentType: 'a/b', ChecksumAlgorithm }
        const done = await new Upload({ client: s3, params, partSize: PART, queueSize: 2 }).done()
        assert.equal(done.ETag, DIGESTS_ETAG)
        await readBoth({ s3, oss, bucket: Bucket }, 'managed')
      }
      assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: 'managed' }))).ContentType, 'a/b')
    },
  ],
  [
    'an upload is listed with its parts, completed twice with one answer, and gone after',
    async ({ s3, strict, bucket: Bucket }) => {
      const Key = 'by hand'
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))
      const Parts = await sendParts(s3, { Bucket, Key, UploadId })
      const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }))
      assert.deepEqual(
        Uploads.map((upload) => [upload.Key, upload.UploadId]),
        [[Key, UploadId]],
      )
      const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 1 }))
      assert.deepEqual([listed.IsTruncated, listed.Parts[0].Size, listed.NextPartNumberMarker], [true, PART, '1'])
      const complete = () =>
        s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))
      const done = await complete()
      assert.equal(done.ETag, DIGESTS_ETAG)
      assert.ok(done.Location.endsWith('/by%20hand'), done.Location)
      if (!strict) assert.equal((await complete()).ETag, done.ETag)
      await refused('NoSuchUpload', s3.send(new ListPartsCommand({ Bucket, Key, UploadId })), 404)
    },
  ],
  [
    'parts are copied, and an aborted upload is gone',
    async ({ s3, bucket: Bucket }) => {
      await s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body: WHOLE }))
      const Key = 'copied in parts'
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))
      const copy = { Bucket, Key, UploadId, CopySource: `${Bucket}/source` }
      const ranges = [`bytes=0-${PART - 1}`, `bytes=${PART}-${WHOLE.length - 1}`]
      const Parts = []
      for (const [index, CopySourceRange] of ranges.entries()) {
        const PartNumber = index + 1
        const { CopyPartResult } = await s3.send(new UploadPartCopyCommand({ ...copy, PartNumber, CopySourceRange }))
        Parts.push({ PartNumber, ETag: CopyPartResult.ETag })
      }
      await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))
      const { ContentLength } = await s3.send(new HeadObjectCommand({ Bucket, Key }))
      assert.equal(ContentLength, WHOLE.length)
      const aborted = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))
      await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: aborted.UploadId }))
      await refused('NoSuchUpload', s3.send(new ListPartsCommand({ Bucket, Key, UploadId: aborted.UploadId })), 404)
    },
  ],
  [
    'an upload that ali-oss begins is completed by client-s3, and the other way round',
    async ({ s3, oss, bucket: Bucket }) => {
      const { uploadId } = await oss.initMultipartUpload('begun by oss')
      await oss.uploadPart('begun by oss', uploadId, 1, PARTS[0])
      const last = { Bucket, Key: 'begun by oss', UploadId: uploadId, PartNumber: 2, Body: PARTS[1] }
      await s3.send(new UploadPartCommand(last))
      const { Parts } = await s3.send(new ListPartsCommand({ Bucket, Key: 'begun by oss', UploadId: uploadId }))
      const list = { Parts: Parts.map(({ ETag, PartNumber }) => ({ ETag, PartNumber })) }
      const done = await s3.send(
        new CompleteMultipartUploadCommand({ Bucket, Key: 'begun by oss', UploadId: uploadId, MultipartUpload: list }),
      )
      assert.equal(done.ETag, DIGESTS_ETAG)
      await readBoth({ s3, oss, bucket: Bucket }, 'begun by oss')

      const begun = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'begun by s3' }))
      await sendParts(s3, { Bucket, Key: 'begun by s3', UploadId: begun.UploadId })
      const { parts } = await oss.listParts('begun by s3', begun.UploadId)
      const numbered = parts.map(({ PartNumber, ETag }) => ({ number: Number(PartNumber), etag: ETag }))
      const { res } = await oss.completeMultipartUpload('begun by s3', begun.UploadId, numbered)
      assert.equal(res.headers.etag, TEXT_ETAG)
      await readBoth({ s3, oss, bucket: Bucket }, 'begun by s3')
    },
  ],
  [
    'a write that must not overwrite loses to the one that came first',
    async ({ s3, bucket: Bucket }) => {
      const put = (Body) => s3.send(new PutObjectCommand({ Bucket, Key: 'lease', Body, IfNoneMatch: '*' }))
      const outcomes = await Promise.allSettled(['a', 'b', 'c', 'd'].map(put))
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
      const lost = outcomes.find(({ status }) => status === 'rejected').reason
      assert.deepEqual([lost.name, lost.$metadata.httpStatusCode], ['PreconditionFailed', 412])
    },
  ],
]
