// `npm run demo:cluster [-- --size 200m] [--store bindery]`: three gateways behind nginx, over a PostgreSQL with a
// synchronous standby and a blob store. The unmodified ali-oss uploads through the balancer, while a gateway, the primary of
// the database and a node of the blob store are killed. Every acknowledged part and object must be there afterwards.

import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import OSS from 'ali-oss'
import { auditCluster } from '../test/cluster/audit.mjs'
import { findNginx, startBalancer } from '../test/cluster/balancer.mjs'
import { hasCeph, startBinderyStore, startCephStore } from '../test/cluster/blob-stores.mjs'
import { startWorld, withoutPostgres } from '../test/cluster/world.mjs'
import { guard } from '../test/support/guard.mjs'
import { parseSize } from './parse-size.mjs'
import { readArguments } from './read-arguments.mjs'

const BUCKET = 'demo'
const KEY = 'exampledir/exampleobject.bin'
const GATEWAYS = 3
const PARTS = 100
const PART_BYTES_MIN = 102_400
/** After these shares of the upload something is killed. */
const KILLS = { gateway: 0.25, primary: 0.5, blobs: 0.75 }
const RETRY_MS = 300
const TRIES_MAX = 400

/** Writes pseudo-random bytes; returns the MD5 of each part, and the SHA-256 of all. */
async function makeFile(file, size, partSize) {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16))
  const zeros = Buffer.alloc(partSize)
  const output = createWriteStream(file)
  const sha256 = createHash('sha256')
  const etags = []
  for (let start = 0; start < size; start += partSize) {
    const part = cipher.update(zeros.subarray(0, Math.min(partSize, size - start)))
    sha256.update(part)
    etags.push(createHash('md5').update(part).digest('hex').toUpperCase())
    if (!output.write(part)) await once(output, 'drain')
  }
  output.end()
  await once(output, 'close')
  return { etags, sha256: sha256.digest('hex') }
}

function openClient(endpoint, { accessKeyId, accessKeySecret }) {
  const timeout = 120_000
  const place = { endpoint, bucket: BUCKET, region: 'oss-cn-hangzhou', authorizationV4: true }
  return new OSS({ ...place, accessKeyId, accessKeySecret, timeout, retryMax: 0 })
}

/** Kills, one after the other, as the upload proceeds. */
class Killer {
  #pending = Object.entries(KILLS)
  #running = Promise.resolve()
  done = []

  constructor(kills) {
    this.kills = kills
  }

  reached(share) {
    while (this.#pending.length > 0 && share >= this.#pending[0][1]) {
      const [name] = this.#pending.shift()
      this.#running = this.#running.then(async () => {
        console.log(`  ${Math.round(share * 100)} %: ${await this.kills[name]()}`)
        this.done.push(name)
      })
    }
  }

  finish() {
    return this.#running
  }
}

/** Uploads until it succeeds, from the client's checkpoint after each failure; checks the acknowledged parts each time. */
async function upload(client, file, { partSize, etags }, killer) {
  let checkpoint
  let failures = 0
  let lost = 0
  const progress = async (share, saved) => {
    if (saved !== null) checkpoint = saved
    killer.reached(share)
  }
  for (;;) {
    try {
      const done = await client.multipartUpload(KEY, file, { partSize, parallel: 4, checkpoint, progress })
      return { done, failures, lost }
    } catch (error) {
      failures += 1
      if (failures === TRIES_MAX) throw error
      await sleep(RETRY_MS)
      if (checkpoint !== undefined) lost += await lostParts(client, checkpoint, etags)
    }
  }
}

/** The number of acknowledged parts that are missing, or have changed. */
async function lostParts(client, { uploadId, doneParts }, etags) {
  const listed = new Map()
  try {
    for (let marker = '0'; marker !== undefined; ) {
      const page = await client.listParts(KEY, uploadId, { 'max-parts': 1000, 'part-number-marker': marker })
      for (const { PartNumber, ETag } of page.parts) listed.set(Number(PartNumber), ETag)
      marker = page.isTruncated === 'true' || page.isTruncated === true ? String(page.nextPartNumberMarker) : undefined
    }
  } catch {
    // no answer: the next attempt shows
    return 0
  }
  return doneParts.filter(({ number }) => listed.get(number)?.replaceAll('"', '') !== etags[number - 1]).length
}

