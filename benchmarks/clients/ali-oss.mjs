// ali-oss: `ali-oss.mjs upload|download FOLDER`.

import { statSync } from 'node:fs'
import OSS from 'ali-oss'
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

/** Below, its guide recommends `put`. */
const MULTIPART_BYTES = 1024 * 1024

const client = new OSS({
  endpoint: ENDPOINT,
  region: `oss-${REGION}`,
  bucket: BUCKET,
  accessKeyId: ACCESS_KEY_ID,
  accessKeySecret: ACCESS_KEY_SECRET,
  sldEnable: true,
  secure: false,
})
if (action === 'upload') {
  await forEach(files(), ({ file, key }) =>
    statSync(file).size < MULTIPART_BYTES ? client.put(key, file) : client.multipartUpload(key, file),
  )
} else {
  const keys = []
  for (let marker; ; ) {
    const { objects, nextMarker } = await client.list({ prefix: PREFIX, marker, 'max-keys': 1000 })
    keys.push(...objects.map(({ name }) => name))
    if (nextMarker === null || nextMarker === undefined) break
    marker = nextMarker
  }
  await forEach(keys, (key) => client.get(key, fileOf(key)))
}
