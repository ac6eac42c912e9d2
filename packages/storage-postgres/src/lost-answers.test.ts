/**
 * Commits whose answers are lost: by a proxy that breaks the connection instead of forwarding an answer, and by a server
 * that is killed under load and started again. Each batch must have happened once or never, and its callers learn which.
 */
import assert from 'node:assert/strict'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { createRandom, decodeCounters, type MetadataStore, type Random, StorageError } from '@bindery/storage'
import { bytesOf, seededRandom } from '@bindery/storage/testing'
import { atEnd } from '../../../test/support/at-end.mjs'
import { openPostgresMetadataStore } from './postgres-metadata-store.js'
import { type PostgresServer, runStatements, startPostgres, withoutPostgres } from './testing/postgres-server.js'

const WORKERS = 8

/** Forwards to a port; now and then it breaks a connection instead of forwarding what the server answers. */
async function startProxy(to: number, random: Random, rate: () => number): Promise<{ server: Server; port: number }> {
  const server = createServer((client: Socket) => {
    const upstream = connect(to, '127.0.0.1')
    const end = (): void => {
      client.destroy()
      upstream.destroy()
    }
    client.pipe(upstream)
    upstream.on('data', (bytes: Buffer) => {
      if (random.fraction() < rate()) end()
      else client.write(bytes)
    })
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

interface Ledger {
  readonly acknowledged: Set<string>
  unknown: number
}

/** Writes rows of its own, each with an add to a common counter, until it is stopped. */
async function write(store: MetadataStore, worker: number, ledger: Ledger, isOver: () => boolean): Promise<void> {
  for (let number = 0; !isOver(); number += 1) {
    const name = `row ${worker} ${number}`
    try {
      await store.transact(async (tx) => {
        await tx.get(bytesOf(`row ${worker} ${number - 1}`))
        tx.set(bytesOf(name), bytesOf('1'))
        tx.add(bytesOf('counter'), [1])
      })
      ledger.acknowledged.add(name)
    } catch (error) {
      if (!(error instanceof StorageError && error.kind === 'unavailable')) throw error
      ledger.unknown += 1
    }
  }
}

async function audit(url: string, { acknowledged }: Ledger): Promise<void> {
  const store = await openPostgresMetadataStore({ url, session: 'auditor' })
  try {
    const present = new Set<string>()
    for (let worker = 0; worker < WORKERS; worker += 1) {
      for (let from = bytesOf(`row ${worker} `); ; ) {
        const rows = await store.read((reader) => reader.range(from, bytesOf(`row ${worker}~`), { limit: 1_000 }))
        for (const { key } of rows) present.add(Buffer.from(key).toString())
        const last = rows.at(-1)
        if (rows.length < 1_000 || last === undefined) break
        from = Buffer.concat([last.key, Buffer.alloc(1)])
      }
    }
    for (const name of acknowledged) assert.ok(present.has(name), `${name} was acknowledged, and is not there`)
    const row = await store.read((reader) => reader.get(bytesOf('counter')))
    assert.deepEqual(row && decodeCounters(row), [present.size], 'each row was added once')
  } finally {
    await store.close()
  }
}

describe('answers that are lost', { skip: withoutPostgres() }, () => {
  let server: PostgresServer
  before(async () => {
    server = await startPostgres({ durable: true })
  })
  after(() => server.dispose())

  test('a batch whose answer a broken connection has swallowed is neither lost nor applied twice', async (t) => {
    const random = seededRandom(t)
    let rate = 0
    const url = await server.database('cut')
    const proxy = await startProxy(server.port, createRandom(random.below(2 ** 31)), () => rate)
    atEnd(t, () => proxy.server.close())
    const through = url.replace(String(server.port), String(proxy.port))
    const store = await openPostgresMetadataStore({ url: through, session: 'writer', migrate: true })
    rate = 0.02
    const ledger: Ledger = { acknowledged: new Set(), unknown: 0 }
    const workers = Array.from({ length: WORKERS }, (_, worker) =>
      write(store, worker, ledger, () => ledger.acknowledged.size >= 2_000),
    )
    await Promise.all(workers)
    rate = 0
    await store.close()
    t.diagnostic(`${ledger.acknowledged.size} acknowledged, ${ledger.unknown} without an answer`)
    await audit(url, ledger)
  })

  test('what was acknowledged before the server was killed is there when it has started again', async (t) => {
    const url = await server.database('killed')
    const store = await openPostgresMetadataStore({ url, session: 'writer', migrate: true })
    const ledger: Ledger = { acknowledged: new Set(), unknown: 0 }
    let isOver = false
    const workers = Array.from({ length: WORKERS }, (_, worker) => write(store, worker, ledger, () => isOver))
    for (let kills = 0; kills < 3; kills += 1) {
      const before = ledger.acknowledged.size
      while (ledger.acknowledged.size < before + 50) await new Promise((resolve) => setTimeout(resolve, 20))
      await server.stop('immediate')
      await server.start()
    }
    isOver = true
    await Promise.all(workers)
    await store.close()
    t.diagnostic(`${ledger.acknowledged.size} acknowledged, ${ledger.unknown} without an answer`)
    assert.ok(ledger.acknowledged.size > 150)
    await audit(url, ledger)
  })

  test('a commit that a restart of the primary has made visible is acknowledged when the standby has it, not before', async (t) => {
    const primary = await startPostgres({ durable: true })
    atEnd(t, () => primary.dispose())
    const url = await primary.database('replicated')
    const standby = await primary.standby()
    atEnd(t, () => standby.dispose())
    const store = await openPostgresMetadataStore({ url, session: 'writer', migrate: true })
    atEnd(t, () => store.close())
    await put(store, 'before')
    let resume = standby.pause()
    atEnd(t, () => resume())
    const committing = put(store, 'visible').then(
      () => 'acknowledged',
      // on a busy machine
      () => 'given up',
    )
    await untilTrue(url, WAITS_FOR_STANDBY)
    await primary.stop('immediate')
    await primary.start()
    await untilTrue(url, "SELECT count(*) = 1 FROM bindery.kv WHERE k = 'visible'")
    assert.notEqual(await Promise.race([committing, untilTrue(url, WAITS_FOR_STANDBY)]), 'acknowledged')
    resume()
    resume = () => {}
    const outcome = await committing
    await primary.stop('immediate')
    await standby.promote()
    const [[count] = []] = await runStatements(
      url.replace(String(primary.port), String(standby.port)),
      "SELECT count(*) FROM bindery.kv WHERE k = 'visible'",
    )
    if (outcome === 'acknowledged') assert.equal(count, '1')
  })
})

const WAITS_FOR_STANDBY = `SELECT count(*) > 0 FROM pg_stat_activity
  WHERE application_name = 'bindery' AND state = 'active' AND wait_event = 'SyncRep'`

const put = (store: MetadataStore, key: string): Promise<void> =>
  store.transact(async (tx) => tx.set(bytesOf(key), bytesOf('1')))

/** Queries until the answer is true, a server that does not answer too. */
async function untilTrue(url: string, question: string): Promise<void> {
  for (;;) {
    const [[isTrue] = []] = await runStatements(url, question).catch(() => [])
    if (isTrue === true) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
