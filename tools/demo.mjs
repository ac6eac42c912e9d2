// `npm run demo [-- --size 1g]`: uploads a large file with the unmodified ali-oss as in the published sample, kills the
// server halfway, resumes, and verifies that the download equals the file.

import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { crc64, crc64Combine } from '@bindery/digest'
import OSS from 'ali-oss'
import { startServer } from '../test/support/start-server.mjs'
import { parseSize } from './parse-size.mjs'
import { readArguments } from './read-arguments.mjs'

const KIB = 1024
const PARTS = 64
const PART_SIZE_MIN = 100 * KIB
const PARALLEL = 4
const POLL_MS = 300

const BUCKET = 'demo'
const KEY = 'exampledir/exampleobject.bin'

/**
 * Writes pseudo-random bytes to `file` and returns what a correct store must report about them.
 * @returns {Promise<{ sha256: string, crc64: bigint, etag: string, parts: number }>}
 */
async function makeFile(file, size, partSize) {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16))
  const zeros = Buffer.alloc(partSize)
  const output = createWriteStream(file)
  const sha256 = createHash('sha256')
  const etags = []
  let checksum = 0n
  for (let start = 0; start < size; start += partSize) {
    const part = cipher.update(zeros.subarray(0, Math.min(partSize, size - start)))
    sha256.update(part)
    checksum = crc64Combine(checksum, crc64(part), part.length)
    etags.push(createHash('md5').update(part).digest('hex').toUpperCase())
    if (!output.write(part)) await once(output, 'drain')
  }
  output.end()
  await once(output, 'close')
  const etag = createHash('md5').update(etags.join('')).digest('hex').toUpperCase()
  return { sha256: sha256.digest('hex'), crc64: checksum, etag: `"${etag}-${etags.length}"`, parts: etags.length }
}

/** Downloads the object and returns its digests and properties. */
async function readBack(client, size) {
  const { stream } = await client.getStream(KEY)
  const sha256 = createHash('sha256')
  let checksum = 0n
  let received = 0
  for await (const chunk of stream) {
    sha256.update(chunk)
    checksum = crc64Combine(checksum, crc64(chunk), chunk.length)
    received += chunk.length
  }
  return { sha256: sha256.digest('hex'), crc64: checksum, isWhole: received === size }
}

function openClient({ endpoint, region, accessKeyId, accessKeySecret }) {
  const timeout = 10 * 60_000 // the client's own limit for one part
  return new OSS({
    endpoint,
    region: `oss-${region}`,
    accessKeyId,
    accessKeySecret,
    bucket: BUCKET,
    authorizationV4: true,
    timeout,
  })
}

