// AWS's SDK with its uploader: `lib-storage.mjs upload|download FOLDER`.

import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import {
  ACCESS_KEY_ID,
  ACCESS_KEY_SECRET,
  action,
  BUCKET,
  ENDPOINT,
  fileOf,
  files,
  forEach,
  PREFIX,
  REGION,
} from './common.mjs'

const client = new S3Client({
  endpoint: ENDPOINT,
  region: REGION,
  forcePathStyle: true,
  credentials: { accessKeyId: ACCESS_KEY_ID, secretAccessKey: ACCESS_KEY_SECRET },
})
if (action === 'upload') {
  await forEach(files(), ({ file, key }) =>
    new Upload({ client, params: { Bucket: BUCKET, Key: key, Body: createReadStream(file) } }).done(),
  )
} else {
  const keys = []
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: BUCKET, Prefix: PREFIX })) {
    keys.push(...Contents.map(({ Key }) => Key))
  }
  await forEach(keys, async (key) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))
    await pipeline(Body, createWriteStream(fileOf(key)))
  })
}
client.destroy()
