// Do other requests wait while very many objects, or an object of very many parts, are deleted? And does the space return?
// Usage: npm run bench -- mass [objects, 1,000,000 by default] [parts, 10,000 by default]

import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from './support/client.mjs'
import { fillObjects } from './support/fill.mjs'
import { describeRun, machineLine } from './support/report.mjs'
import { bytesOf, Session } from './support/session.mjs'
import { startBindery } from './support/targets.mjs'

const OBJECTS = Number(process.argv[2] ?? 1_000_000)
const PARTS = Number(process.argv[3] ?? 10_000)
/** More than a record holds inline: each object has bytes on the disk. */
const OBJECT_BYTES = 5_000
/** The minimum of a part. */
const PART_BYTES = 102_400
const PROBE_BYTES = 4_096
const PROBES_PAUSE_MS = 5
const ALONE = 'nothing else'
const ALONE_MS = 10_000
const DAY_MS = 86_400_000
const DELETED_AT_ONCE = 1_000
const OLD_DAYS = 3
/** Signed requests may be sent for this long. */
const SIGNED_MS = 300_000
const LOOP_DELAY = fileURLToPath(new URL('support/loop-delay.mjs', import.meta.url))

/** Requests of another client, one after another: how long each kind takes. */
class Probes {
  #session
  #client
  #key
  #isOn = true
  #done
  times = { GET: [], PUT: [], HEAD: [] }

  constructor(session, key) {
    this.#session = session
    this.#client = new Client(session.target)
    this.#key = key
    this.began = Date.now()
    this.#done = this.#run()
  }

  async #run() {
    const { bucket } = this.#session
    for (let signed = 0, requests; this.#isOn; ) {
      if (Date.now() - signed > SIGNED_MS) {
        signed = Date.now()
        requests = Object.keys(this.times).map((method) => {
          const isPut = method === 'PUT'
          const key = isPut ? 'probe/put' : this.#key
          return this.#client.prepare({ method, bucket, key, ...(isPut && { body: bytesOf(PROBE_BYTES) }) })
        })
      }
      for (const request of requests) {
        const { latencies } = await this.#client.drive([request], 1)
        this.times[request.method].push(latencies[0])
        await sleep(PROBES_PAUSE_MS)
      }
    }
  }

  async end() {
    this.#isOn = false
    await this.#done
    this.#client.close()
    this.ended = Date.now()
  }
}

/** The longest block of an event loop of the server in a time, and the longest turn that it computed, in milliseconds. */
function longestBlock(folder, { began, ended }) {
  const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
  const within = lines.map((line) => line.split(' ').map(Number)).filter(([time]) => time > began && time <= ended)
  return [1, 2].map((column) => within.reduce((most, line) => Math.max(most, line[column]), 0).toFixed(0)).join(' / ')
}

function quantiles(times) {
  const sorted = times.toSorted((one, other) => one - other)
  const at = (share) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)
  return `${at(0.5)} / ${at(0.99)} / ${at(1)}`
}

class Measured {
  #delays
  #alone

  constructor(delays) {
    this.#delays = delays
  }

  /** Probes alone first, then while `work` runs; it returns how many things it did. */
  async during(name, session, key, work) {
    await this.alone(session, key)
    await this.#probe(name, session, key, work)
  }

  /** Probes while nothing else runs: what follows is compared with them. */
  async alone(session, key) {
    await this.#probe(ALONE, session, key, () => sleep(ALONE_MS))
  }

  /** Probes at once, while `work` runs that has begun. */
  async following(name, session, key, work) {
    await this.#probe(name, session, key, work)
  }

  async #probe(name, session, key, work) {
    const probes = new Probes(session, key)
    const count = await work()
    await probes.end()
    const seconds = (probes.ended - probes.began) / 1000
    const { GET, PUT, HEAD } = probes.times
    const all = [...GET, ...PUT, ...HEAD].toSorted((one, other) => one - other)
    const p99 = all[Math.floor(all.length * 0.99)] ?? 0
    if (name === ALONE) this.#alone = p99
    const rate = count === undefined ? '–' : Math.round(count / seconds)
    const cells = [name, seconds.toFixed(0), rate, all.length, quantiles(GET), quantiles(PUT), quantiles(HEAD)]
    const block = longestBlock(this.#delays, probes)
    console.log(`| ${[...cells, (p99 / this.#alone).toFixed(1), block].join(' | ')} |`)
  }
}

/** DeleteMultipleObjects, 1,000 keys per request, two at a time. */
async function deleteAll({ client, bucket }, keys) {
  for (let at = 0; at < keys.length; at += 2 * DELETED_AT_ONCE) {
    const requests = [at, at + DELETED_AT_ONCE].flatMap((from) => {
      const some = keys.slice(from, from + DELETED_AT_ONCE)
      if (some.length === 0) return []
      const objects = some.map((key) => `<Object><Key>${key}</Key></Object>`).join('')
      const body = Buffer.from(`<Delete><Quiet>true</Quiet>${objects}</Delete>`)
      const md5 = createHash('md5').update(body).digest('base64')
      return client.prepare({ method: 'POST', bucket, query: [['delete', '']], headers: { 'content-md5': md5 }, body })
    })
    await client.drive(requests, 2)
  }
  return keys.length
}

