// How much do 1, 2 and 3 gateways serve, over one PostgreSQL and one bucket? `node benchmarks/cluster.mjs [--seconds N] [--runs N]`
//
// Everything runs on this machine, clients included, so more gateways share the same cores: the table shows the cost of a
// cluster, not the throughput of several machines.

import { randomBytes } from 'node:crypto'
import { cpus } from 'node:os'
import { startBinderyStore } from '../test/cluster/blob-stores.mjs'
import { startWorld } from '../test/cluster/world.mjs'
import { rawClient } from '../test/crash/clients.mjs'
import { readArguments } from '../tools/read-arguments.mjs'
import { cpuOf, cpuOfDatabase, mainProcess } from './support/cpu-time.mjs'

const { values } = readArguments({
  options: { seconds: { type: 'string', default: '5' }, runs: { type: 'string', default: '3' } },
})
const SECONDS = Number(values.seconds)
const RUNS = Number(values.runs)
const IN_FLIGHT = 48
const OBJECTS = 64
const KIB = 1024

/** Runs `send` in flight over all clients until the time is over; requests per second, and how many there were. */
async function drive(clients, send) {
  const began = performance.now()
  const end = began + SECONDS * 1000
  let done = 0
  const worker = async (index) => {
    for (let round = 0; performance.now() < end; round += 1) {
      await send(clients[index % clients.length], index, round)
      done += 1
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, (_, index) => worker(index)))
  return { done, rate: done / ((performance.now() - began) / 1000) }
}

/** Requests per second, and milliseconds of CPU per request: of all gateways, and of the database. */
async function measure({ clients, gateways, database }, send) {
  const look = () => [gateways.reduce((sum, { pid }) => sum + cpuOf(pid), 0), cpuOfDatabase(database)]
  const before = look()
  const rates = []
  let requests = 0
  for (let run = 0; run < RUNS; run += 1) {
    const { done, rate } = await drive(clients, send)
    rates.push(rate)
    requests += done
  }
  rates.sort((a, b) => a - b)
  const cpu = look().map((seconds, index) => (((seconds - before[index]) * 1_000) / requests).toFixed(2))
  return `${median(rates).toFixed(0)} (${rates[0].toFixed(0)} to ${rates.at(-1).toFixed(0)}); ${cpu.join(' + ')} ms`
}

async function workloads(clients) {
  const [first] = clients
  const tiny = randomBytes(KIB)
  const part = randomBytes(100 * KIB)
  for (let index = 0; index < OBJECTS; index += 1) await first.put(`read/${index}`, part)
  const uploads = await Promise.all(Array.from({ length: IN_FLIGHT }, (_, index) => first.initiate(`upload/${index}`)))
  return {
    'PutObject 1 KiB, in its record': (client, index, round) => client.put(`tiny/${index}/${round % 50}`, tiny),
    'UploadPart 100 KiB': (client, index, round) =>
      client.part(`upload/${index}`, uploads[index], 1 + (round % 1000), part),
    'GetObject 100 KiB': (client, index, round) => client.get(`read/${(index + round) % OBJECTS}`),
    HeadObject: (client, index, round) => client.current(`read/${(index + round) % OBJECTS}`),
  }
}

const median = (sorted) => sorted[Math.floor(sorted.length / 2)]

console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node.js ${process.versions.node}; requests per second, median (least to most) of ${RUNS}; CPU per request, gateways + database`,
)
console.log(`| ${IN_FLIGHT} in flight | 1 gateway | 2 gateways | 3 gateways |\n|---|---|---|---|`)
const store = await startBinderyStore()
const world = await startWorld({ ...store, durable: true })
try {
  const gateways = []
  const database = await mainProcess(world.url)
  const rows = new Map()
  for (let count = 1; count <= 3; count += 1) {
    gateways.push(await world.startGateway({ args: ['--buckets', 'crash', '--log', 'error'] }))
    const clients = gateways.map((gateway) => rawClient(gateway))
    for (const [name, send] of Object.entries(await workloads(clients))) {
      const cell = await measure({ clients, gateways, database }, send)
      rows.set(name, [...(rows.get(name) ?? []), cell])
    }
    for (const { agent } of clients) agent.destroy()
  }
  for (const [name, cells] of rows) console.log(`| ${name} | ${cells.join(' | ')} |`)
} finally {
  await world.dispose()
  await store.stop()
}
