import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { bytesOf, isStorageError, testMetadataStore } from '@bindery/storage/testing'
import { atEnd } from '../../../test/support/at-end.mjs'
import { openPostgresMetadataStore } from './postgres-metadata-store.js'
import { type Pooler, startPgbouncer, withoutPgbouncer } from './testing/pgbouncer.js'
import { type PostgresServer, runStatements, startPostgres, withoutPostgres } from './testing/postgres-server.js'

const TRIES = 200

describe('the metadata store behind PgBouncer in transaction mode', {
  skip: withoutPostgres() || withoutPgbouncer(),
}, () => {
  let server: PostgresServer
  let pooler: Pooler
  let url = ''
  before(async () => {
    server = await startPostgres()
    url = await server.database('pooled')
    pooler = await startPgbouncer(server.port)
  })
  after(async () => {
    await pooler.stop()
    await server.dispose()
  })

  testMetadataStore(async () => {
    const session = randomBytes(8).toString('hex')
    const store = await openPostgresMetadataStore({ url: pooler.pooled(url), session, migrate: true })
    await runStatements(url, 'TRUNCATE bindery.kv')
    return store
  })

  test('a pooler that leads to a standby gets no read answered, and the next primary is used', async (t) => {
    // the standby has what was acknowledged
    const primary = await startPostgres({ durable: true })
    atEnd(t, () => primary.dispose())
    const url = await primary.database('moving')
    const standby = await primary.standby()
    atEnd(t, () => standby.dispose())
    const pooler = await startPgbouncer(primary.port)
    atEnd(t, () => pooler.stop())
    const session = randomBytes(8).toString('hex')
    const store = await openPostgresMetadataStore({ url: pooler.pooled(url), session, migrate: true })
    atEnd(t, () => store.close())
    const key = bytesOf('moved')
    await store.transact(async (tx) => tx.set(key, bytesOf('1')))
    const reads: (() => Promise<unknown>)[] = [
      async () => store.read((reader) => reader.get(key)),
      async () => store.read((reader) => reader.range(key, bytesOf('n'), { limit: 1 })),
    ]
    for (const read of reads) await read()
    pooler.moveTo(standby.port)
    for (const read of reads) await assert.rejects(insistently(read), isStorageError('unavailable'))
    await standby.promote()
    await insistently(() => store.transact(async (tx) => tx.set(key, bytesOf('2'))), true)
    for (const read of reads) await insistently(read, true)
  })
})

/** Repeats what fails, or what does not fail yet, because the pooler takes a moment to follow. */
async function insistently(work: () => Promise<unknown>, untilDone = false): Promise<unknown> {
  for (let tries = 0; ; tries += 1) {
    try {
      const result = await work()
      if (untilDone || tries === TRIES) return result
    } catch (error) {
      if (!untilDone || tries === TRIES) throw error
    }
    await sleep(50)
  }
}
