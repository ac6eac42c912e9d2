// Runs in any runtime: `transfers.mjs MODULE`. Uploads in parts, pauses, goes on in another client, downloads, and prints what happened.

const [moduleName] = globalThis.process.argv.slice(2)
const {
  ENDPOINT: endpoint,
  ACCESS_KEY_ID: accessKeyId,
  ACCESS_KEY_SECRET: accessKeySecret,
  PREFIX,
} = globalThis.process.env
const { createClient } = await import(moduleName)

const PART_BYTES = 256 * 1024
const bytes = Uint8Array.from({ length: 16 * PART_BYTES + 7 }, (_, index) => (index * 2_654_435_761) >>> 13)
const options = { key: `${PREFIX}/big`, multipartThreshold: 1, partSize: PART_BYTES, parallel: 2 }
const create = () =>
  createClient({
    endpoint,
    bucket: 'demo',
    auth: { credentials: { accessKeyId, accessKeySecret } },
    checkpoints: false,
  })

const first = create()
const task = first.upload(bytes, { ...options, bytesPerSecond: 4 * PART_BYTES })
await new Promise((resolve) => {
  task.on('progress', ({ parts }) => {
    if (parts.done < 2) return
    task.setBandwidth(1) // it does not end before it is paused
    resolve()
  })
})
const checkpoint = await task.pause()
const paused = task.state
await task.abort({ keepParts: true })
first.close()

const second = create()
const again = second.upload(bytes, { ...options, resume: checkpoint })
const { parts, reusedParts } = await again.result
const { value } = await second.download('bytes', { key: options.key, partSize: PART_BYTES }).result
const isSame = value.length === bytes.length && value.every((byte, index) => byte === bytes[index])
let streamed = 0
for await (const piece of second.stream({ key: options.key })) streamed += piece.length
second.close()
console.log(
  JSON.stringify({
    paused,
    parts,
    // and a part that was on its way when the upload paused, if it arrived
    reused: reusedParts >= checkpoint.parts.length && checkpoint.parts.length >= 2,
    isSame,
    streamed,
  }),
)