async function isEmpty({ client, bucket }, prefix) {
  const query = [
    ['list-type', '2'],
    ['max-keys', '1'],
    ['prefix', prefix],
  ]
  const { content } = await client.call({ method: 'GET', bucket, query })
  return !content.toString().includes('<Key>')
}

/** Waits until the space of some bytes has returned. */
async function untilFreed(session, before, bytes) {
  const end = Date.now() + 3_600_000
  while (session.diskBytes() > before - bytes * 0.9) {
    if (Date.now() > end) throw new Error('the space did not return within an hour')
    await sleep(500)
  }
}

/** Rules are applied when a server starts. */
async function stopWithRule(session) {
  const { client, bucket } = session
  const rule = '<Rule><Prefix>old/</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>'
  const body = Buffer.from(`<LifecycleConfiguration>${rule}</LifecycleConfiguration>`)
  await client.call({ method: 'PUT', bucket, query: [['lifecycle', '']], body })
  session.close()
  await session.target.stop()
}

const keysBelow = (prefix) =>
  Array.from({ length: OBJECTS }, (_, index) => `${prefix}/${String(index).padStart(8, '0')}`)

/** A bucket with the object of the probes, those to be deleted, and those that are old enough to expire. */
async function fill(folder) {
  const session = new Session(await startBindery({ folder }))
  await session.open()
  const [probe] = await session.putObjects(1, PROBE_BYTES, 'probe')
  const [key] = await session.putObjects(1, OBJECT_BYTES, 'model')
  session.close()
  await session.target.stop()
  const { bucket } = session
  const deleted = keysBelow('deleted')
  await fillObjects(folder, { bucket, key }, deleted, { size: OBJECT_BYTES })
  await fillObjects(folder, { bucket, key }, keysBelow('old'), { size: OBJECT_BYTES, ageMs: OLD_DAYS * DAY_MS })
  return { bucket, probe, deleted }
}

async function startAgain(folder, bucket) {
  const session = new Session(await startBindery({ folder }))
  session.bucket = bucket
  return session
}

async function main(root) {
  const [folder, delays] = ['data', 'delays'].map((name) => join(root, name))
  for (const path of [folder, delays]) mkdirSync(path)
  const { bucket, probe, deleted } = await fill(folder)
  process.env.LOOP_DELAY_FOLDER = delays
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import ${LOOP_DELAY}`
  const measured = new Measured(delays)
  let session = await startAgain(folder, bucket)

  const full = session.diskBytes()
  await measured.during(`DeleteMultipleObjects of ${OBJECTS}`, session, probe, () => deleteAll(session, deleted))
  await measured.following('until their space is back', session, probe, () =>
    untilFreed(session, full, OBJECTS * OBJECT_BYTES),
  )
  await largeObject(measured, session, probe)

  await measured.alone(session, probe)
  await stopWithRule(session)
  session = await startAgain(folder, bucket)
  const aged = session.diskBytes()
  await measured.following(`expiry of ${OBJECTS} by a lifecycle rule`, session, probe, async () => {
    while (!(await isEmpty(session, 'old/'))) await sleep(200)
    return OBJECTS
  })
  await measured.following('until their space is back', session, probe, () =>
    untilFreed(session, aged, OBJECTS * OBJECT_BYTES),
  )
  session.close()
  await session.target.stop()
}

/** An object of very many parts is completed, and deleted. */
async function largeObject(measured, session, probe) {
  const upload = await session.initiate()
  const parts = Array.from({ length: PARTS }, (_, index) => upload.part(index + 1, bytesOf(PART_BYTES)))
  await session.client.drive(parts, 8)
  const request = await upload.complete()
  await measured.during(`CompleteMultipartUpload of ${PARTS} parts`, session, probe, () =>
    session.client.drive([request], 1).then(() => 1),
  )
  const large = session.diskBytes()
  await measured.during('its deletion, until its space is back', session, probe, async () => {
    await session.client.drive([session.object('DELETE', upload.key, { status: 204 })], 1)
    await untilFreed(session, large, PARTS * PART_BYTES)
    return PARTS
  })
}

const head = [
  'meanwhile',
  's',
  'per s',
  'probes',
  'GET ms: p50 / p99 / most',
  'PUT',
  'HEAD',
  'p99 / alone',
  'longest block / turn ms',
]
console.log(`${machineLine(describeRun())}\n\n| ${head.join(' | ')} |\n|${head.map(() => ' --- |').join('')}`)
const root = mkdtempSync(join(tmpdir(), 'bindery-mass-'))
try {
  await main(root)
} finally {
  rmSync(root, { recursive: true, force: true })
}
