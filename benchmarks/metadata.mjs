// How many durable transactions per second does the embedded metadata store commit, and how much of the cost is LMDB's?
// Usage: node benchmarks/metadata.mjs [runs]

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { openLocalMetadataStore } from '@bindery/storage-local'
import { open } from 'lmdb'

const RUNS = Number(process.argv[2] ?? 5)
const RUN_MS = 700
const ROWS = 100_000
const WRITERS = [1, 16, 64]

const value = new Uint8Array(200).fill(7)

function key(number) {
  return Buffer.from(`object/bucket/some/prefix/of/keys/${String(number).padStart(10, '0')}/part`)
}

function summary(rates) {
  const sorted = rates.toSorted((left, right) => left - right)
  const [least, median, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)].map(Math.round)
  return `${median} [${least}-${most}]`
}

/** Calls `run` with random pairs of keys, `writers` at a time; returns calls per second. */
async function rate(writers, run) {
  let calls = 0
  const begin = performance.now()
  async function write() {
    while (performance.now() < begin + RUN_MS) {
      await run(key(Math.floor(Math.random() * ROWS)), key(Math.floor(Math.random() * ROWS)))
      calls += 1
    }
  }
  await Promise.all(Array.from({ length: writers }, write))
  return (calls / (performance.now() - begin)) * 1000
}

function describeMachine() {
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()
  const [cpu] = cpus()
  return `${cpu?.model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${commit}`
}

const folder = mkdtempSync(join(tmpdir(), 'bindery-benchmark-'))
const store = await openLocalMetadataStore({ folder })
const plain = open({
  path: join(folder, 'plain.mdb'),
  mapSize: 64 * 1024 ** 3,
  overlappingSync: false,
  keyEncoding: 'binary',
  encoding: 'binary',
})
const transactions = {
  'the store': (read, written) =>
    store.transact(async (tx) => {
      await tx.get(read)
      tx.set(read, value)
      tx.set(written, value)
    }),
  'lmdb alone': (read, written) =>
    plain.transaction(() => {
      plain.getBinary(read)
      plain.putSync(read, value)
      plain.putSync(written, value)
    }),
}

for (let first = 0; first < ROWS; first += 500) {
  const keys = Array.from({ length: 500 }, (_, index) => key(first + index))
  await store.transact(async (tx) => {
    for (const each of keys) tx.set(each, value)
  })
  await plain.transaction(() => {
    for (const each of keys) plain.putSync(each, value)
  })
}

console.log(describeMachine())
console.log(
  `durable transactions a second, get + 2 sets of 200 bytes among ${ROWS} rows, median [least-most] of ${RUNS}`,
)
for (const writers of WRITERS) {
  // alternating, so that load from elsewhere affects both
  const rates = { 'the store': [], 'lmdb alone': [] }
  for (let run = 0; run < RUNS; run++) {
    for (const [name, transaction] of Object.entries(transactions)) rates[name].push(await rate(writers, transaction))
  }
  for (const [name, each] of Object.entries(rates)) console.log(`${writers} writers, ${name}: ${summary(each)}`)
}

const reads = []
const pages = []
for (let run = 0; run < RUNS; run++) {
  reads.push(await rate(1, (read) => store.read((reader) => reader.get(read))))
  pages.push(await rate(1, () => store.read((reader) => reader.range(key(0), key(ROWS), { limit: 1000 }))))
}
console.log(`reads of one row a second: ${summary(reads)}`)
console.log(`reads of 1,000 rows a second: ${summary(pages)}`)

await store.close()
await plain.close()
rmSync(folder, { recursive: true })
