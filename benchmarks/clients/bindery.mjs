// This client library: `bindery.mjs upload|download FOLDER`.

import { createClient, fileTarget } from '@bindery/client'
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

const client = createClient({
  endpoint: ENDPOINT,
  region: REGION,
  bucket: BUCKET,
  auth: { credentials: { accessKeyId: ACCESS_KEY_ID, accessKeySecret: ACCESS_KEY_SECRET } },
})
if (action === 'upload') {
  const queue = client.queue()
  const idle = new Promise((resolve) => queue.on('idle', resolve))
  const tasks = files().map(({ file, key }) => queue.add({ source: { path: file }, key }))
  await idle
  for (const { result } of tasks) await result
} else {
  const keys = []
  for await (const { key } of client.list({ prefix: PREFIX })) keys.push(key)
  await forEach(keys, (key) => client.download(fileTarget(fileOf(key)), { key }).result)
}
client.close()
