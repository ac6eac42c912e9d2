// Facts about uploads together with copies, listings, callbacks and rules. Each is a sentence and a function that must not reject.

import assert from 'node:assert/strict'
import { CONTROL_KEY, chunks, DATA, PART, quoted, refused, sendPart } from './harness.mjs'

const COPY_FACTS = [
  [
    'a part copy takes the whole source or a range, and the whole source if the range exceeds it',
    async (client) => {
      const source = { sourceKey: 'parts of/a + b', sourceBucketName: client.options.bucket }
      await client.put(source.sourceKey, DATA)
      const { uploadId } = await client.initMultipartUpload('ranges')
      const copy = async (number, range) => {
        const { etag, res } = await client.uploadPartCopy('ranges', uploadId, number, range, source)
        return { number, etag, shown: res.headers['content-range'] }
      }
      const first = await copy(1, `0-${PART - 1}`)
      assert.equal(first.shown, `bytes 0-${PART - 1}/${DATA.length}`)
      for (const [index, range] of [undefined, `0-${DATA.length}`, `${DATA.length}-${DATA.length + 9}`].entries()) {
        const { etag, shown } = await copy(index + 2, range)
        assert.deepEqual([etag, shown], [quoted(DATA), undefined], range)
      }
      await client.completeMultipartUpload('ranges', uploadId, [first, await copy(2)])
      assert.deepEqual((await client.get('ranges')).content, Buffer.concat([chunks()[0], DATA]))
    },
  ],
  [
    'a copy keeps or replaces the metadata of its source, also onto itself',
    async (client) => {
      await client.put('described', DATA, { meta: { people: 'test' }, mime: 'text/plain' })
      const head = async (key) => {
        const { meta, res } = await client.head(key)
        return [meta, res.headers['content-type'], res.headers.etag]
      }
      await client.copy('kept', 'described')
      assert.deepEqual(await head('kept'), [{ people: 'test' }, 'text/plain', quoted(DATA)])
      await client.copy('anew', 'described', { meta: { people: 'others' }, headers: { 'Content-Type': 'text/html' } })
      assert.deepEqual(await head('anew'), [{ people: 'others' }, 'text/html', quoted(DATA)])
      await client.putMeta('described', { people: 'none' })
      assert.deepEqual((await head('described'))[0], { people: 'none' })
      await refused('NoSuchKey', client.copy('kept', 'absent'))
    },
  ],
]

const LISTING_FACTS = [
  [
    'uploads are listed from any marker, and grouped by any delimiter',
    async (client) => {
      const ids = {}
      for (const key of ['mark/a', 'mark/b4x', 'mark/b4y', 'mark/c']) {
        ids[key] = (await client.initMultipartUpload(key)).uploadId
      }
      const other = (await client.initMultipartUpload('mark/a')).uploadId
      const [one, two] = [ids['mark/a'], other].sort()
      const list = async (query) => {
        const { uploads } = await client.listUploads({ prefix: 'mark/', ...query })
        return uploads.map(({ name, uploadId }) => (name === 'mark/a' ? uploadId : name))
      }
      assert.deepEqual(await list({ 'upload-id-marker': two }), [one, two, 'mark/b4x', 'mark/b4y', 'mark/c'])
      assert.deepEqual(await list({ 'key-marker': 'mark/a' }), ['mark/b4x', 'mark/b4y', 'mark/c'])
      assert.deepEqual(await list({ 'key-marker': 'mark/a', 'upload-id-marker': one, 'max-uploads': 1 }), [two])
      assert.deepEqual(await list({ 'key-marker': 'mark/b5' }), ['mark/c'])
      assert.deepEqual(await list({ delimiter: '4' }), [one, two, 'mark/c'])
      for (const [name, uploadId] of [...Object.entries(ids), ['mark/a', other]]) {
        await client.abortMultipartUpload(name, uploadId)
      }
    },
  ],
  [
    'keys with all control characters are listed unchanged',
    async (client) => {
      // the parser of this SDK rejects such characters, and its Initiate has no query
      const { uploadId } = await client.initMultipartUpload(CONTROL_KEY, { headers: { 'encoding-type': 'url' } })
      await client.put(CONTROL_KEY, DATA)
      const query = { prefix: 'control/', 'encoding-type': 'url' }
      const { uploads } = await client.listUploads(query)
      const { objects } = await client.list(query)
      const names = [...uploads, ...objects].map(({ name }) => decodeURIComponent(name))
      assert.deepEqual(names, [CONTROL_KEY, CONTROL_KEY])
      await client.abortMultipartUpload(CONTROL_KEY, uploadId)
      await client.delete(CONTROL_KEY)
    },
  ],
]

