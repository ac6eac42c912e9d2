import { randomBytes } from 'node:crypto'
import { after, before, describe } from 'node:test'
import { testMetadataStore } from '@bindery/storage/testing'
import { openPostgresMetadataStore } from './postgres-metadata-store.js'
import { type Pooler, startPgbouncer, withoutPgbouncer } from './testing/pgbouncer.js'
import { type PostgresServer, runStatements, startPostgres, withoutPostgres } from './testing/postgres-server.js'

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
})
