// How soon does a server answer on an empty folder and on one with many objects, how fast does it list them, warm and just
// after a restart, with its rows in memory and on the disk alone, and how much memory does it hold?
// Usage: npm run bench -- many [objects, 10,000,000 by default] [runs] [folder to keep and reuse]

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openLocalMetadataStore } from '@bindery/storage-local'
import { objectRows } from '../packages/service/dist/domain/stored/keyspace.js'
import { cpuSeconds, memoryBytes } from './support/processes.mjs'
import { describeRun, machineLine, summary } from './support/report.mjs'
import { Session } from './support/session.mjs'
import { startBindery } from './support/targets.mjs'

const OBJECTS = Number(process.argv[2] ?? 10_000_000)
const RUNS = Number(process.argv[3] ?? 5)
const KEPT = process.argv[4]
/** Rows per transaction. */
const BATCH = 500
const PAGES = 200
/** Pages before those that count. */
const WARMING_PAGES = 100
/** Restarts, each for one page. */
const RESTARTS = 9
/** After this long a server has done what it does at its start: its first page is measured alone. */
const SETTLED_MS = 3_000
/** More than a record holds inline, so that the rows are those of objects with bytes in a blob file. */
const FIRST_BYTES = 8_192
const FOLDERS = 1_000

/** Keys as programs generate them: `data/0042/0000001234.bin`. */
function keyOf(number) {
  const folder = Math.floor((number / OBJECTS) * FOLDERS)
  return `data/${String(folder).padStart(4, '0')}/${String(number).padStart(10, '0')}.bin`
}

/** Uploads one object through a server and returns its names; the other rows are copies of its record. */
async function firstObject(folder) {
  const server = await startBindery({ folder })
  const session = new Session(server)
  await session.open()
  const [key] = await session.putObjects(1, FIRST_BYTES)
  session.close()
  await server.stop()
  return { bucket: session.bucket, key }
}

/**
 * Writes the rows of objects that share the first one's bytes and returns their bucket. Listings and HEAD cannot distinguish
 * them.
 */
async function fill(folder) {
  const { bucket, key } = await firstObject(folder)
  const store = await openLocalMetadataStore({ folder: join(folder, 'metadata') })
  const record = await store.read((reader) => reader.get(objectRows.key({ bucket, key })))
  for (let first = 0; first < OBJECTS; first += BATCH) {
    await store.transact(async (tx) => {
      for (let number = first; number < Math.min(first + BATCH, OBJECTS); number++) {
        tx.set(objectRows.key({ bucket, key: keyOf(number) }), record)
      }
    })
  }
  await store.close()
  return bucket
}

/** The bucket of a folder with that many objects, filled now unless an earlier run left it. */
async function filled(folder) {
  const note = join(folder, 'filled.json')
  if (!existsSync(note)) {
    const bucket = await fill(join(folder, 'many'))
    writeFileSync(note, JSON.stringify({ bucket, objects: OBJECTS }))
  }
  const { bucket, objects } = JSON.parse(readFileSync(note, 'utf8'))
  if (objects !== OBJECTS) throw new Error(`${folder} holds ${objects} objects, not ${OBJECTS}`)
  return bucket
}

/** Milliseconds from the start of the command to the first answer, and the bytes of memory held then. */
async function start(folder) {
  const begin = performance.now()
  const server = await startBindery({ folder })
  const session = new Session(server)
  await session.client.call({ method: 'GET', query: [] })
  const milliseconds = performance.now() - begin
  return { server, session, milliseconds, memory: memoryBytes(server.pid) }
}

/** Queries of pages of 1,000 entries. */
const PAGES_OF = {
  'ListObjectsV2 from any key': () => [
    ['list-type', '2'],
    ['max-keys', '1000'],
    ['start-after', anyKey()],
  ],
  'ListObjects from any key': () => [
    ['marker', anyKey()],
    ['max-keys', '1000'],
  ],
  [`ListObjectsV2 of ${FOLDERS} folders`]: () => [
    ['delimiter', '/'],
    ['list-type', '2'],
    ['max-keys', '1000'],
    ['prefix', 'data/'],
  ],
}

const anyKey = () => keyOf(Math.floor(Math.random() * OBJECTS))

/** Lists some pages, one after another. @returns {Promise<{ times: number[], cpuMs: number }>} milliseconds, CPU per page */
async function listPages({ session, server }, bucket, queryOf, count) {
  const { client } = session
  const pages = Array.from({ length: count }, () => client.prepare({ method: 'GET', bucket, query: queryOf() }))
  const before = cpuSeconds(server.pid)
  const { latencies } = await client.drive(pages, 1)
  return { times: [...latencies], cpuMs: ((cpuSeconds(server.pid) - before) / count) * 1000 }
}

async function measurePages(started, bucket) {
  for (const [name, queryOf] of Object.entries(PAGES_OF)) {
    await listPages(started, bucket, queryOf, WARMING_PAGES)
    const { times, cpuMs } = await listPages(started, bucket, queryOf, PAGES)
    print(`${name}: ms`, times)
    print(`${name}: ms, 99 % of pages below`, [times[Math.floor(times.length * 0.99)]])
    print(`${name}: ms of CPU per page`, [cpuMs], 2)
  }
}

/** The first page after a restart; `isOnDisk`: without the file of the rows in the page cache. */
async function measureFirstPage(name, folder, bucket, isOnDisk) {
  const [query] = Object.values(PAGES_OF)
  const times = []
  const cpu = []
  for (let run = 0; run < RESTARTS; run++) {
    if (isOnDisk) forget(join(folder, 'metadata', 'metadata.mdb'))
    const started = await start(folder)
    await sleep(SETTLED_MS)
    const first = await listPages(started, bucket, query, 1)
    times.push(...first.times)
    cpu.push(first.cpuMs)
    started.session.close()
    await started.server.stop()
  }
  print(`${name}: ms`, times)
  print(`${name}: ms of CPU`, cpu)
}

/** Drops a file from the page cache, which works while no process has it mapped (POSIX_FADV_DONTNEED). */
function forget(file) {
  execFileSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' })
}

function print(name, values, digits = 1) {
  console.log(`| ${name} | ${summary(values, digits)} |`)
}

async function measure(name, folder, look) {
  const starts = []
  const memory = []
  for (let run = 0; run < RUNS; run++) {
    const started = await start(folder)
    starts.push(started.milliseconds)
    memory.push(started.memory / 1e6)
    if (run === RUNS - 1) await look?.(started)
    started.session.close()
    await started.server.stop()
  }
  print(`${name}: ms from the command to the first answer`, starts, 0)
  print(`${name}: MB held then, all processes`, memory, 0)
}

const folder = KEPT ?? mkdtempSync(join(tmpdir(), 'bindery-many-'))
mkdirSync(folder, { recursive: true })
try {
  console.log(`${machineLine(describeRun())}\n\n| measure | median [least–most] |\n| --- | --- |`)
  const bucket = await filled(folder)
  const empty = join(folder, 'empty')
  rmSync(empty, { recursive: true, force: true })
  await measure('empty folder', empty)
  await measure(`${OBJECTS} objects`, join(folder, 'many'), async (started) => {
    await measurePages(started, bucket)
    print(`${OBJECTS} objects: MB held after it`, [memoryBytes(started.server.pid) / 1e6], 0)
  })
  await measureFirstPage('first page after a restart', join(folder, 'many'), bucket, false)
  await measureFirstPage('first page after a restart, rows on the disk', join(folder, 'many'), bucket, true)
} finally {
  if (KEPT === undefined) rmSync(folder, { recursive: true, force: true })
}
