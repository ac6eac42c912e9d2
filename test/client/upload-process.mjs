// Uploads a file in a process of its own: `upload-process.mjs ENDPOINT FOLDER FILE [PARTS]`. Prints a line per part, then the result. After PARTS
// parts it goes on so slowly that it does not end.

import { createClient, fileStore } from '@bindery/client/node'

const [endpoint, folder, path, parts] = process.argv.slice(2)
const HARDLY = 1
const { OSS_ACCESS_KEY_ID: accessKeyId, OSS_ACCESS_KEY_SECRET: accessKeySecret } = process.env
const client = createClient({
  ...{ endpoint, bucket: 'demo', checkpoints: fileStore(folder) },
  auth: { credentials: { accessKeyId, accessKeySecret } },
})
const options = { key: 'film', multipartThreshold: 1, partSize: 100 * 1024, parallel: 2 }
const task = client.upload({ path }, options)
let done = 0
task.on('part', ({ state, partNumber }) => {
  if (state !== 'done') return
  console.log(`part ${partNumber}`)
  done += 1
  if (done === Number(parts)) task.setBandwidth(HARDLY)
})
try {
  const { reusedParts, parts } = await task.result
  console.log(`done ${parts} ${reusedParts}`)
} catch (error) {
  console.log(`failed ${error.code}`)
}
client.close()
