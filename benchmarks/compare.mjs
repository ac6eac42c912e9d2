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
/** Objects whose bytes fit into the buffers of a server. */
const FEW = 16

/** @typedef {{ name: string, count: number, inFlight: number, prepare(session: Session): Promise<(count: number) => unknown[] | Promise<unknown[]>> }} Load */

/** @returns {Load} */
function read(method, size, count, objects = OBJECTS) {
  return {
    name: `${method} ${nameOf(size)}${objects === OBJECTS ? '' : ` of ${objects} objects`}`,
    count,
    inFlight: 16,
    async prepare(session) {
      const keys = await session.putObjects(objects, size, `read-${size}`)
      return (length) => Array.from({ length }, (_, index) => session.object(method, keys[index % objects]))
    },
  }
}

/** Ranges at random offsets of large objects. @returns {Load} */
function range(size, whole, objects, count) {
  return {
    name: `${nameOf(size)} at random offsets of ${objects} objects of ${nameOf(whole)}`,
    count,
    inFlight: 16,
    async prepare(session) {
      const keys = await session.putObjects(objects, whole, `range-${size}`)
      return (length) =>
        Array.from({ length }, (_, index) => {
          const start = Math.floor(Math.random() * (whole - size))
          const headers = { range: `bytes=${start}-${start + size - 1}` }
          return session.object('GET', keys[index % objects], { headers, status: 206, answerBytes: size })
        })
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
  read('GET', MIB, 128),
  read('GET', MIB, 128, FEW),
  read('GET', 8 * MIB, 16),
  read('GET', 8 * MIB, 16, 2),
  range(64 * KIB, 8 * MIB, 2, 500),
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

/**
 * The blocks of both servers, in pairs; the server that started first is loaded first. Whichever server starts second
 * costs up to a fifth less for some loads, so a comparison takes both orders.
 * @param {Load} load @param {string[]} clones in the order in which they start
 */
async function pairsOf(load, clones, blocks) {
  const targets = []
  const sessions = []
  try {
    for (const clone of clones) targets.push(await startClone(clone))
    for (const target of targets) sessions.push(new Session(target))
    const prepared = []
    for (const session of sessions) {
      await session.open()
      prepared.push(await load.prepare(session))
    }
    const pairs = []
    for (let block = -WARM_UP_BLOCKS; block < blocks; block += 1) {
      const pair = []
      for (const side of block % 2 === 0 ? [0, 1] : [1, 0])
        pair[side] = await measure(sessions[side], prepared[side], load)
      if (block >= 0) pairs.push(pair)
    }
    return pairs
  } finally {
    for (const session of sessions) session.close()
    for (const target of targets) await target.stop()
  }
}

async function startClone(clone) {
  const { startBindery } = await targetsOf(clone)
  return startBindery({ name: clone, args: ['--workers', '1'] })
}

/** @param {Load} load @param {string} other @param {string} own */
async function compare(load, other, own, blocks) {
  const otherFirst = await pairsOf(load, [other, own], blocks)
  const ownFirst = (await pairsOf(load, [own, other], blocks)).map(([after, before]) => [before, after])
  const ratios = [otherFirst, ownFirst].map((pairs) => spread(pairs.map(([before, after]) => after / before)))
  const all = [...otherFirst, ...ownFirst]
  return [
    load.name,
    ...[0, 1].map((side) =>
      quantile(
        all.map((pair) => pair[side]),
        0.5,
      ).toFixed(0),
    ),
    ...ratios.map(({ median, lower, upper }) => `${median.toFixed(2)} (${lower.toFixed(2)}–${upper.toFixed(2)})`),
    Math.sqrt(ratios[0].median * ratios[1].median).toFixed(2),
  ]
}

function spread(values) {
  const [median, lower, upper] = [0.5, 0.25, 0.75].map((share) => quantile(values, share))
  return { median, lower, upper }
}

const [other, blocks = '20', only = ''] = process.argv.slice(2)
if (other === undefined) {
  console.error('usage: npm run bench -- compare OTHER_CLONE [BLOCKS] [LOAD]; both clones must be built')
  process.exit(2)
}
console.log(machineLine(describeRun()))
console.log('\n| CPU per request | before, µs | after, µs | after / before (quartiles) | in the other order | mean |')
console.log('| --- | --- | --- | --- | --- | --- |')
for (const load of LOADS.filter(({ name }) => name.includes(only))) {
  const cells = await compare(load, other, fileURLToPath(new URL('..', import.meta.url)), Number(blocks))
  console.log(`| ${cells.join(' | ')} |`)
}