const CALLBACK_FACTS = [
  [
    'the answer to a callback replaces the result, and a failed callback keeps the object',
    async (client, { applicationUrl }) => {
      const body = 'key=$'.concat('{object}&size=$', '{size}&user=$', '{x:user}')
      const callback = (path) => ({ url: `${applicationUrl}${path}`, body, customValue: { user: 'a b' } })
      const received = (key, size) => ({ Status: 'OK', received: `key=${key}&size=${size}&user=a%20b` })
      const put = await client.put('called', DATA, { callback: callback('/done') })
      assert.deepEqual(put.data, received('called', DATA.length))
      const upload = async (path) => {
        const { uploadId } = await client.initMultipartUpload('called/parts')
        const part = await sendPart(client, 'called/parts', uploadId, 1, chunks()[0])
        return client.completeMultipartUpload('called/parts', uploadId, [part], { callback: callback(path) })
      }
      assert.deepEqual((await upload('/done')).data, received('called%2Fparts', PART))
      for (const key of ['called', 'called/parts']) await client.delete(key)
      await refused('CallbackFailed', client.put('called', DATA, { callback: callback('/broken') }))
      await refused('CallbackFailed', upload('/broken'))
      assert.deepEqual((await client.get('called')).content, DATA)
      assert.deepEqual((await client.get('called/parts')).content, chunks()[0])
    },
  ],
]

const UPLOAD_FACTS = [
  [
    'a repeated Complete is NoSuchUpload in strict mode, and otherwise answered like the first',
    async (client, { strict }) => {
      const { uploadId } = await client.initMultipartUpload('repeated')
      const part = await sendPart(client, 'repeated', uploadId, 1, chunks()[0])
      const complete = () => client.completeMultipartUpload('repeated', uploadId, [part])
      const { etag } = await complete()
      if (strict) await refused('NoSuchUpload', complete())
      else assert.equal((await complete()).etag, etag)
    },
  ],
  [
    'a traffic limit within the allowed range is accepted, and any other refused',
    async (client) => {
      const { uploadId } = await client.initMultipartUpload('limited')
      const send = (limit) => {
        const options = { headers: { 'x-oss-traffic-limit': limit } }
        return client.uploadPart('limited', uploadId, 1, chunks()[0], 0, PART, options)
      }
      assert.equal((await send(83_886_080)).etag, quoted(chunks()[0]))
      for (const limit of [1, 838_860_801, 'fast']) await refused('InvalidArgument', send(limit))
      await client.abortMultipartUpload('limited', uploadId)
    },
  ],
  [
    'the statistics of a bucket count its uploads',
    async (client) => {
      const count = async () => Number((await client.getBucketStat()).stat.MultipartUploadCount)
      const before = await count()
      const { uploadId } = await client.initMultipartUpload('counted')
      assert.equal(await count(), before + 1)
      await client.abortMultipartUpload('counted', uploadId)
      assert.equal(await count(), before)
    },
  ],
  [
    'a rule that aborts uploads is returned as it was set',
    async (client) => {
      const { bucket } = client.options
      const rules = [
        { id: 'days', prefix: 'days/', status: 'Enabled', abortMultipartUpload: { days: '30' } },
        {
          id: 'date',
          prefix: 'date/',
          status: 'Disabled',
          abortMultipartUpload: { createdBeforeDate: '2020-01-01T00:00:00.000Z' },
        },
      ]
      await client.putBucketLifecycle(bucket, structuredClone(rules))
      assert.deepEqual((await client.getBucketLifecycle(bucket)).rules, rules)
      await client.deleteBucketLifecycle(bucket)
      await refused('NoSuchLifecycle', client.getBucketLifecycle(bucket))
    },
  ],
]

export const DETAIL_FACTS = [...COPY_FACTS, ...LISTING_FACTS, ...CALLBACK_FACTS, ...UPLOAD_FACTS]
