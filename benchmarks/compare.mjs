// Does this clone cost more CPU per request than another clone? Both servers run at once and take turns in short
// blocks, so that whatever else the machine does meets both alike.

import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { cpuSeconds } from './support/processes.mjs'
import { describeRun, machineLine } from './support/report.mjs'
import { bytesOf, Session } from './support/session.mjs'
import { KIB, MIB } from './support/sizes.mjs'

const WARM_UP_BLOCKS = 25
const OBJECTS = 64

/** @typedef {{ name: string, count: number, inFlight: number, prepare(session: Session): Promise<(count: number) => unknown[] | Promise<unknown[]>> }} Load */

/** @returns {Load} */
function read(method, size, count) {
  return {
    name: `${method} ${nameOf(size)}`,
    count,
    inFlight: 16,
    async prepare(session) {
      const keys = await session.putObjects(OBJECTS, size, `read-${size}`)
      return (length) => Array.from({ length }, (_, index) => session.object(method, keys[index % OBJECTS]))
    },
  }
}

/** @returns {Load} */
function put(size, count) {
  return {
    name: `PUT ${nameOf(size)}`,
    count,
    inFlight: 16,
    prepare: async (session) => (length) =>
      Array.from({ length }, () => session.object('PUT', session.newKey('put'), { body: bytesOf(size) })),
  }
}

/** @returns {Load} */
function part(size, count) {
  return {
    name: `part ${nameOf(size)}`,
    count,
    inFlight: 8,
    // an upload of its own for each block: replaced parts would cost their freeing as well
    prepare: async (session) => async (length) => {
      const upload = await session.initiate()
      return Array.from({ length }, (_, index) => upload.part(index + 1, bytesOf(size)))
    },
  }
}

const LOADS = [
  read('HEAD', 4 * KIB, 1500),
  read('GET', 4 * KIB, 1500),
  put(4 * KIB, 800),
  part(100 * KIB, 200),
  part(8 * MIB, 8),
]

function nameOf(size) {
  return size < MIB ? `${size / KIB} KiB` : `${size / MIB} MiB`
}

/** The `startBindery` of a built clone. @param {string} clone its folder */
async function targetsOf(clone) {
  return import(pathToFileURL(path.join(clone, 'benchmarks/support/targets.mjs')).href)
}

async function measure(session, ready, load) {
  const requests = await ready(load.count)
  const before = cpuSeconds(session.target.pid)
  await session.client.drive(requests, load.inFlight)
  return ((cpuSeconds(session.target.pid) - before) / load.count) * 1e6
}

function quantile(values, share) {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.round((sorted.length - 1) * share)]
}

/** @param {Load} load @param {Session[]} sessions of the other clone and of this one */
async function compare(load, sessions, blocks) {
  const prepared = []
  for (const session of sessions) prepared.push(await load.prepare(session))
  const costs = [[], []]
  for (let block = -WARM_UP_BLOCKS; block < blocks; block += 1) {
    const order = block % 2 === 0 ? [0, 1] : [1, 0]
    for (const side of order) {
      const cost = await measure(sessions[side], prepared[side], load)
      if (block >= 0) costs[side].push(cost)
    }
  }
  const [before, after] = costs
  const ratios = after.map((cost, index) => cost / before[index])
  return {
    load: load.name,
    before: [0.5, 0, 1].map((share) => quantile(before, share)),
    after: [0.5, 0, 1].map((share) => quantile(after, share)),
    ratio: [0.5, 0.25, 0.75].map((share) => quantile(ratios, share)),
  }
}

function lineOf({ load, before, after, ratio }) {
  const cost = ([median, least, most]) => `${median.toFixed(0)} (${least.toFixed(0)}–${most.toFixed(0)})`
  const [median, lower, upper] = ratio.map((each) => each.toFixed(2))
  return `| ${load} | ${cost(before)} | ${cost(after)} | ${median} (${lower}–${upper}) |`
}

const [other, blocks = '20', only = ''] = process.argv.slice(2)
if (other === undefined) {
  console.error('usage: npm run bench -- compare OTHER_CLONE [BLOCKS] [LOAD]; both clones must be built')
  process.exit(2)
}
console.log(machineLine(describeRun()))
const targets = []
for (const clone of [other, fileURLToPath(new URL('..', import.meta.url))]) {
  const { startBindery } = await targetsOf(clone)
  targets.push(await startBindery({ name: clone, args: ['--workers', '1'] }))
}
const sessions = targets.map((target) => new Session(target))
try {
  for (const session of sessions) await session.open()
  console.log('\n| CPU per request, µs | before: median (range) | after | after / before: median (quartiles) |')
  console.log('| --- | --- | --- | --- |')
  for (const load of LOADS.filter(({ name }) => name.includes(only)))
    console.log(lineOf(await compare(load, sessions, Number(blocks))))
} finally {
  for (const session of sessions) session.close()
  for (const target of targets) await target.stop()
}