/** Stores small objects through the balancer until it is stopped; remembers those that were acknowledged. */
function writeSmall(client) {
  const acknowledged = new Map()
  let isStopped = false
  let refused = 0
  const running = (async () => {
    for (let number = 0; !isStopped; number += 1) {
      const bytes = randomBytes(1 + (number % 40) * 300)
      try {
        await client.put(`small/${number}`, bytes)
        acknowledged.set(`small/${number}`, bytes)
      } catch {
        refused += 1
        await sleep(100)
      }
    }
  })()
  return {
    stop: async () => {
      isStopped = true
      await running
      return { acknowledged, refused }
    },
  }
}

async function sha256Of(client) {
  const { stream } = await client.getStream(KEY)
  const sha256 = createHash('sha256')
  for await (const chunk of stream) sha256.update(chunk)
  return sha256.digest('hex')
}

async function demonstrate(folder, size, store) {
  const partSize = Math.max(PART_BYTES_MIN, Math.ceil(size / PARTS))
  const file = join(folder, 'file')
  const sent = await makeFile(file, size, partSize)
  const world = await startWorld({ ...store, durable: true, standby: true })
  const gateways = await Promise.all(Array.from({ length: GATEWAYS }, () => world.startGateway()))
  const balancer = await startBalancer(gateways)
  console.log(`PostgreSQL with a synchronous standby, ${store.name} for the blobs, ${GATEWAYS} gateways behind nginx.`)
  const [doomed, ...others] = gateways
  const client = openClient(balancer.endpoint, doomed)
  try {
    await client.putBucket(BUCKET)
    const small = writeSmall(openClient(balancer.endpoint, doomed))
    const killer = new Killer({
      gateway: async () => {
        await doomed.kill()
        return 'A gateway was killed with SIGKILL.'
      },
      primary: async () => {
        await world.postgres.kill()
        await sleep(1_000)
        await world.follower.promote()
        return 'The primary of the database was killed with SIGKILL, and the standby promoted.'
      },
      blobs: () => store.killNode(),
    })
    console.log(`Uploading ${sent.etags.length} parts of ${partSize} bytes with ali-oss, 4 at a time.`)
    const { done, failures, lost } = await upload(client, file, { partSize, etags: sent.etags }, killer)
    await killer.finish()
    const { acknowledged, refused } = await small.stop()
    const survivors = others.map(({ endpoint }) => openClient(endpoint, doomed))
    const digests = await Promise.all(survivors.map(sha256Of))
    let changed = 0
    for (const [key, bytes] of acknowledged) {
      const content = await survivors[0].get(key).then(
        ({ content }) => content,
        () => undefined,
      )
      if (content === undefined || !bytes.equals(content)) changed += 1
    }
    const { findings, report } = await auditCluster(world.url, store)
    console.log(`The client repeated ${failures} times, and ${refused} small objects were refused meanwhile.`)
    const etag = createHash('md5').update(sent.etags.join('')).digest('hex').toUpperCase()
    return [
      ['a gateway, the primary and a blob node were killed', killer.done.length === Object.keys(KILLS).length],
      ['no part that was acknowledged was lost', lost === 0],
      [
        `both other gateways return the file (SHA-256 ${sent.sha256.slice(0, 16)}…)`,
        digests.every((one) => one === sent.sha256),
      ],
      ["the ETag follows OSS's recipe", done.etag.replaceAll('"', '') === `${etag}-${sent.etags.length}`],
      [`each of ${acknowledged.size} small objects that were acknowledged is as it was sent`, changed === 0],
      [`an audit read ${report.checked.bytes} bytes and found nothing wrong`, findings.length === 0],
    ]
  } finally {
    await balancer.stop()
    await world.dispose()
  }
}

const { values } = readArguments({ options: { size: { type: 'string', default: '200m' }, store: { type: 'string' } } })
const missing = withoutPostgres() || (findNginx() === undefined && 'nginx is not installed')
if (missing) {
  console.error(`This demonstration needs PostgreSQL and nginx: ${missing}.`)
  process.exit(3)
}
// urllib, which ali-oss uses, prints a page for each connection that a kill cuts
console.warn = () => {}
const folder = await mkdtemp(join(tmpdir(), 'bindery-demo-'))
guard({ folder })
const store = await ((values.store ?? (hasCeph() ? 'ceph' : 'bindery')) === 'ceph'
  ? startCephStore()
  : startBinderyStore())
try {
  const checks = await demonstrate(folder, parseSize(values.size), store)
  for (const [sentence, holds] of checks) console.log(`${holds ? '✔' : '✖'} ${sentence}`)
  process.exitCode = checks.every(([, holds]) => holds) ? 0 : 1
} finally {
  await store.stop()
  await rm(folder, { recursive: true, force: true })
}
