// Which part of a cluster is full first, and into how many cells must it be divided? `node benchmarks/scale.mjs [--objects N] [--gateways N] [--puts N]
// [--gets N] [--requests N]`
//
// Measures here what each request costs the gateway and the database (CPU time, bytes of table and log), which other load on the machine
// hardly changes, and computes from that what a large cluster needs. docs/scale.md explains the model.

import { randomBytes } from 'node:crypto'
import { cpus } from 'node:os'
import { runStatements } from '../packages/storage-postgres/dist/testing/postgres-server.js'
import { startBinderyStore } from '../test/cluster/blob-stores.mjs'
import { startWorld } from '../test/cluster/world.mjs'
import { rawClient } from '../test/crash/clients.mjs'
import { readArguments } from '../tools/read-arguments.mjs'
import { cpuOf, cpuOfDatabase, mainProcess } from './support/cpu-time.mjs'

const { values } = readArguments({
  options: {
    objects: { type: 'string', default: '1e10' },
    gateways: { type: 'string', default: '100' },
    puts: { type: 'string', default: '100' },
    gets: { type: 'string', default: '1000' },
    requests: { type: 'string', default: '2000' },
  },
})
const LOAD = {
  objects: Number(values.objects),
  gateways: Number(values.gateways),
  /** Per second and gateway. */
  puts: Number(values.puts),
  gets: Number(values.gets),
}
const REQUESTS = Number(values.requests)
const IN_FLIGHT = 48

/** The most that one PostgreSQL should carry. Estimates, not measured here: change them to those of your machines. */
const CELL = {
  /** The lane is one backend at a time: half of a core of it leaves room for bursts. */
  laneCores: 0.5,
  /** Besides the lane: reads, planning, autovacuum, the standby. */
  cores: 24,
  tableBytes: 2e12,
  logBytesPerSecond: 100e6,
  connections: 500,
}
const CONNECTIONS_PER_GATEWAY = 10

async function measure(world, gateway, main, send) {
  const look = async () => {
    const [[bytes, log]] = await runStatements(world.url, SIZES)
    return { gateway: cpuOf(gateway.pid), database: cpuOfDatabase(main), bytes: Number(bytes), log: Number(log) }
  }
  const before = await look()
  let next = 0
  const worker = async () => {
    while (next < REQUESTS) {
      next += 1
      await send(next)
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
  const later = await look()
  return Object.fromEntries(Object.keys(before).map((name) => [name, (later[name] - before[name]) / REQUESTS]))
}

const SIZES = "SELECT pg_total_relation_size('bindery.kv'), pg_current_wal_lsn() - '0/0'::pg_lsn"
const ms = (seconds) => `${(seconds * 1_000).toFixed(2)} ms`
const size = (bytes) => `${(bytes / 1_000).toFixed(1)} kB`

async function costs() {
  const store = await startBinderyStore()
  const world = await startWorld({ ...store, durable: true })
  try {
    const gateway = await world.startGateway({ args: ['--buckets', 'crash', '--log', 'error'] })
    const pid = await mainProcess(world.url)
    const client = rawClient(gateway)
    const bytes = randomBytes(10_000)
    const put = await measure(world, gateway, pid, (number) => client.put(`objects/${number}`, bytes))
    const get = await measure(world, gateway, pid, (number) => client.get(`objects/${number}`))
    const head = await measure(world, gateway, pid, (number) => client.current(`objects/${number}`))
    client.agent.destroy()
    return { put, get, head }
  } finally {
    await world.dispose()
    await store.stop()
  }
}

function model({ put, get }) {
  const { objects, gateways, puts, gets } = LOAD
  const commits = gateways * puts
  const needs = {
    'CPU of gateways, cores': [gateways * (puts * put.gateway + gets * get.gateway), undefined],
    'commit lane, cores': [commits * put.database, CELL.laneCores],
    'CPU of the database, cores': [commits * put.database + gateways * gets * get.database, CELL.cores],
    'table and index, TB': [(objects * put.bytes) / 1e12, CELL.tableBytes / 1e12],
    'log to the standby, MB/s': [(commits * put.log) / 1e6, CELL.logBytesPerSecond / 1e6],
    connections: [gateways * CONNECTIONS_PER_GATEWAY, CELL.connections],
  }
  console.log(
    `\n${gateways} gateways, ${objects.toExponential(0)} objects, ${commits} puts/s, ${gateways * gets} gets/s`,
  )
  console.log('| Resource | needed | one cell | cells |\n|---|---|---|---|')
  let cells = 1
  for (const [name, [needed, limit]] of Object.entries(needs)) {
    const count = limit === undefined ? undefined : Math.max(1, Math.ceil(needed / limit))
    cells = Math.max(cells, count ?? 1)
    console.log(`| ${name} | ${needed.toFixed(1)} | ${limit ?? 'grows with the gateways'} | ${count ?? ''} |`)
  }
  console.log(`\n${cells} cells of ${Math.ceil(gateways / cells)} gateways`)
}

const measured = await costs()
console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node.js ${process.versions.node}; ${REQUESTS} requests each, ${IN_FLIGHT} in flight`,
)
console.log('| Request | gateway | database | table and index | log |\n|---|---|---|---|---|')
for (const [name, { gateway, database, bytes, log }] of Object.entries(measured)) {
  console.log(`| ${name} 10 kB | ${ms(gateway)} | ${ms(database)} | ${size(bytes)} | ${size(log)} |`)
}
model(measured)
