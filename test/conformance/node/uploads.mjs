// Facts about uploads. Each is a sentence and a function that must not reject.

import assert from 'node:assert/strict'
import {
  checkHead,
  chunks,
  DATA,
  multipartEtag,
  PART,
  quoted,
  refused,
  sampleOptions,
  sendPart,
  withFile,
} from './harness.mjs'

export const MULTIPART_FACTS = [
  [
    'the published sample runs: parallel parts with options, progress and checkpoints',
    async (client) => {
      await withFile(async (file) => {
        const seen = []
        const progress = (share, checkpoint) => seen.push([share, checkpoint?.doneParts.length])
        const sent = await client.multipartUpload('exampledir/exampleobject.txt', file, {
          ...sampleOptions(),
          parallel: 4,
          partSize: PART,
          progress,
        })
        const etag = multipartEtag(chunks())
        assert.equal(sent.etag, etag)
        assert.equal(seen.at(-1)[0], 1)
        assert.deepEqual((await client.get('exampledir/exampleobject.txt')).content, DATA)
        await checkHead(client, 'exampledir/exampleobject.txt', { etag, 'x-oss-object-type': 'Multipart' })
        const again = client.multipartUpload('exampledir/exampleobject.txt', file, {
          ...sampleOptions(),
          partSize: PART,
        })
        await refused('FileAlreadyExists', again)
      })
    },
  ],
  [
    'a cancelled upload continues from its checkpoint',
    async (client) => {
      await withFile(async (file) => {
        let saved
        const progress = (_share, checkpoint) => {
          saved = checkpoint
          if (checkpoint.doneParts.length >= 4) client.cancel()
        }
        const options = { partSize: PART, parallel: 1 }
        await assert.rejects(client.multipartUpload('resumed', file, { ...options, progress }), { name: 'cancel' })
        const landed = (await client.listParts('resumed', saved.uploadId)).parts.length
        assert.ok(landed >= 4 && landed < 10, `${landed} parts were stored`)
        const before = await client.listParts('resumed', saved.uploadId)
        await client.multipartUpload('resumed', file, { ...options, checkpoint: saved })
        assert.equal(before.uploadId, saved.uploadId)
        assert.deepEqual((await client.get('resumed')).content, DATA)
        assert.equal((await client.listUploads({ prefix: 'resumed' })).uploads?.length ?? 0, 0)
      })
    },
  ],
  [
    'the checksums are the published ones, and the ACL of complete takes effect',
    async (client) => {
      const { uploadId } = await client.initMultipartUpload('golden')
      const parts = [Buffer.alloc(PART, 'a'), Buffer.from('hello oss')]
      const sent = []
      for (const [index, part] of parts.entries())
        sent.push(await sendPart(client, 'golden', uploadId, index + 1, part))
      const headers = { 'x-oss-object-acl': 'public-read' }
      const done = await client.completeMultipartUpload('golden', uploadId, sent, { headers })
      assert.equal(done.etag, '"CDE8D21A00DEF1AF2825E34D665747D0-2"')
      assert.equal(done.res.headers['x-oss-hash-crc64ecma'], '14439424006907896166')
      assert.equal((await client.getACL('golden')).acl, 'public-read')
    },
  ],
  [
    'objects are copied whole and in parts',
    async (client) => {
      await client.put('source', DATA, { meta: { people: 'test' } })
      await client.copy('copied', 'source')
      assert.deepEqual((await client.get('copied')).content, DATA)
      assert.equal((await client.head('copied')).meta?.people, 'test')
      const source = { sourceKey: 'source', sourceBucketName: client.options.bucket }
      await client.multipartUploadCopy('joined', source, { partSize: 3 * PART, parallel: 3 })
      assert.deepEqual((await client.get('joined')).content, DATA)
    },
  ],
  [
    'parts and uploads are listed page by page',
    async (client) => {
      const ids = new Map()
      for (const key of ['up/a', 'up/b', 'up/c d']) ids.set(key, (await client.initMultipartUpload(key)).uploadId)
      const id = ids.get('up/a')
      for (const number of [1, 2, 5, 9]) await sendPart(client, 'up/a', id, number, chunks()[number - 1])
      const first = await client.listParts('up/a', id, { 'max-parts': 3 })
      const second = await client.listParts('up/a', id, { 'part-number-marker': first.nextPartNumberMarker })
      const listed = [...first.parts, ...[second.parts].flat()]
      assert.deepEqual(
        listed.map(({ PartNumber, ETag, Size }) => [PartNumber, ETag, Size]),
        [1, 2, 5, 9].map((number) => [`${number}`, quoted(chunks()[number - 1]), `${PART}`]),
      )
      const uploads = []
      for (let page = { isTruncated: true }; page.isTruncated; uploads.push(...page.uploads)) {
        const markers = { 'key-marker': page.nextKeyMarker, 'upload-id-marker': page.nextUploadIdMarker }
        page = await client.listUploads({ prefix: 'up/', 'max-uploads': 1, ...(page.nextKeyMarker ? markers : {}) })
      }
      assert.deepEqual(
        uploads.map(({ name, uploadId }) => [name, uploadId]),
        [...ids],
      )
      for (const [key, uploadId] of ids) {
        assert.equal((await client.abortMultipartUpload(key, uploadId)).res.status, 204)
        await refused('NoSuchUpload', client.abortMultipartUpload(key, uploadId))
      }
    },
  ],
  [
    'a refused complete leaves the upload unchanged',
    async (client) => {
      const { uploadId } = await client.initMultipartUpload('refused')
      const parts = [Buffer.from('short'), chunks()[0], Buffer.from('last')]
      const sent = []
      for (const [index, part] of parts.entries())
        sent.push(await sendPart(client, 'refused', uploadId, index + 1, part))
      const complete = (...listed) => client.completeMultipartUpload('refused', uploadId, listed)
      await refused('EntityTooSmall', complete(...sent))
      await refused('InvalidPart', complete(sent[1], { number: 4, etag: sent[2].etag }))
      sent[0] = await sendPart(client, 'refused', uploadId, 1, chunks()[1]) // again, and now large enough
      await complete(...sent)
      assert.deepEqual((await client.get('refused')).content, Buffer.concat([chunks()[1], chunks()[0], parts[2]]))
      await refused('NoSuchUpload', sendPart(client, 'refused', uploadId, 1, parts[0]))
    },
  ],
]
