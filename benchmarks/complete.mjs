// What do completing, copying, resuming and reading cost, by number of parts and by object size?

import { bytesOf } from './support/session.mjs'
import { GIB, KIB, MIB, sizeName } from './support/sizes.mjs'

const PART_MIN = 100 * KIB
const PEER_PART = 5 * MIB
const HUGE_PART = GIB
const COUNTS = [1, 10, 100, 1000, 10_000]

/** Source objects of copies by session and size, uploaded once. */
const sources = new Map()

/** The key of an object of a size; one larger than 64 MiB is made of copies of a 64 MiB object. */
async function sourceOf(session, size) {
  const name = `${session.bucket} ${size}`
  const known = sources.get(name)
  if (known !== undefined) return known
  const [key] = size <= 64 * MIB ? await session.putObjects(1, size, 'source') : [await copiesOf(session, size)]
  sources.set(name, key)
  return key
}

async function copiesOf(session, size) {
  const piece = await sourceOf(session, 64 * MIB)
  const upload = await session.initiate()
  await copyParts(session, upload, piece, size / (64 * MIB))
  await session.client.drive([await upload.complete()], 1)
  return upload.key
}

function copyParts(session, upload, source, count) {
  const copies = Array.from({ length: count }, (_, index) => upload.partCopy(index + 1, source))
  return session.client.drive(copies, Math.min(count, 16))
}

/** An upload whose parts are all copies of one object. */
async function uploadOfCopies(session, count, size) {
  const source = await sourceOf(session, size)
  const upload = await session.initiate()
  await copyParts(session, upload, source, count)
  return upload
}

/** An upload whose parts were sent as bytes. */
async function uploadOfBytes(session, count, size) {
  const upload = await session.initiate()
  const parts = Array.from({ length: count }, (_, index) => upload.part(index + 1, bytesOf(size)))
  await session.client.drive(parts, Math.min(count, 8))
  return upload
}

/** A workload of `count` sequential requests, each prepared by `make`. */
function inTurn(name, count, isShort, needs, make) {
  const prepare = async (session) => {
    const requests = []
    for (let made = 0; made < count; made++) requests.push(await make(session))
    return { requests }
  }
  return { name, inFlight: 1, isShort, needs, prepare }
}

/** Completions per run: few parts are prepared quickly and cost too little to be measured once. */
const timesOf = (count) => Math.max(1, Math.min(20, 1000 / count))

function completeOfCopies(count, size) {
  const total = count * size
  const name = `CompleteMultipartUpload, ${count} parts copied, ${totalName(total)}`
  const make = async (session) => (await uploadOfCopies(session, count, size)).complete()
  return inTurn(name, timesOf(count), count === 1 || count === 1000, ['write', 'sharing'], make)
}

function completeOfBytes(count) {
  const name = `CompleteMultipartUpload, ${count} parts of 5 MiB sent`
  const make = async (session) => (await uploadOfBytes(session, count, PEER_PART)).complete()
  return inTurn(name, 1, count === 10, ['write', 'listParts'], make)
}

function totalName(bytes) {
  if (bytes >= 1024 * GIB) return `${(bytes / (1024 * GIB)).toFixed(1)} TiB`
  return sizeName(bytes < MIB ? bytes : Math.round(bytes / MIB) * MIB)
}

function copyObject(count, size) {
  const name = `CopyObject of ${totalName(count * size)} in ${count} parts`
  const make = async (session) => {
    const key = await objectOf(session, count, size)
    return session.object('PUT', session.newKey('copy'), { headers: session.copySource(key) })
  }
  return inTurn(name, 10, count === 1000, ['write', 'sharing'], make)
}

const objects = new Map()

/** A completed object of `count` copied parts, made once. */
async function objectOf(session, count, size) {
  const name = `${session.bucket} ${count} ${size}`
  if (!objects.has(name)) {
    const upload = await uploadOfCopies(session, count, size)
    await session.client.drive([await upload.complete()], 1)
    objects.set(name, upload.key)
  }
  return objects.get(name)
}

/** @returns {import('./support/suite.mjs').Workload} */
function firstByte(count) {
  return {
    name: `first byte of an object of ${count} parts`,
    inFlight: 1,
    isShort: count !== 10,
    needs: ['write', 'sharing'],
    async prepare(session, scale) {
      const key = await objectOf(session, count, PART_MIN)
      const headers = { range: 'bytes=0-0' }
      const get = session.object('GET', key, { headers, status: 206, answerBytes: 1 })
      return { requests: Array.from({ length: Math.round(200 * scale) }, () => get), until: 'first byte' }
    },
  }
}

/** @returns {import('./support/suite.mjs').Workload} */
function randomRanges(count) {
  return {
    name: `4 KiB ranges at random offsets of an object of ${count} parts`,
    inFlight: 8,
    isShort: count !== 10,
    needs: ['write', 'sharing'],
    async prepare(session, scale) {
      const key = await objectOf(session, count, PART_MIN)
      const requests = Array.from({ length: Math.round(400 * scale) }, () => {
        const start = Math.floor(Math.random() * (count * PART_MIN - 4 * KIB))
        const headers = { range: `bytes=${start}-${start + 4 * KIB - 1}` }
        return session.object('GET', key, { headers, status: 206, answerBytes: 4 * KIB })
      })
      return { requests }
    },
  }
}

const resumable = new Map()

/** The requests of a client that resumes: all pages of ListParts. @returns {import('./support/suite.mjs').Workload} */
const resume = {
  name: 'resume: all pages of ListParts, 10,000 parts',
  inFlight: 1,
  isShort: true,
  needs: ['write', 'sharing'],
  async prepare(session) {
    if (!resumable.has(session)) resumable.set(session, await uploadOfCopies(session, 10_000, PART_MIN))
    const upload = resumable.get(session)
    const pages = Array.from({ length: 10 }, (_, page) => upload.page(page * 1000))
    return { requests: pages }
  },
}

const SWEPT_OBJECTS = 200

/** Deletes objects and waits until their space is free. @returns {import('./support/suite.mjs').Workload} */
const sweep = {
  name: `sweep: ${SWEPT_OBJECTS} objects of 1 MiB deleted, until their space is free`,
  inFlight: 16,
  needs: ['write', 'sweep'],
  async prepare(session) {
    const before = session.diskBytes()
    const keys = await session.putObjects(SWEPT_OBJECTS, MIB, 'swept')
    const requests = keys.map((key) => session.object('DELETE', key, { status: 204 }))
    return { requests, settle: () => session.untilDisk((bytes) => bytes < before + (SWEPT_OBJECTS * MIB) / 20) }
  },
}

export const workloads = [
  ...[1, 10, 100].map(completeOfBytes),
  // small and huge alternate, because the cost of a commit depends on the history of the metadata file
  ...COUNTS.flatMap((count) => [PART_MIN, HUGE_PART].map((size) => completeOfCopies(count, size))),
  ...[1, 1000, 10_000].map((count) => copyObject(count, PART_MIN)),
  copyObject(1000, HUGE_PART),
  ...[1, 10_000].map(firstByte),
  ...[1, 10_000].map(randomRanges),
  resume,
  sweep,
]
