// How does the server perform under the loads of MinIO's warp: put, get, mixed, multipart-put, list, delete, stat? The
// mix is warp's (45 % GET, 30 % STAT, 15 % PUT, 10 % DELETE), with objects of 1 MiB and 16 requests in flight to suit a
// small machine.

import { bytesOf } from './support/session.mjs'
import { MIB } from './support/sizes.mjs'

const IN_FLIGHT = 16
const SIZE = MIB
const PART = 5 * MIB
const OBJECTS = 64

/** @returns {import('./support/suite.mjs').Workload} */
function warp(name, prepare, needs = ['write']) {
  return { name: `warp ${name}`, inFlight: IN_FLIGHT, isShort: true, needs, prepare }
}

function repeat(count, make) {
  return Array.from({ length: Math.round(count) }, (_, index) => make(index))
}

const put = warp('put', async (session, scale) => ({
  requests: repeat(200 * scale, () => session.object('PUT', session.newKey('put'), { body: bytesOf(SIZE) })),
}))

const known = new Map()

async function objectsOf(session) {
  const keys = known.get(session) ?? (await session.putObjects(OBJECTS, SIZE, 'warp'))
  known.set(session, keys)
  return keys
}

const get = warp(
  'get',
  async (session, scale) => {
    const keys = await objectsOf(session)
    const gets = keys.map((key) => session.object('GET', key, { answerBytes: SIZE }))
    return { requests: repeat(600 * scale, (index) => gets[index % gets.length]) }
  },
  [],
)

const stat = warp(
  'stat',
  async (session, scale) => {
    const keys = await objectsOf(session)
    const heads = keys.map((key) => session.object('HEAD', key))
    return { requests: repeat(3000 * scale, (index) => heads[index % heads.length]) }
  },
  [],
)

/** The mix in steps of 5 %: 9 GET, 6 STAT, 3 PUT, 2 DELETE, interleaved. */
const MIX = 'GSPGSGDGSGPSGGSDGSGP'

const mixed = warp('mixed', async (session, scale) => {
  const keys = await objectsOf(session)
  const count = Math.round(600 * scale)
  const deletes = await session.putObjects(Math.ceil(count / 10), SIZE, 'mixed')
  const requests = repeat(count, (index) => {
    const key = keys[index % keys.length]
    const kind = MIX[index % MIX.length]
    if (kind === 'G') return session.object('GET', key, { answerBytes: SIZE })
    if (kind === 'S') return session.object('HEAD', key)
    if (kind === 'P') return session.object('PUT', session.newKey('mixed'), { body: bytesOf(SIZE) })
    return session.object('DELETE', deletes.pop(), { status: 204 })
  })
  return { requests }
})

const multipartPut = warp(
  'multipart-put (parts of 5 MiB)',
  async (session, scale) => {
    const upload = await session.initiate()
    const requests = repeat(40 * scale, (index) => upload.part(index + 1, bytesOf(PART)))
    const settle = async () => {
      await session.client.drive([await upload.complete()], 1)
    }
    return { requests, settle }
  },
  ['write', 'listParts'],
)

const listed = new Map()

const list = warp('list (pages of 1,000)', async (session, scale) => {
  if (!listed.has(session)) await session.putObjects(2000, 1, 'list', 16)
  listed.set(session, true)
  const query = [
    ['list-type', '2'],
    ['max-keys', '1000'],
    ['prefix', 'list/'],
  ]
  const page = session.client.prepare({ method: 'GET', bucket: session.bucket, query })
  return { requests: repeat(100 * scale, () => page) }
})

const remove = warp('delete', async (session, scale) => {
  const keys = await session.putObjects(Math.round(800 * scale), 1, 'delete', 16)
  return { requests: keys.map((key) => session.object('DELETE', key, { status: 204 })) }
})

export const workloads = [put, get, mixed, multipartPut, list, stat, remove]
