// Uploads a file in a process of its own: `upload-process.mjs ENDPOINT FOLDER FILE BYTES_PER_SECOND`. Prints a line per part, then the result.

import { createClient, fileStore } from '@bindery/client/node'

const [endpoint, folder, path, rate] = process.argv.slice(2)
const { OSS_ACCESS_KEY_ID: accessKeyId, OSS_ACCESS_KEY_SECRET: accessKeySecret } = process.env
const client = createClient({
  ...{ endpoint, bucket: 'demo', checkpoints: fileStore(folder) },
  auth: { credentials: { accessKeyId, accessKeySecret } },
})
const options = { key: 'film', multipartThreshold: 1, partSize: 100 * 1024, parallel: 2 }
const task = client.upload({ path }, { ...options, bytesPerSecond: Number(rate) })
task.on('part', ({ state, partNumber }) => {
  if (state === 'done') console.log(`part ${partNumber}`)
})
try {
  const { reusedParts, parts } = await task.result
  console.log(`done ${parts} ${reusedParts}`)
} catch (error) {
  console.log(`failed ${error.code}`)
}
client.close()
