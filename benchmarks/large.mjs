// How fast are large objects downloaded, whole and in ranges?

import { MIB } from './support/sizes.mjs'

const SIZE = 64 * MIB
const RANGE = MIB
const OBJECTS = 4
const WHOLE = 16
const RANGES = 600

/** Objects of a session, uploaded once for all workloads. */
const objects = new Map()

async function objectsOf(session) {
  const known = objects.get(session) ?? (await session.putObjects(OBJECTS, SIZE, 'large', 2))
  objects.set(session, known)
  return known
}

/** @returns {import('./support/suite.mjs').Workload} */
function getWhole(inFlight) {
  return {
    name: `GetObject 64 MiB, ${inFlight} in flight`,
    inFlight,
    isShort: true,
    async prepare(session, scale) {
      const gets = (await objectsOf(session)).map((key) => session.object('GET', key, { answerBytes: SIZE }))
      const count = Math.round(WHOLE * scale)
      return { requests: Array.from({ length: count }, (_, index) => gets[index % gets.length]) }
    },
  }
}

/** @returns {import('./support/suite.mjs').Workload} */
function getRanges(inFlight) {
  return {
    name: `GetObject 1 MiB ranges at random offsets of 64 MiB, ${inFlight} in flight`,
    inFlight,
    isShort: inFlight === 8,
    async prepare(session, scale) {
      const keys = await objectsOf(session)
      const count = Math.round(RANGES * scale)
      const requests = Array.from({ length: count }, (_, index) => {
        const start = Math.floor(Math.random() * (SIZE - RANGE))
        const headers = { range: `bytes=${start}-${start + RANGE - 1}` }
        return session.object('GET', keys[index % keys.length], { headers, status: 206, answerBytes: RANGE })
      })
      return { requests }
    },
  }
}

export const workloads = [...[1, 4].map(getWhole), ...[1, 8].map(getRanges)]
