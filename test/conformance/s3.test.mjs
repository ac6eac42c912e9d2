// The official SDK of S3 for JavaScript, with its defaults, against the same server and the same buckets as ali-oss.

import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { S3Client } from '@aws-sdk/client-s3'
import OSS from 'ali-oss'
import { OBJECT_FACTS } from './s3/objects.mjs'
import { UPLOAD_FACTS } from './s3/uploads.mjs'
import { bucketPrefix, MODES, openTarget } from './support.mjs'

function declareFacts(mode) {
  let target
  const clients = {}
  const bucket = `${bucketPrefix()}-s3-${randomBytes(3).toString('hex')}`
  before(async () => {
    target = await openTarget(mode)
    const { endpoint, accessKeyId, accessKeySecret, region } = target
    const credentials = { accessKeyId, secretAccessKey: accessKeySecret }
    clients.s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
    clients.oss = new OSS({
      endpoint,
      accessKeyId,
      accessKeySecret,
      region: `oss-${region}`,
      bucket,
      authorizationV4: true,
    })
  })
  after(() => target?.stop())
  // the first fact makes the bucket, and the last deletes it
  const facts = [...OBJECT_FACTS.slice(0, -1), ...UPLOAD_FACTS, ...OBJECT_FACTS.slice(-1)]
  for (const [sentence, body] of facts) {
    test(`client-s3: ${sentence}`, () => body({ ...clients, ...target, bucket }))
  }
}

for (const mode of MODES) describe(`${mode.name}: client-s3`, () => declareFacts(mode))
