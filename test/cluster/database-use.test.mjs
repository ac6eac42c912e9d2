// How requests use the database: the plans of their statements, and the size of their commits.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { objectRows, partRows, usageRows } from '../../packages/service/dist/domain/stored/keyspace.js'
import { usageCounters } from '../../packages/service/dist/domain/stored/records/counters.js'
import { complete, initiate, named, part, testDomain } from '../../packages/service/dist/domain/testing.js'
import { openPostgresMetadataStore } from '../../packages/storage-postgres/dist/index.js'
import { runStatements, startPostgres } from '../../packages/storage-postgres/dist/testing/postgres-server.js'
import { rawClient } from '../crash/clients.mjs'
import { atEnd } from '../support/at-end.mjs'
import { startWorld, withoutPostgres } from './world.mjs'

const PARTS_MAX = 10_000
const PARTS_PER_COMMIT = 400
const PART_BYTES = 150_000
/** `npm run test:plans` sets it. */
const FILLING_ROWS = Number(process.env.FILLING_ROWS ?? 20_000)

/** Rows that a step of a statement may take: a page of a listing and what decides about it. */
const ROWS_MAX = 1_000

/** Has PostgreSQL write the plan of each statement, also of those in functions, and the rows that it took to its log. */
const EXPLAIN_ALL = `ALTER DATABASE bindery SET session_preload_libraries = 'auto_explain';
ALTER DATABASE bindery SET auto_explain.log_min_duration = 0;
ALTER DATABASE bindery SET auto_explain.log_nested_statements = on;
ALTER DATABASE bindery SET auto_explain.log_analyze = on;`

/** Rows of objects that nothing requests, as many as make a full read costly. */
const FILL = `INSERT INTO bindery.kv SELECT k, bindery.sealed_1(k, k), 1 FROM
  (SELECT '\\x6f'::bytea || convert_to('filling/' || lpad(n::text, 9, '0'), 'UTF8') k FROM generate_series(1, ${FILLING_ROWS}) n) rows;
ANALYZE bindery.kv;`

/** All that clients do with objects and uploads, once each. */
async function useAll(gateway) {
  const client = rawClient(gateway)
  const bytes = randomBytes(PART_BYTES)
  await client.createBucket()
  for (const key of ['a', 'b', 'b', 'small']) await client.put(key, key === 'small' ? Buffer.from('x') : bytes)
  await client.get('a')
  await client.copy('copy', 'a')
  await client.append('log', 0, bytes)
  const uploadId = await client.initiate('upload')
  const etag = await client.part('upload', uploadId, 1, bytes)
  const copied = await client.copyPart('upload', uploadId, 2, 'a', 0, PART_BYTES)
  await client.uploads()
  await client.parts('upload', uploadId)
  const parts = [etag, copied].map((etag, index) => ({ number: index + 1, etag }))
  await client.complete('upload', uploadId, parts)
  await client.get('upload')
  await client.abort('b', await client.initiate('b'))
  for (const key of ['folder/one', 'folder/two']) await client.put(key, Buffer.from('x'))
  assert.ok((await client.folders()).includes('folder/'))
  await client.keepVersions()
  for (const key of ['a', 'a', 'upload']) await client.put(key, bytes)
  for (const { key, version } of await client.versions()) if (key === 'a') await client.forget(key, version)
  for (const key of await client.keys()) await client.remove(key)
  client.agent.destroy()
}

/** The plans in a log of PostgreSQL, by the text of their statement. */
function plansIn(log) {
  const plans = new Map()
  for (const [, query, plan] of log.matchAll(
    /plan:\n\tQuery Text: ([\s\S]*?)\n((?:\t[A-Z][^\n]*\n)(?:\t[^\n]*\n)*)/g,
  )) {
    const text = query.replaceAll(/\s+/g, ' ').trim()
    plans.set(text, `${plans.get(text) ?? ''}${plan}`)
  }
  return plans
}

/** The most rows that a step of a plan took, each time. */
function rowsTaken(plan) {
  return Math.max(0, ...[...plan.matchAll(/actual time=\S+ rows=(\d+)/g)].map(([, rows]) => Number(rows)))
}

