// How long does a page of 1,000 keys take, and how many rows does it read, out of 10⁴ to 10⁶ keys: from any marker, below a
// prefix, grouped by a delimiter, and with versions? A page must not grow with the bucket. Installed peers list the same keys.
// Usage: npm run bench -- list [most keys, 1,000,000 by default; 10,000,000 takes 8 GB and some minutes]
//                              [most keys of a peer, 100,000 by default; 0: no peers] [folder to keep]

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countingRows } from '@bindery/storage/testing'
import { openLocalMetadataStore } from '@bindery/storage-local'
import { listObjects } from '../packages/service/dist/domain/objects/listing.js'
import { listVersions } from '../packages/service/dist/domain/objects/listing-versions.js'
import { bucketRows, objectRows, versionRows } from '../packages/service/dist/domain/stored/keyspace.js'
import { RowCache } from '../packages/service/dist/domain/stored/row-cache.js'
import { installedPeers, startPeer } from './peers.mjs'
import { describeRun, machineLine, summary } from './support/report.mjs'
import { Session } from './support/session.mjs'
import { startBindery } from './support/targets.mjs'

const KEYS_MAX = Number(process.argv[2] ?? 1_000_000)
const PEER_KEYS_MAX = Number(process.argv[3] ?? 100_000)
const KEPT = process.argv[4]
/** Servers that keep objects and are compared; nginx lists nothing, and s3rver is a server for tests. */
const PEERS = installedPeers().filter((name) => name === 'seaweedfs' || name === 'versitygw')
/** Objects that a peer is sent between two signatures, and requests at once. */
const PUTS_SIGNED = 10_000
const PUTS_AT_ONCE = 32
const KEYS_MIN = 10_000
/** Keys per transaction; each has two rows. */
const BATCH = 240
const PAGES = 30
/** Transactions at once. */
const WRITERS = 4
const FOLDERS = 1_000
/** One version in this many keys has an older one and a delete marker behind it. */
const KEYS_PER_DELETED = 10
/** More than a record holds inline, so that the rows are those of objects with bytes in a blob file. */
const FIRST_BYTES = 8_192

const keyOf = (number, keys) =>
  `data/${String(Math.floor((number / keys) * FOLDERS)).padStart(4, '0')}/${String(number).padStart(10, '0')}.bin`

/** A server with one object in a bucket that keeps versions, stopped again: the other rows are copies of its record. */
async function firstObject(folder) {
  const server = await startBindery({ folder })
  const session = new Session(server)
  await session.open()
  const { client, bucket } = session
  const body = Buffer.from('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>')
  await client.call({ method: 'PUT', bucket, query: [['versioning', '']], body })
  const [key] = await session.putObjects(1, FIRST_BYTES)
  session.close()
  await server.stop()
  return { bucket, key }
}

/** Writes rows of current versions; some keys have older versions, and some only those and a delete marker before them. */
async function fill(folder, keys) {
  const { bucket, key } = await firstObject(folder)
  const store = await openLocalMetadataStore({ folder: join(folder, 'metadata') })
  const value = await store.read((reader) => reader.get(objectRows.key({ bucket, key })))
  const record = objectRows.decode(value, { bucket, key })
  const { owner } = bucketRows.decode(await store.read((reader) => reader.get(bucketRows.key({ bucket }))), { bucket })
  let next = 0
  const write = async () => {
    while (next < keys) {
      const first = next
      next += BATCH
      await store.transact(async (tx) => {
        for (let number = first; number < Math.min(first + BATCH, keys); number++) {
          const name = { bucket, key: keyOf(number, keys) }
          const isDeleted = number % KEYS_PER_DELETED === 0
          if (!isDeleted) tx.set(objectRows.key(name), value)
          const { place, id } = record.version
          versionRows.set(tx, { ...name, place: place - 1 }, { ...record, version: { id, place: place - 1 } })
          if (!isDeleted) continue
          const marker = { deleteMarker: true, owner, modifiedAt: record.modifiedAt, version: { id, place } }
          versionRows.set(tx, { ...name, place }, marker)
        }
      })
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, write))
  await store.close()
  return bucket
}

