// How fast are parts uploaded, by size and concurrency, and how fast are such objects downloaded?

import { bytesOf } from './support/session.mjs'
import { KIB, MIB, requestsOf, sizeName } from './support/sizes.mjs'

/** Sizes, and the number in flight. */
const LOADS = [
  [100 * KIB, [1, 8, 16, 64]],
  [MIB, [1, 8, 64]],
  [8 * MIB, [1, 8, 64]],
]
const OBJECTS = 32
/** A run of downloads takes as long as one of uploads. */
const READS_PER_WRITE = 8

/** @returns {import('./support/suite.mjs').Workload} */
function uploadParts(size, inFlight) {
  return {
    name: `UploadPart ${sizeName(size)}, ${inFlight} in flight`,
    inFlight,
    isShort: true,
    needs: ['write'],
    async prepare(session, scale) {
      const upload = await session.initiate()
      const count = requestsOf(size, inFlight, scale)
      return { requests: Array.from({ length: count }, (_, index) => upload.part(index + 1, bytesOf(size))) }
    },
  }
}

/** @returns {import('./support/suite.mjs').Workload} */
function getObjects(size, inFlight) {
  const keys = new Map()
  return {
    name: `GetObject ${sizeName(size)}, ${inFlight} in flight`,
    inFlight,
    isShort: true,
    async prepare(session, scale) {
      const known = keys.get(session) ?? (await session.putObjects(OBJECTS, size))
      keys.set(session, known)
      const gets = known.map((key) => session.object('GET', key, { answerBytes: size }))
      const count = requestsOf(size, inFlight, scale) * READS_PER_WRITE
      return { requests: Array.from({ length: count }, (_, index) => gets[index % gets.length]) }
    },
  }
}

export const workloads = [uploadParts, getObjects].flatMap((make) =>
  LOADS.flatMap(([size, inFlights]) => inFlights.map((inFlight) => make(size, inFlight))),
)