/** An upload of parts whose rows are written at once, without any bytes. */
async function uploadOf(domain, name, count) {
  const uploadId = await initiate(domain, name)
  const { md5, upload, ...first } = await part(domain, name, uploadId, 1, Buffer.alloc(PART_BYTES))
  for (let number = 2; number <= count; number += PARTS_PER_COMMIT) {
    const numbers = Array.from({ length: Math.min(PARTS_PER_COMMIT, count - number + 1) }, (_, index) => number + index)
    await domain.metadata.transact(async (tx) => {
      for (const partNumber of numbers) {
        const bytes = { kind: 'blob', blob: `${uploadId}-${partNumber}` }
        partRows.set(tx, { manifest: uploadId, partNumber }, { ...first, partNumber, bytes })
      }
      const added = { parts: numbers.length, bytes: numbers.length * PART_BYTES, edition: 1 }
      tx.add(usageRows.key({ uploadId }), usageCounters.deltas(added))
    })
  }
  return uploadId
}

describe('the database of a cluster', { skip: withoutPostgres() }, () => {
  test('no statement of a request or of a background task reads all rows', async (t) => {
    const world = await startWorld()
    atEnd(t, () => world.dispose())
    await (await world.startGateway()).stop()
    await runStatements(world.url, FILL)
    await runStatements(world.url, EXPLAIN_ALL)
    const gateway = await world.startGateway()
    await useAll(gateway)
    // what was removed is swept
    for (let tries = 0; Number((await runStatements(world.url, GARBAGE))[0][0]) > 0; tries += 1) {
      assert.ok(tries < 300, 'garbage is left')
      await sleep(100)
    }
    await gateway.stop()
    const store = await openPostgresMetadataStore({ url: world.url, session: 'backwards' })
    await store.read((reader) => reader.range(Buffer.from('a'), Buffer.from('z'), { limit: 10, reverse: true }))
    await store.close()
    const plans = plansIn(world.postgres.log())
    const tables = [...plans].filter(([, plan]) => /(kv|session)\b/.test(plan))
    for (const [text, plan] of tables) {
      assert.doesNotMatch(plan, /Seq Scan on (bindery\.)?(kv|session)\b/, `${text}\n${plan}`)
      assert.ok(rowsTaken(plan) <= ROWS_MAX, `${text}\n${plan}`)
    }
    const known = [
      /bindery\.rows_3/,
      /bindery\.firsts_3/,
      /bindery\.commit_3/,
      /^INSERT INTO bindery\.kv/,
      /^DELETE FROM bindery\.kv/,
      /k DESC/,
    ]
    for (const statement of known)
      assert.ok(
        [...plans.keys()].some((text) => statement.test(text)),
        `${statement}`,
      )
    const most = Math.max(...tables.map(([, plan]) => rowsTaken(plan)))
    t.diagnostic(`${plans.size} statements, ${tables.length} of them with rows, of ${FILLING_ROWS} at most ${most}`)
  })

  test('a Complete of 10,000 parts is one commit of as many rows as one of 3 parts', async (t) => {
    const server = await startPostgres()
    atEnd(t, () => server.dispose())
    const url = await server.database('parts')
    const metadata = await openPostgresMetadataStore({ url, session: 'complete', migrate: true })
    atEnd(t, () => metadata.close())
    const domain = await testDomain({ metadata })
    const written = {}
    for (const count of [3, PARTS_MAX]) {
      const uploadId = await uploadOf(domain, `of ${count}`, count)
      const { batches, attempts, outdated } = metadata.counts
      const { object } = await complete(domain, `of ${count}`, uploadId)
      assert.equal(object.size, count * PART_BYTES)
      const now = metadata.counts
      assert.deepEqual([now.batches, now.attempts, now.outdated], [batches + 1, attempts + 1, outdated])
      const key = Buffer.from(objectRows.key(named(`of ${count}`))).toString('hex')
      const [[rows]] = await runStatements(
        url,
        `SELECT count(*) FROM bindery.kv WHERE ver = (SELECT ver FROM bindery.kv WHERE k = '\\x${key}')`,
      )
      written[count] = Number(rows)
    }
    assert.equal(written[PARTS_MAX], written[3])
    assert.ok(written[3] <= 12, `${written[3]} rows`)
  })
})

const GARBAGE = "SELECT count(*) FROM bindery.kv WHERE k >= 'g' AND k < 'h'"
