// How soon does a server answer on an empty folder and on one with many objects, how fast does it list them, and how
// much memory does it hold?
// Usage: npm run bench -- many [objects, 10,000,000 by default] [runs] [folder to keep and reuse]

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLocalMetadataStore } from '@bindery/storage-local'
import { objectRows } from '../packages/service/dist/domain/stored/keyspace.js'
import { memoryBytes } from './support/processes.mjs'
import { describeRun, machineLine, summary } from './support/report.mjs'
import { Session } from './support/session.mjs'
import { startBindery } from './support/targets.mjs'

const OBJECTS = Number(process.argv[2] ?? 10_000_000)
const RUNS = Number(process.argv[3] ?? 5)
const KEPT = process.argv[4]
/** Rows per transaction. */
const BATCH = 500
const PAGES = 50
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

/** Milliseconds per page of 1,000 keys, from random start keys. */
async function listPages({ session }, bucket) {
  const { client } = session
  const pages = Array.from({ length: PAGES }, () => {
    const query = [
      ['list-type', '2'],
      ['max-keys', '1000'],
      ['start-after', keyOf(Math.floor(Math.random() * OBJECTS))],
    ]
    return client.prepare({ method: 'GET', bucket, query })
  })
  return [...(await client.drive(pages, 1)).latencies]
}

/** Milliseconds for a listing of all folders, each found by a seek. */
async function listFolders({ session }, bucket) {
  const query = [
    ['delimiter', '/'],
    ['list-type', '2'],
    ['max-keys', '1000'],
    ['prefix', 'data/'],
  ]
  return [...(await session.client.drive([session.client.prepare({ method: 'GET', bucket, query })], 1)).latencies]
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
    await listPages(started, bucket)
    print(`${OBJECTS} objects: ms for a page of 1,000 keys`, await listPages(started, bucket))
    print(`${OBJECTS} objects: ms for ${FOLDERS} folders of a delimiter`, await listFolders(started, bucket))
    print(`${OBJECTS} objects: MB held after it`, [memoryBytes(started.server.pid) / 1e6], 0)
  })
} finally {
  if (KEPT === undefined) rmSync(folder, { recursive: true, force: true })
}