/** Prints the parts that ListParts returns until `stop` is called. */
function watchParts(client, parts) {
  let upload
  let last = ''
  const show = async () => {
    if (upload === undefined) return
    const landed = new Set(
      (await client.listParts(KEY, upload, { 'max-parts': 1000 })).parts.map(({ PartNumber }) => Number(PartNumber)),
    )
    const map = Array.from({ length: parts }, (_, index) => (landed.has(index + 1) ? '█' : '░')).join('')
    const line = `  ${map} ${landed.size}/${parts}`
    if (line !== last) console.log(line)
    last = line
  }
  let running = Promise.resolve()
  const timer = setInterval(() => {
    running = running.then(show).catch(() => {}) // while the server is down, there is no answer
  }, POLL_MS)
  return {
    follow: (uploadId) => {
      upload = uploadId
    },
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}

/** The options of the published sample. */
function sampleOptions(partSize, progress) {
  return {
    partSize,
    parallel: PARALLEL,
    headers: { 'x-oss-storage-class': 'Standard', 'x-oss-tagging': 'Tag1=1&Tag2=2', 'x-oss-forbid-overwrite': 'true' },
    meta: { year: 2020, people: 'test' },
    progress,
  }
}

/** Uploads until half of the parts are stored, then kills the server. Returns the client's checkpoint. */
async function uploadUntilKilled(server, file, { partSize, parts }, watch) {
  let checkpoint
  let killed
  const progress = (_share, saved) => {
    if (saved === null) return // the upload is complete
    checkpoint = saved
    watch.follow(saved.uploadId)
    if (saved.doneParts.length >= parts / 2) killed ??= server.kill()
  }
  try {
    await openClient(server).multipartUpload(KEY, file, sampleOptions(partSize, progress))
  } catch (error) {
    if (killed === undefined) throw error
    await killed
    const reason = String(error.message).split(',')[0]
    console.log(`\nThe server was killed with SIGKILL; the client reports: ${reason}`)
    return checkpoint
  }
  throw new Error('the upload ended before the server could be killed')
}

/** Whether the server has every part that it acknowledged. */
async function hasKept(client, { uploadId, doneParts }) {
  const { parts } = await client.listParts(KEY, uploadId, { 'max-parts': 1000 })
  console.log(`The server runs again and has kept ${parts.length} parts. Resuming from the client's checkpoint.\n`)
  const etags = new Map(parts.map(({ PartNumber, ETag }) => [Number(PartNumber), ETag]))
  return doneParts.every(({ number, etag }) => etags.get(number) === etag)
}

/** Runs the demonstration in `folder` and returns its checks: a sentence each, and whether it holds. */
async function demonstrate(folder, size) {
  const partSize = Math.max(PART_SIZE_MIN, Math.ceil(size / PARTS))
  const file = path.join(folder, 'file')
  console.log(`Creating a file of ${size} bytes of pseudo-random data.`)
  const sent = await makeFile(file, size, partSize)
  let server = await startServer({ folder: path.join(folder, 'data') })
  const client = openClient(server)
  const watch = watchParts(client, sent.parts)
  try {
    console.log(`Started a server at ${server.endpoint}. Uploading ${sent.parts} parts, ${PARALLEL} at a time.\n`)
    await client.putBucket(BUCKET)
    const checkpoint = await uploadUntilKilled(server, file, { partSize, parts: sent.parts }, watch)
    server = await server.restart() // on the same folder and port
    const kept = await hasKept(client, checkpoint)
    const done = await client.multipartUpload(KEY, file, { ...sampleOptions(partSize), checkpoint })
    await watch.stop()
    return [
      ['every part that was acknowledged survived the kill', kept],
      ...(await checkObject(client, size, sent, done)),
    ]
  } finally {
    await watch.stop()
    await server.stop()
  }
}

async function checkObject(client, size, sent, done) {
  const back = await readBack(client, size)
  const { meta, res } = await client.head(KEY)
  const forbid = { headers: { 'x-oss-forbid-overwrite': 'true' } }
  const again = await client.put(KEY, Buffer.from('x'), forbid).catch(({ code }) => code)
  const reported = res.headers['x-oss-hash-crc64ecma']
  return [
    [`every byte came back (SHA-256 ${sent.sha256.slice(0, 16)}…)`, back.isWhole && back.sha256 === sent.sha256],
    [`the CRC-64 equals the file's (${sent.crc64})`, back.crc64 === sent.crc64 && reported === `${sent.crc64}`],
    [`the ETag follows OSS's recipe (${sent.etag})`, done.etag === sent.etag && res.headers.etag === sent.etag],
    ['storage class, tags and metadata were kept', hasOptions(res.headers, meta)],
    ['the object cannot be overwritten where that is forbidden', again === 'FileAlreadyExists'],
  ]
}

function hasOptions(headers, meta) {
  const { 'x-oss-storage-class': storageClass, 'x-oss-tagging-count': tags, 'x-oss-object-type': type } = headers
  return (
    storageClass === 'Standard' &&
    tags === '2' &&
    type === 'Multipart' &&
    meta?.year === '2020' &&
    meta.people === 'test'
  )
}

// urllib, which ali-oss uses, prints a page for each connection that the kill cuts
console.warn = () => {}

const { values } = readArguments({ options: { size: { type: 'string', default: '1g' } } })
const folder = await mkdtemp(path.join(tmpdir(), 'bindery-demo-'))
try {
  const start = performance.now()
  const checks = await demonstrate(folder, parseSize(values.size))
  console.log()
  for (const [sentence, holds] of checks) console.log(`${holds ? '✓' : '✗'} ${sentence}`)
  console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`)
  process.exitCode = checks.every(([, holds]) => holds) ? 0 : 1
} catch (error) {
  console.error(`demo: ${error.message}`)
  process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