/** Rows that each page reads from the store: the same functions as in a server, which does not run. */
async function countRows(folder, bucket, forms) {
  const file = await openLocalMetadataStore({ folder: join(folder, 'metadata') })
  const { store: metadata, count } = countingRows(file)
  const domain = { metadata, bucketCache: new RowCache({ records: 1 }) }
  const rows = new Map()
  for (const [name, queries] of Object.entries(forms)) {
    const counts = []
    for (const query of queries) {
      const {
        prefix = '',
        delimiter = '',
        marker = '',
        versions,
        'key-marker': keyMarker = '',
      } = Object.fromEntries(query)
      const asked = { bucket, prefix, delimiter, maxKeys: 1_000 }
      counts.push(
        await count(() =>
          versions === undefined
            ? listObjects(domain, { ...asked, after: marker, wholeGroups: true })
            : listVersions(domain, { ...asked, keyMarker }),
        ),
      )
    }
    rows.set(name, counts)
  }
  await file.close()
  return rows
}

/** Milliseconds of each page that a query gives. */
async function pages({ client }, bucket, queries) {
  const requests = queries.map((query) => client.prepare({ method: 'GET', bucket, query }))
  return [...(await client.drive(requests, 1)).latencies]
}

function formsOf(keys) {
  const many = (queryOf) => Array.from({ length: PAGES }, () => queryOf(keyOf(Math.floor(Math.random() * keys), keys)))
  const size = ['max-keys', '1000']
  return {
    'from any marker': many((key) => [size, ['marker', key]]),
    'below a prefix': many((key) => [size, ['prefix', key.slice(0, 'data/0000/'.length)]]),
    'grouped by a delimiter': many(() => [size, ['prefix', 'data/'], ['delimiter', '/']]),
    'versions from any marker': many((key) => [['versions', ''], size, ['key-marker', key]]),
    'versions grouped by a delimiter': many(() => [['versions', ''], size, ['prefix', 'data/'], ['delimiter', '/']]),
  }
}

async function measure(session, bucket, keys, forms, rows) {
  for (const [name, queries] of Object.entries(forms)) {
    const sorted = queries.map((query) => query.toSorted(([one], [other]) => (one < other ? -1 : 1)))
    // the first pages warm caches
    await pages(session, bucket, sorted.slice(0, 3))
    const times = summary(await pages(session, bucket, sorted), 1)
    const counted = rows === undefined ? '–' : summary(rows.get(name))
    console.log(`| ${keys.toLocaleString('en')} | ${name} | ${session.target.name} | ${times} | ${counted} |`)
  }
}

/** The same keys in a peer, without bytes and versions, and the same pages of it. */
async function measurePeer(name, keys, forms) {
  const session = new Session(await startPeer(name))
  try {
    await session.open()
    const { client, bucket } = session
    for (let first = 0; first < keys; first += PUTS_SIGNED) {
      const some = Array.from({ length: Math.min(PUTS_SIGNED, keys - first) }, (_, index) => keyOf(first + index, keys))
      const puts = some.map((key) => client.prepare({ method: 'PUT', bucket, key, body: Buffer.alloc(0) }))
      await client.drive(puts, PUTS_AT_ONCE)
    }
    const ofCurrent = Object.entries(forms).filter(([form]) => !form.startsWith('versions'))
    await measure(session, bucket, keys, Object.fromEntries(ofCurrent))
  } finally {
    session.close()
    await session.target.stop()
  }
}

const root = KEPT ?? mkdtempSync(join(tmpdir(), 'bindery-list-'))
try {
  console.log(
    `${machineLine(describeRun())}\n\n| keys | page of 1,000 | server | ms: median [least–most] | rows read |\n| --- | --- | --- | --- | --- |`,
  )
  for (let keys = KEYS_MIN; keys <= KEYS_MAX; keys *= 10) {
    const folder = join(root, String(keys))
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const bucket = await fill(folder, keys)
    const forms = formsOf(keys)
    const rows = await countRows(folder, bucket, forms)
    const server = await startBindery({ folder })
    const session = new Session(server)
    await measure(session, bucket, keys, forms, rows)
    session.close()
    await server.stop()
    if (KEPT === undefined) rmSync(folder, { recursive: true, force: true })
    if (keys <= PEER_KEYS_MAX) for (const name of PEERS) await measurePeer(name, keys, forms)
  }
} finally {
  if (KEPT === undefined) rmSync(root, { recursive: true, force: true })
}
