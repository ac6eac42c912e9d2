import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { DamagedRow, encodeCounters } from '@bindery/storage'
import { bytesOf, isStorageError, testMetadataStore } from '@bindery/storage/testing'
import { atEnd } from '../../../test/support/at-end.mjs'
import { openPostgresMetadataStore, type PostgresMetadataStore } from './postgres-metadata-store.js'
import { type PostgresServer, runStatements, startPostgres, withoutPostgres } from './testing/postgres-server.js'

const COUNTED = 200

const newSession = (): string => randomBytes(8).toString('hex')

describe('the metadata store in PostgreSQL', { skip: withoutPostgres() }, () => {
  let server: PostgresServer
  let url = ''
  before(async () => {
    server = await startPostgres()
    url = await server.database('suite')
  })
  after(() => server.dispose())

  async function openEmpty(): Promise<PostgresMetadataStore> {
    const store = await openPostgresMetadataStore({ url, session: newSession(), migrate: true })
    await runStatements(url, 'TRUNCATE bindery.kv')
    return store
  }

  testMetadataStore(openEmpty)

  test('a database without the schema is refused, unless it may be made; of several at once each succeeds', async () => {
    const empty = await server.database('empty')
    await assert.rejects(openPostgresMetadataStore({ url: empty, session: newSession() }), /"version":0,"needed":3/)
    const stores = await Promise.all(
      Array.from({ length: 4 }, () => openPostgresMetadataStore({ url: empty, session: newSession(), migrate: true })),
    )
    for (const store of stores) await store.close()
    await runStatements(empty, 'UPDATE bindery.schema SET version = 4')
    const older = await openPostgresMetadataStore({ url: empty, session: newSession() })
    await older.close()
  })

  test('a store that is closed leaves no session behind', async () => {
    const store = await openEmpty()
    await store.transact(async (tx) => tx.set(bytesOf('a'), bytesOf('1')))
    await store.close()
    assert.deepEqual(await runStatements(url, 'SELECT * FROM bindery.session'), [])
    await assert.rejects(async () => store.read((reader) => reader.get(bytesOf('a'))), isStorageError('unavailable'))
  })

  test('a row whose bytes have changed in the table is never answered, and stepped over where that is allowed', async (t) => {
    const store = await openEmpty()
    atEnd(t, () => store.close())
    await store.transact(async (tx) => {
      for (const name of ['a', 'b', 'c']) tx.set(bytesOf(name), bytesOf(name))
      tx.set(bytesOf('n'), encodeCounters([1]))
    })
    const damaged = "UPDATE bindery.kv SET v = set_byte(v, length(v) - 1, 200) WHERE k IN ('b', 'n')"
    await runStatements(url, damaged)
    await assert.rejects(async () => store.read((reader) => reader.get(bytesOf('b'))), DamagedRow)
    await assert.rejects(
      store.transact(async (tx) => tx.getMany([bytesOf('a'), bytesOf('b')])),
      DamagedRow,
    )
    const found: DamagedRow[] = []
    const rows = await store.read((reader) =>
      reader.range(bytesOf('a'), bytesOf('d'), { limit: 9, onDamaged: (row) => void found.push(row) }),
    )
    assert.equal(rows.length, 2)
    assert.ok(found.every(({ key }) => Buffer.from(key).equals(bytesOf('b'))))
    const added = [bytesOf('n'), bytesOf('fresh')].map((key) => store.transact(async (tx) => tx.add(key, [1])))
    const [bad, good] = await Promise.allSettled(added)
    assert.ok(bad?.status === 'rejected' && bad.reason instanceof DamagedRow)
    assert.equal(good?.status, 'fulfilled')
  })

  test('counters are updated in place, so that their index does not grow with their commits', async () => {
    await (await openEmpty()).close()
    const before = await updatesIn(url)
    const store = await openPostgresMetadataStore({ url, session: newSession() })
    for (let round = 0; round < COUNTED; round += 1) await store.transact(async (tx) => tx.add(bytesOf('n'), [1, 2, 3]))
    await store.close()
    const { all, inPlace } = await updatesIn(url)
    assert.equal(all - before.all, COUNTED - 1)
    assert.ok(inPlace - before.inPlace >= 0.9 * COUNTED, `${inPlace - before.inPlace}`)
  })

  test('no statement reads the whole table', async () => {
    await (await openEmpty()).close()
    await runStatements(
      url,
      `INSERT INTO bindery.kv SELECT k, bindery.sealed_1(k, k), 1 FROM
         (SELECT convert_to('row ' || lpad(n::text, 6, '0'), 'UTF8') k FROM generate_series(1, 20000) n) rows`,
    )
    const before = await fullScans(url)
    const store = await openPostgresMetadataStore({ url, session: newSession() })
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          store.transact(async (tx) => {
            const name = (offset: number) => bytesOf(`row ${String(index * 100 + offset).padStart(6, '0')}`)
            await tx.getMany([name(1), name(2), bytesOf('none')])
            await tx.range(name(3), name(50), { limit: 40, reverse: index % 2 === 0 })
            await tx.get(name(60))
            tx.set(name(61), bytesOf('new'))
            tx.delete(name(62))
            tx.add(bytesOf(`counter ${index % 3}`), [1, 2, 3])
          }),
        ),
      )
      await store.read((reader) => reader.range(bytesOf('row'), bytesOf('s'), { limit: 1_000 }))
      const groups = { after: 0, delimiter: bytesOf('00'), end: 0 }
      await store.read((reader) => reader.range(bytesOf('row'), bytesOf('s'), { limit: 1_000, groups }))
    }
    await store.close()
    assert.equal(await fullScans(url), before)
  })
})

/** Resolves when all other sessions have ended: only then are their counts complete. */
async function untilAlone(url: string): Promise<void> {
  for (;;) {
    const [[others] = []] = await runStatements(
      url,
      'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    if (others === '0') return
  }
}

/** Updates of rows, and those of them that left the index as it was. */
async function updatesIn(url: string): Promise<{ readonly all: number; readonly inPlace: number }> {
  await untilAlone(url)
  const [[all, inPlace] = []] = await runStatements(
    url,
    "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_all_tables WHERE schemaname = 'bindery' AND relname = 'kv'",
  )
  return { all: Number(all), inPlace: Number(inPlace) }
}

/** How often a table was read as a whole. */
async function fullScans(url: string): Promise<number> {
  await untilAlone(url)
  const [[count] = []] = await runStatements(
    url,
    "SELECT sum(seq_scan) FROM pg_stat_all_tables WHERE schemaname = 'bindery' AND relname IN ('kv', 'session')",
  )
  return Number(count)
}
