/** States of a database: frozen, unfinished, and for which releases; and the upgrade of its schema. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, type TestContext, test } from 'node:test'
import type { MetadataStore, StorageError } from '@bindery/storage'
import { bytesOf } from '@bindery/storage/testing'
import { atEnd } from '../../../test/support/at-end.mjs'
import {
  beginFilling,
  endFilling,
  freezeDatabase,
  raiseFloor,
  readDatabaseState,
  thawDatabase,
} from './database-state.js'
import { openHeldSnapshot } from './held-snapshot.js'
import { openPostgresMetadataStore } from './postgres-metadata-store.js'
import { DatabaseRefused, prepareDatabase } from './prepare-database.js'
import { type PostgresServer, runStatements, startPostgres, withoutPostgres } from './testing/postgres-server.js'

describe('states of a database', { skip: withoutPostgres() }, () => {
  let server: PostgresServer
  before(async () => {
    server = await startPostgres()
  })
  after(() => server.dispose())

  async function newDatabase(name: string): Promise<string> {
    const url = await server.database(name)
    await prepareDatabase(url)
    return url
  }

  async function open(t: TestContext, url: string, more: { onFenced?: (reason: StorageError) => void } = {}) {
    const store = await openPostgresMetadataStore({ url, session: randomBytes(8).toString('hex'), ...more })
    atEnd(t, () => store.close())
    return store
  }

  test('a frozen database commits nothing and goes on being read, and takes commits again when it is thawed', async (t) => {
    const url = await newDatabase('frozen')
    const store = await open(t, url)
    await put(store, 'before')
    let stopped = false
    const acknowledged: string[] = []
    const writing = (async () => {
      for (let number = 0; !stopped; number += 1) {
        await put(store, `during ${number}`).then(
          () => acknowledged.push(`during ${number}`),
          (error) => assert.equal(error.kind, 'unavailable'),
        )
      }
    })()
    while (acknowledged.length < 20) await new Promise((resolve) => setTimeout(resolve, 5))
    await freezeDatabase(url, 'elsewhere')
    const seen = await store.read((reader) => reader.range(bytesOf('during'), bytesOf('during~'), { limit: 2_000 }))
    await new Promise((resolve) => setTimeout(resolve, 200))
    stopped = true
    await writing
    const later = await store.read((reader) => reader.range(bytesOf('during'), bytesOf('during~'), { limit: 2_000 }))
    assert.equal(later.length, seen.length)
    assert.ok(later.length >= acknowledged.length)
    assert.equal((await readDatabaseState(url)).frozen, 'elsewhere')
    await thawDatabase(url)
    await put(store, 'after')
  })

  test('a database that is being filled is opened only to fill it', async (t) => {
    const url = await newDatabase('unfinished')
    await beginFilling(url, '/data')
    await assert.rejects(open(t, url), isRefusal('unfinished'))
    const filling = await openPostgresMetadataStore({ url, session: 'filling', isUnfinished: true })
    await put(filling, 'a')
    await filling.close()
    await endFilling(url)
    await put(await open(t, url), 'b')
  })

  test('the schema is brought up to date while a backup reads, and gateways need not wait', async (t) => {
    const url = await newDatabase('backed_up')
    const store = await open(t, url)
    await put(store, 'before')
    const snapshot = await openHeldSnapshot(url)
    atEnd(t, () => snapshot.close())
    assert.ok(await snapshot.reader.get(bytesOf('before')))
    await runStatements(url, 'UPDATE bindery.schema SET version = 2')
    assert.equal((await prepareDatabase(url, { migrate: true })).before, 2)
    await put(store, 'after')
  })

  test('releases of two versions commit side by side, until the floor is raised', async (t) => {
    const url = await newDatabase('rolling')
    const current = await open(t, url)
    await put(current, 'a')
    await asOlderRelease(url)
    await raiseFloor(url)
    await put(current, 'b')
    await assert.rejects(asOlderRelease(url), /requires version 3/)
  })

  test('a gateway below the floor stops for good, and another one of its release does not start', async (t) => {
    const url = await newDatabase('floor')
    const reasons: string[] = []
    const store = await open(t, url, { onFenced: ({ message }) => reasons.push(message) })
    await runStatements(url, "INSERT INTO bindery.state VALUES ('floor', '4')")
    for (const key of ['a', 'b']) await assert.rejects(put(store, key), { kind: 'fenced' })
    assert.deepEqual(reasons, ['the database takes no more commits from this release: a newer one is required'])
    await assert.rejects(open(t, url), isRefusal('floor'))
  })

  test('an older schema is brought up to date on request, and keeps its rows and its functions', async (t) => {
    const url = await newDatabase('older')
    await put(await open(t, url), 'kept')
    await runStatements(
      url,
      'DROP TABLE bindery.state; DROP FUNCTION bindery.admit_2; UPDATE bindery.schema SET version = 1',
    )
    await assert.rejects(open(t, url), isRefusal('older'))
    await assert.rejects(prepareDatabase(url), isRefusal('older'))
    assert.deepEqual(await prepareDatabase(url, { migrate: true }), { isNew: false, before: 1 })
    const store = await open(t, url)
    assert.ok((await store.read((reader) => reader.get(bytesOf('kept')))) !== undefined)
    await asOlderRelease(url)
  })

  test('a held snapshot shows one state, whatever is committed meanwhile', async (t) => {
    const url = await newDatabase('held')
    const store = await open(t, url)
    for (let number = 0; number < 50; number += 1) await put(store, `row ${number}`)
    const { reader, close } = await openHeldSnapshot(url)
    await put(store, 'row later')
    await store.transact(async (tx) => tx.delete(bytesOf('row 1')))
    const rows = await reader.range(bytesOf('row'), bytesOf('row~'), { limit: 100 })
    assert.equal(rows.length, 50)
    assert.equal(await reader.get(bytesOf('row later')), undefined)
    assert.ok((await reader.get(bytesOf('row 1'))) !== undefined)
    await close()
  })
})

const put = (store: MetadataStore, key: string): Promise<void> =>
  store.transact(async (tx) => tx.set(bytesOf(key), bytesOf('1')))

/** Commits as version 1 of the schema did: an empty batch in a session of its own. */
async function asOlderRelease(url: string): Promise<void> {
  const session = randomBytes(8).toString('hex')
  const none = "'{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}'"
  await runStatements(url, `INSERT INTO bindery.session VALUES ('${session}', 0, '{}')`)
  await runStatements(url, `SELECT bindery.commit_1('${session}', 1, 7, ${none})`)
}

const isRefusal =
  (kind: string) =>
  (error: unknown): boolean =>
    error instanceof DatabaseRefused && error.refusal.kind === kind
