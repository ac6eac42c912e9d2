// The official SDK for Node.js, ali-oss, as its documentation uses it, with both signatures and both ways to name a bucket.

import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import OSS from 'ali-oss'
import { DETAIL_FACTS } from './node/details.mjs'
import { refused } from './node/harness.mjs'
import { BUCKET_FACTS, OBJECT_FACTS, PRESIGNED_FACTS } from './node/objects.mjs'
import { SETTING_FACTS } from './node/settings.mjs'
import { MULTIPART_FACTS } from './node/uploads.mjs'
import { VERSION_FACTS } from './node/versions.mjs'
import { bucketPrefix, MODES, openTarget } from './support.mjs'

// At an IP address this SDK forges the Host of the real service; at a host name, `sldEnable` puts the bucket into the path.
const VARIANTS = {
  'ali-oss V1': {},
  'ali-oss V4': { authorizationV4: true },
  'ali-oss V1 with the bucket in the path': { sldEnable: true },
  'ali-oss V4 with the bucket in the path': { authorizationV4: true, sldEnable: true },
}

function declareFacts(mode, variant, options) {
  let target
  let client
  const fact = (sentence, body) => test(`${variant}: ${sentence}`, () => body(client, target))
  const bucket = `${bucketPrefix()}-${variant.toLowerCase().replaceAll(' ', '-').slice(0, 24)}-${randomBytes(3).toString('hex')}`
  before(async () => {
    target = await openTarget(mode)
    const { endpoint, accessKeyId, accessKeySecret, region } = target
    const address = options.sldEnable ? endpoint.replace('127.0.0.1', 'localhost') : endpoint
    client = new OSS({ endpoint: address, accessKeyId, accessKeySecret, region: `oss-${region}`, ...options })
    await client.putBucket(bucket)
    client.useBucket(bucket)
  })
  after(() => target?.stop())
  // this SDK signs no URL at an IP address
  const presigned = options.sldEnable ? PRESIGNED_FACTS : []
  const facts = [
    ...BUCKET_FACTS,
    ...OBJECT_FACTS,
    ...presigned,
    ...MULTIPART_FACTS,
    ...DETAIL_FACTS,
    ...VERSION_FACTS,
    ...SETTING_FACTS,
  ]
  for (const [sentence, body] of facts) fact(sentence, body)
  fact('a bucket is deleted only when it is empty', async () => {
    const { uploadId } = await client.initMultipartUpload('open')
    await client.put('full', Buffer.from('x'))
    await refused('BucketNotEmpty', client.deleteBucket(bucket))
    await client.deleteMulti((await client.listV2({ 'max-keys': 1000 })).objects.map(({ name }) => name))
    await refused('BucketNotEmpty', client.deleteBucket(bucket))
    await client.abortMultipartUpload('open', uploadId)
    await client.deleteBucket(bucket)
    await refused('NoSuchBucket', client.getBucketInfo(bucket))
  })
}

for (const mode of MODES) {
  for (const [variant, options] of Object.entries(VARIANTS)) {
    describe(`${mode.name}: ${variant}`, () => declareFacts(mode, variant, options))
  }
}
