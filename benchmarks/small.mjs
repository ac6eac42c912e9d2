// What does a small request cost: PutObject, GetObject and HeadObject of 4 KiB?

import { bytesOf } from './support/session.mjs'
import { KIB } from './support/sizes.mjs'

const SIZE = 4 * KIB
const IN_FLIGHT = [1, 16, 64]
const OBJECTS = 256
/** About a second's work for the fastest server that checks requests: a program that is compiled while it runs needs some thousands to warm up. */
const REQUESTS = { PUT: 6000, GET: 20_000, HEAD: 24_000 }

/** @returns {import('./support/suite.mjs').Workload} */
function put(inFlight) {
  return {
    name: `PutObject 4 KiB, ${inFlight} in flight`,
    inFlight,
    isShort: inFlight !== 1,
    needs: ['write'],
    async prepare(session, scale) {
      const count = countOf('PUT', inFlight, scale)
      const body = bytesOf(SIZE)
      return { requests: Array.from({ length: count }, () => session.object('PUT', session.newKey('small'), { body })) }
    },
  }
}

/** @returns {import('./support/suite.mjs').Workload} */
function read(method, inFlight) {
  const keys = new Map()
  return {
    name: `${method === 'GET' ? 'GetObject' : 'HeadObject'} 4 KiB, ${inFlight} in flight`,
    inFlight,
    isShort: inFlight !== 1,
    async prepare(session, scale) {
      const known = keys.get(session) ?? (await session.putObjects(OBJECTS, SIZE))
      keys.set(session, known)
      const answerBytes = method === 'GET' ? SIZE : 0
      const requests = known.map((key) => session.object(method, key, { answerBytes }))
      const count = countOf(method, inFlight, scale)
      return { requests: Array.from({ length: count }, (_, index) => requests[index % requests.length]) }
    },
  }
}

function countOf(method, inFlight, scale) {
  return Math.round((REQUESTS[method] * scale) / (inFlight === 1 ? 4 : 1))
}

export const workloads = [
  ...IN_FLIGHT.map(put),
  ...['GET', 'HEAD'].flatMap((method) => IN_FLIGHT.map((inFlight) => read(method, inFlight))),
]
