// `npm run demo:huge [-- --parts 10000 --source 5g]`: makes an object of 48.8 TB on this machine from 10,000 part
// copies of a 5 GiB object, reads it around part boundaries, copies it whole, and deletes everything again. Prints the
// disk space after each step. All requests go through the unmodified ali-oss.

import { createCipheriv } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import OSS from 'ali-oss'
import { startServer } from '../test/support/start-server.mjs'
import { parseSize } from './parse-size.mjs'
import { readArguments } from './read-arguments.mjs'

const KIB = 1024
const GIB = KIB ** 3
const PIECE_BYTES = 4 * KIB ** 2
const BLOCK_BYTES = 16
const COPIES_IN_FLIGHT = 16
const READ_BYTES = 1_000_000
const SWEEP_SECONDS_MAX = 120

const BUCKET = 'huge'
const KEY_BYTES = Buffer.from('bindery demo:huge')
const checks = []

/** Pseudo-random bytes that can be generated from any offset. */
function bytesAt(offset, length) {
  const counter = Buffer.alloc(BLOCK_BYTES)
  counter.writeBigUInt64BE(BigInt(Math.floor(offset / BLOCK_BYTES)), 8)
  const skip = offset % BLOCK_BYTES
  const cipher = createCipheriv('aes-128-ctr', KEY_BYTES.subarray(0, BLOCK_BYTES), counter)
  return cipher.update(Buffer.alloc(skip + length)).subarray(skip)
}

async function* sourceBytes(size) {
  for (let start = 0; start < size; start += PIECE_BYTES) yield bytesAt(start, Math.min(PIECE_BYTES, size - start))
}

/** Disk space of a folder, in bytes. */
async function usedBytes(folder) {
  let used = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) used += await usedBytes(file)
    else if (entry.isFile()) used += (await stat(file)).blocks * 512
  }
  return used
}

/** Runs one step and prints its duration and the disk space after it. */
async function step(server, name, run) {
  const start = performance.now()
  const result = await run()
  const seconds = ((performance.now() - start) / 1000).toFixed(2)
  const used = (await usedBytes(server.folder)) / GIB
  console.log(`${name.padEnd(58)} ${seconds.padStart(8)} s   ${used.toFixed(3).padStart(7)} GiB on disk`)
  return result
}

function check(sentence, holds) {
  checks.push(holds)
  console.log(`  ${holds ? '✓' : '✗'} ${sentence}`)
}

/** Runs `count` tasks, a fixed number of them at a time. */
async function inParallel(count, run) {
  let next = 0
  const lane = async () => {
    while (next < count) {
      next += 1
      await run(next)
    }
  }
  await Promise.all(Array.from({ length: COPIES_IN_FLIGHT }, lane))
}

async function copyParts(client, uploadId, count) {
  const parts = new Array(count)
  await inParallel(count, async (number) => {
    const source = { sourceKey: 'source', sourceBucketName: BUCKET }
    const { etag } = await client.uploadPartCopy('huge', uploadId, number, '', source)
    parts[number - 1] = { number, etag }
  })
  return parts
}

async function countListed(client, uploadId) {
  let listed = 0
  let marker = 0
  do {
    const page = await client.listParts('huge', uploadId, { 'max-parts': 1000, 'part-number-marker': marker })
    listed += page.parts.length
    marker = page.isTruncated === 'true' ? page.nextPartNumberMarker : ''
  } while (marker !== '')
  return listed
}

/** Reads around several offsets of the object and compares the bytes with the source. */
async function readBorders(client, key, sourceSize, count) {
  const size = sourceSize * count
  const middle = Math.floor(count / 2) * sourceSize
  const places = [
    ['the start', 0],
    ['a part boundary', sourceSize - READ_BYTES / 2],
    ['the middle', middle - READ_BYTES / 2],
    ['an odd offset', middle + 12_345_677],
    ['the end', size - READ_BYTES],
  ]
  for (const [name, start] of places) {
    const end = start + READ_BYTES
    const border = Math.min(end, (Math.floor(start / sourceSize) + 1) * sourceSize)
    const expected = Buffer.concat([bytesAt(start % sourceSize, border - start), bytesAt(0, end - border)])
    const began = performance.now()
    const { content } = await client.get(key, { headers: { Range: `bytes=${start}-${end - 1}` } })
    const milliseconds = (performance.now() - began).toFixed(1)
    check(`${name} (offset ${start}) reads correctly, in ${milliseconds} ms`, expected.equals(content))
  }
}

/** Waits until the sweeper has freed the disk space. */
async function untilFreed(server, bytesMax) {
  for (let waited = 0; waited < SWEEP_SECONDS_MAX; waited += 1) {
    if ((await usedBytes(server.folder)) <= bytesMax) return true
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  return false
}

async function demonstrate(server, sourceSize, count) {
  const { endpoint, region, accessKeyId, accessKeySecret } = server
  const keys = { endpoint, region: `oss-${region}`, accessKeyId, accessKeySecret, authorizationV4: true }
  const client = new OSS({ ...keys, bucket: BUCKET, timeout: 30 * 60_000 })
  await client.putBucket(BUCKET)
  await step(server, `PutObject of ${sourceSize} bytes`, () =>
    client.putStream('source', Readable.from(sourceBytes(sourceSize)), { contentLength: sourceSize }),
  )
  const { uploadId } = await client.initMultipartUpload('huge')
  const parts = await step(server, `${count} × UploadPartCopy`, () => copyParts(client, uploadId, count))
  const listed = await step(server, 'ListParts, all pages', () => countListed(client, uploadId))
  check(`${count} parts are listed`, listed === count)
  await step(server, 'CompleteMultipartUpload', () => client.completeMultipartUpload('huge', uploadId, parts))
  const { res } = await step(server, 'HEAD', () => client.head('huge'))
  const length = Number(res.headers['content-length'])
  check(`the object has ${length} bytes, ${(length / 1024 ** 4).toFixed(1)} TiB`, length === sourceSize * count)
  await step(server, 'ranged reads', () => readBorders(client, 'huge', sourceSize, count))
  await step(server, 'CopyObject of the whole', () => client.copy('copy', 'huge'))
  await step(server, 'DELETE of the source', () => client.delete('source'))
  await step(server, 'DELETE of the original', () => client.delete('huge'))
  await step(server, 'ranged reads of the copy', () => readBorders(client, 'copy', sourceSize, count))
  await step(server, 'DELETE of the copy', () => client.delete('copy'))
  const freed = await step(server, 'sweeping', () => untilFreed(server, sourceSize / 50))
  check('the disk space was freed', freed)
}

const { values } = readArguments({
  options: { parts: { type: 'string', default: '10000' }, source: { type: 'string', default: '5g' } },
})
const folder = await mkdtemp(path.join(tmpdir(), 'bindery-huge-'))
const server = await startServer({ folder })
try {
  await demonstrate(server, parseSize(values.source), Number(values.parts))
} finally {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
process.exitCode = checks.every(Boolean) ? 0 : 1
