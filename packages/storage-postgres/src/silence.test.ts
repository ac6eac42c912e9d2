/** Connections on which nothing arrives any more, though they stay open. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, type TestContext, test } from 'node:test'
import { WriteSet } from '@bindery/storage'
import { bytesOf, isStorageError } from '@bindery/storage/testing'
import { atEnd } from '../../../test/support/at-end.mjs'
import { Commits } from './commits.js'
import { Connection } from './connection.js'
import { openNotices } from './notices.js'
import { openPostgresMetadataStore } from './postgres-metadata-store.js'
import { prepareDatabase } from './prepare-database.js'
import { ConnectionPool } from './rows.js'
import { type PostgresServer, runStatements, startPostgres, withoutPostgres } from './testing/postgres-server.js'
import { type SilentProxy, startSilentProxy } from './testing/silent-proxy.js'

const SHORT_MS = 300
/** Within this time a server that is not silent answers, whatever else runs on the machine. */
const ENOUGH_MS = 2_000

describe('a database that falls silent', { skip: withoutPostgres() }, () => {
  let server: PostgresServer
  let proxy: SilentProxy
  let direct = ''
  let url = ''
  before(async () => {
    server = await startPostgres()
    proxy = await startSilentProxy(server.port)
    direct = await server.database('silent')
    url = proxy.through(direct)
    await (await openPostgresMetadataStore({ url: direct, session: 'maker', migrate: true })).close()
  })
  after(async () => {
    await proxy.close()
    await server.dispose()
  })

  const connect = (t: TestContext): Connection => {
    const connection = new Connection({ url, answerTimeoutMs: ENOUGH_MS })
    atEnd(t, () => connection.close())
    return connection
  }

  test('a question to a silent server fails, and the next one goes over a new connection', async (t) => {
    const connection = connect(t)
    await connection.query('SELECT 1')
    proxy.silence()
    const lost = connection.query('SELECT 1')
    const alsoLost = connection.query('SELECT 2')
    for (const question of [lost, alsoLost]) await assert.rejects(question, isStorageError('unavailable'))
    assert.deepEqual(await connection.query('SELECT 3'), [['3']])
  })

  test('a connection is waited for only for a while, and in order of request', async (t) => {
    const connection = connect(t)
    const pool = new ConnectionPool([connection], SHORT_MS)
    const taken = await pool.take()
    await assert.rejects(pool.take(), isStorageError('unavailable'))
    const first = pool.take()
    const second = pool.take()
    pool.giveBack(taken)
    pool.giveBack(await first)
    assert.equal(await second, connection)
  })

  test('the server notices processes that have fallen silent within two minutes', async (t) => {
    const connection = connect(t)
    const settings = "SELECT current_setting('tcp_keepalives_idle'), current_setting('tcp_user_timeout')"
    assert.deepEqual(await connection.query(settings), [['30', '60000']])
  })

  test('commits are closed though the database does not answer', async (t) => {
    const commits = new Commits({ connection: connect(t), session: 's', patienceMs: SHORT_MS, onFenced: () => {} })
    await commits.begin()
    const isAway = new Connection({ url: url.replace(/:\d+\//, ':1/'), answerTimeoutMs: SHORT_MS })
    const lost = new Commits({ connection: isAway, session: 's', patienceMs: SHORT_MS, onFenced: () => {} })
    const writes = new WriteSet(new Map([['k', bytesOf('v')]]))
    await assert.rejects(lost.commit({ keys: [], ranges: [], writes }, false), isStorageError('unavailable'))
    await lost.close()
    await isAway.close()
    await commits.close()
  })

  test('notices arrive again after their connection has fallen silent, and the gap is announced', async (t) => {
    const texts: string[] = []
    let gaps = 0
    const channel = openNotices({
      url,
      onNotice: (text) => texts.push(text),
      onGap: () => {
        gaps += 1
      },
      silenceMs: SHORT_MS,
    })
    atEnd(t, () => channel.close())
    const until = async (isDone: () => boolean): Promise<void> => {
      for (let tries = 0; !isDone(); tries += 1) {
        assert.ok(tries < 1_000)
        await once(AbortSignal.timeout(10), 'abort')
      }
    }
    // a notice is lost while there is no connection
    const arrives = async (text: string): Promise<void> => {
      for (let tries = 0; !texts.includes(text); tries += 1) {
        assert.ok(tries < 300)
        await runStatements(direct, `NOTIFY bindery, '${text}'`)
        await once(AbortSignal.timeout(30), 'abort')
      }
    }
    await arrives('before')
    const before = gaps
    assert.ok(before >= 1)
    proxy.silence()
    await until(() => gaps > before)
    await arrives('after')
  })

  test('while the standby is silent, the server keeps few sessions of gateways that go on trying to commit', async (t) => {
    const primary = await startPostgres()
    atEnd(t, () => primary.dispose())
    const shared = await primary.database('shared')
    const standby = await primary.standby()
    atEnd(t, () => standby.dispose())
    const open = async (session: string): Promise<Commits> => {
      const connection = new Connection({ url: shared, answerTimeoutMs: SHORT_MS })
      atEnd(t, () => connection.close())
      const commits = new Commits({ connection, session, patienceMs: SHORT_MS, onFenced: () => {} })
      await commits.begin()
      atEnd(t, () => commits.close())
      return commits
    }
    await prepareDatabase(shared)
    // commits wait for the standby nevertheless
    await runStatements(shared, 'ALTER DATABASE shared SET synchronous_commit = off')
    const gateways = await Promise.all(['a', 'b', 'c'].map(open))
    let resume = standby.pause()
    atEnd(t, () => resume())
    const writes = new WriteSet(new Map([['k', bytesOf('v')]]))
    for (let times = 0; times < 6; times += 1) {
      const commitAt = (commits: Commits) => commits.commit({ keys: [], ranges: [], writes }, false)
      await Promise.all(gateways.map((commits) => assert.rejects(commitAt(commits), isStorageError('unavailable'))))
      await once(AbortSignal.timeout(2 * SHORT_MS), 'abort')
    }
    const counted = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bindery'"
    const [[sessions] = []] = await runStatements(shared, counted)
    resume()
    resume = () => {}
    assert.ok(Number(sessions) <= 2 * gateways.length, `${sessions} sessions`)
  })
})
