// How fast are MD5 and CRC-64 of several concurrent streams, how much CPU do they take, and how long do they block the
// event loop?
// Usage: node benchmarks/digest.mjs [runs]

import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { BufferPool, crc64, createInlineHasher, createThreadedHasher, loadNative, SLAB_BYTES } from '@bindery/digest'

const RUNS = Number(process.argv[2] ?? 5)
const RUN_MS = 300
const STREAMS = [1, 2, 4, 8, 16]
const SLABS_OF_A_STREAM = 2 // one is filled while the other is hashed

const native = loadNative()
const hashers = {
  'node:crypto and WebAssembly, in place': createInlineHasher(),
  'the same on worker threads': createThreadedHasher(availableParallelism()),
  ...(native === undefined ? {} : { 'native engine': native.createEngine() }),
}
const pool = new BufferPool(Math.max(...STREAMS) * SLABS_OF_A_STREAM * SLAB_BYTES)

/** Hashes slabs until the time is up and returns their number. */
async function hashStream(hasher, slabs, end) {
  const stream = hasher.begin(undefined)
  const updates = []
  while (performance.now() < end || updates.length < SLABS_OF_A_STREAM) {
    if (updates.length >= SLABS_OF_A_STREAM) await updates.at(-SLABS_OF_A_STREAM)
    updates.push(stream.update(slabs[updates.length % SLABS_OF_A_STREAM]))
    // In place, an update blocks everything else; one turn of the event loop between two updates lets other streams
    // proceed.
    await new Promise(setImmediate)
  }
  await stream.finish()
  return updates.length
}

async function measure(hasher, count) {
  const slabs = await Promise.all(Array.from({ length: count * SLABS_OF_A_STREAM }, () => pool.take()))
  const [cpu, loop, begin] = [process.cpuUsage(), performance.eventLoopUtilization(), performance.now()]
  const hashed = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      hashStream(hasher, slabs.slice(index * SLABS_OF_A_STREAM), begin + RUN_MS),
    ),
  )
  const seconds = (performance.now() - begin) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const busy = performance.eventLoopUtilization(loop).utilization
  for (const slab of slabs) pool.release(slab)
  const bytes = hashed.reduce((sum, each) => sum + each) * SLAB_BYTES
  return { rate: bytes / seconds / 1e6, cpu: (user + system) / 1e6 / (bytes / 1e9), busy: busy * 100 }
}

function summary(values, digits = 0) {
  const sorted = values.toSorted((left, right) => left - right)
  const [least, median, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map((value) =>
    value.toFixed(digits),
  )
  return `${median} [${least}-${most}]`
}

function describeMachine() {
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()
  const [cpu] = cpus()
  const load = loadavg()[0]?.toFixed(1)
  return `${cpu?.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${load}, Node ${process.version}, ${commit}`
}

/** MB/s of a checksum on this thread, for pieces of `size` bytes. */
function checksumRate(checksum, size) {
  const bytes = new Uint8Array(SLAB_BYTES).fill(7)
  const begin = performance.now()
  let done = 0
  while (performance.now() < begin + RUN_MS / 6) {
    for (let start = 0; start < bytes.length; start += size) checksum(bytes.subarray(start, start + size))
    done += bytes.length
  }
  return done / (performance.now() - begin) / 1000
}

console.log(`${describeMachine()}\nnode benchmarks/digest.mjs ${RUNS}: median [least-most] of ${RUNS} runs\n`)
console.log(
  '| streams of 1 MiB slabs | MD5 and CRC-64 by | MB/s in total | CPU s/GB | event loop busy % |\n|---|---|---|---|---|',
)
for (const count of STREAMS) {
  const results = Object.fromEntries(Object.keys(hashers).map((name) => [name, []]))
  for (let run = -1; run < RUNS; run++) {
    for (const [name, hasher] of Object.entries(hashers)) {
      const result = await measure(hasher, count)
      if (run >= 0) results[name].push(result) // the first run warms up
    }
  }
  for (const [name, values] of Object.entries(results)) {
    const [rate, cpu, busy] = ['rate', 'cpu', 'busy'].map((field) => values.map((value) => value[field]))
    console.log(`| ${count} | ${name} | ${summary(rate)} | ${summary(cpu, 2)} | ${summary(busy)} |`)
  }
}

const checksums = {
  WebAssembly: crc64,
  ...Object.fromEntries(
    (native?.kernels.crc ?? []).map((name) => [name, (bytes) => native.crc('crc64', bytes, 0n, name)]),
  ),
}
console.log('\n| CRC-64 by | MB/s at 4 KiB | at 1 MiB |\n|---|---|---|')
for (const [name, checksum] of Object.entries(checksums)) {
  const [small, large] = [4096, SLAB_BYTES].map((size) =>
    summary(Array.from({ length: RUNS }, () => checksumRate(checksum, size))),
  )
  console.log(`| ${name} | ${small} | ${large} |`)
}
for (const hasher of Object.values(hashers)) await hasher.close()
