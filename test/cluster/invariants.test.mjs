// The invariants of uploads and bytes, each seen through several gateways at once.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runStatements } from '../../packages/storage-postgres/dist/testing/postgres-server.js'
import { parseS3Place } from '../../packages/storage-s3/dist/index.js'
import { S3Client } from '../../packages/storage-s3/dist/s3-client.js'
import { rawClient } from '../crash/clients.mjs'
import { encryptionOf } from '../crash/contents.mjs'
import { auditCluster } from './audit.mjs'
import { startBinderyStore } from './blob-stores.mjs'
import { startWorld, withoutPostgres } from './world.mjs'

const PART_BYTES = 150_000
const GARBAGE = "SELECT count(*) FROM bindery.kv WHERE k >= 'g' AND k < 'h'"
const TOKEN = 'seen-by-the-tests'

describe('invariants across gateways', { skip: withoutPostgres() }, () => {
  let store
  let world
  let gateways
  /** @type {ReturnType<typeof rawClient>[]} */
  let clients
  before(async () => {
    store = await startBinderyStore()
    world = await startWorld(store)
    const start = () => world.startGateway({ env: { BINDERY_METRICS_TOKEN: TOKEN } })
    gateways = await Promise.all([start(), start(), start()])
    clients = gateways.map((gateway) => rawClient(gateway))
    await clients[0].createBucket()
  })
  after(async () => {
    for (const { agent } of clients) agent.destroy()
    await world.dispose()
    await store.stop()
  })

  /** An upload with parts that went through all gateways in turn. */
  async function upload(key, count) {
    const uploadId = await clients[0].initiate(key)
    const parts = []
    for (let number = 1; number <= count; number += 1) {
      const bytes = randomBytes(PART_BYTES)
      parts.push({ number, bytes, etag: await clients[number % 3].part(key, uploadId, number, bytes) })
    }
    return { key, uploadId, parts, bytes: Buffer.concat(parts.map(({ bytes }) => bytes)) }
  }

  test('D2: a part that the blob store did not take is listed by no gateway, and can be sent again through another', async () => {
    const { key, uploadId, parts, bytes } = await upload('d2', 1)
    const more = randomBytes(PART_BYTES)
    await store.withoutNode(() => assert.rejects(clients[0].part(key, uploadId, 2, more), { status: 503 }))
    assert.equal((await clients[1].parts(key, uploadId)).length, 1)
    const etag = await clients[2].part(key, uploadId, 2, more)
    await clients[1].complete(key, uploadId, [...parts, { number: 2, etag }])
    assert.ok((await clients[0].get(key)).equals(Buffer.concat([bytes, more])))
    const { findings } = await auditCluster(world.url, store)
    assert.deepEqual(findings, [])
  })

  test('D3: readers at one gateway see whole objects, while others overwrite and delete them', async () => {
    const versions = Array.from({ length: 4 }, () => randomBytes(2_500_000))
    const known = new Set(versions.map(md5))
    await clients[0].put('d3', versions[0])
    let isOver = false
    const reading = clients.map(async (client) => {
      let count = 0
      while (!isOver) {
        const found = await client.get('d3').catch(({ status }) => assert.equal(status, 404))
        if (found !== undefined) assert.ok(known.has(md5(found)), 'a mix of two objects')
        count += 1
      }
      return count
    })
    for (let round = 0; round < 12; round += 1) {
      await clients[round % 3].put('d3', versions[round % 4])
      if (round % 4 === 3) await clients[(round + 1) % 3].remove('d3')
    }
    isOver = true
    for (const count of await Promise.all(reading)) assert.ok(count > 0)
  })

  test('D5: bytes that were changed in the blob store are returned by no gateway', async () => {
    const isPlain = (name) => encryptionOf(name) === undefined
    const names = Array.from({ length: 20 }, (_, number) => `d5/${number}`)
    // the bytes of an encrypted one are verified by their tags as well
    for (const name of [names.find(isPlain), names.find((name) => !isPlain(name))]) {
      const bytes = randomBytes(1_300_000)
      const before = await keysOf(store)
      await clients[0].put(name, bytes)
      const [key] = (await keysOf(store)).filter((name) => !before.includes(name))
      const client = clientOf(store)
      const stored = await whole(await client.open({ method: 'GET', key }))
      stored[1_100_000] ^= 1
      await client.send({ method: 'PUT', key, body: [stored] })
      client.close()
      for (const gateway of clients) await assert.rejects(gateway.get(name))
      await clients[1].put(name, bytes)
      for (const gateway of clients) assert.ok((await gateway.get(name)).equals(bytes))
    }
  })

  test('U1: Complete and Abort send the blob store no bytes, whichever gateway they reach', async () => {
    const joined = await upload('u1', 6)
    const ended = await upload('u1-ended', 3)
    const before = await blobRequests(gateways[1])
    await clients[1].complete(joined.key, joined.uploadId, joined.parts)
    await clients[1].abort(ended.key, ended.uploadId)
    const later = await blobRequests(gateways[1])
    for (const method of ['GET', 'PUT', 'POST']) assert.equal(later[method], before[method], method)
    assert.ok((await clients[2].get('u1')).equals(joined.bytes))
  })

  test('U2: of a Complete, a part and an Abort at three gateways, one order is what happened', async () => {
    const outcomes = new Set()
    for (let round = 0; round < 15; round += 1) {
      const { key, uploadId, parts, bytes } = await upload(`u2-${round}`, 2)
      const other = randomBytes(PART_BYTES)
      const ended = ({ status }) => {
        assert.equal(status, 404)
        return 'refused'
      }
      const [completed, replaced, aborted] = await Promise.all([
        clients[round % 3].complete(key, uploadId, parts).then(
          () => 'done',
          (error) => error.status,
        ),
        clients[(round + 1) % 3].part(key, uploadId, 2, other).then(() => 'done', ended),
        round % 2 === 0 ? 'absent' : clients[(round + 2) % 3].abort(key, uploadId).then(() => 'done', ended),
      ])
      outcomes.add(`${completed} ${replaced} ${aborted}`)
      if (completed === 'done') {
        assert.notEqual(aborted, 'done')
        for (const client of clients) assert.ok((await client.get(key)).equals(bytes))
      } else if (aborted === 'done') {
        // 400: the part came before the Complete, and the Abort after it
        assert.ok(completed === 404 || (completed === 400 && replaced === 'done'), `${completed} ${replaced}`)
        for (const client of clients) await assert.rejects(client.get(key), { status: 404 })
      } else {
        // the part came first: its ETag is not the listed one
        assert.deepEqual([completed, replaced], [400, 'done'])
        const listed = await clients[0].parts(key, uploadId)
        assert.deepEqual(
          listed.map(({ number }) => number),
          [1, 2],
        )
        assert.equal(listed[1].etag, md5(other).toUpperCase())
      }
    }
    assert.ok(outcomes.size > 1, [...outcomes].join())
    const { findings } = await auditCluster(world.url, store, false)
    assert.deepEqual(findings, [])
  })

  test('U2: a part whose upload another gateway completes or aborts while it is being sent is refused by its own', async () => {
    for (const end of ['complete', 'abort']) {
      const { key, uploadId, parts, bytes } = await upload(`u2-late-${end}`, 2)
      const late = clients[0].part(key, uploadId, 2, randomBytes(PART_BYTES), () =>
        clients[1][end](key, uploadId, parts),
      )
      await assert.rejects(late, { status: 404 }, end)
      if (end === 'complete') for (const client of clients) assert.ok((await client.get(key)).equals(bytes))
      else await assert.rejects(clients[2].get(key), { status: 404 })
    }
    const { findings } = await auditCluster(world.url, store, false)
    assert.deepEqual(findings, [])
  })

  test('U3: Completes of one list at all gateways get the same answer, at once and later', async () => {
    const { key, uploadId, parts, bytes } = await upload('u3', 4)
    const answers = await Promise.all(clients.map((client) => client.complete(key, uploadId, parts)))
    for (const client of clients) answers.push(await client.complete(key, uploadId, parts))
    const etags = answers.map(({ body }) => body.toString().match(/<ETag>(.*?)<\/ETag>/)?.[1])
    assert.equal(new Set(etags).size, 1)
    assert.ok(etags[0] !== undefined)
    assert.ok((await clients[2].get(key)).equals(bytes))
    await assert.rejects(clients[1].complete(key, uploadId, parts.slice(1)), { status: 404 })
  })

  test('U4: an upload that one gateway aborted is completed by none, and its bytes are freed, late parts included', async () => {
    const { key, uploadId, parts } = await upload('u4', 3)
    const late = clients.map((client, index) =>
      client.part(key, uploadId, 10 + index, randomBytes(3_000_000)).then(
        () => {},
        ({ status }) => assert.equal(status, 404),
      ),
    )
    await clients[1].abort(key, uploadId)
    await Promise.all(late)
    for (const client of clients) await assert.rejects(client.complete(key, uploadId, parts), { status: 404 })
    const waits = async () => {
      const { report } = await auditCluster(world.url, store, false)
      const { blobs, blobsNamed } = report.checked
      const [[garbage]] = await runStatements(world.url, GARBAGE)
      return Number(garbage) + blobs - blobsNamed
    }
    for (let tries = 0; (await waits()) > 0; tries += 1) {
      assert.ok(tries < 60, 'the bytes of an aborted upload are not freed')
      await sleep(1_000)
    }
  })

  test('U5: a Complete whose client has left is seen by the other gateways, or the upload is as it was', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { key, uploadId, parts, bytes } = await upload(`u5-${round}`, 3)
      const leaving = rawClient(gateways[0])
      const left = leaving.complete(key, uploadId, parts).catch(() => {})
      await sleep(round * 2)
      leaving.agent.destroy()
      await left
      // what it had sent may still be on its way to the gateway
      do await sleep(300)
      while (await isCompleting(gateways[0]))
      const found = await clients[1].get(key).catch(({ status }) => assert.equal(status, 404))
      if (found === undefined) {
        assert.equal((await clients[2].parts(key, uploadId)).length, 3)
        await clients[2].complete(key, uploadId, parts)
      }
      assert.ok((await clients[1].get(key)).equals(bytes))
    }
  })

  test('U6: pages of a listing from different gateways are the full set, while other keys change', async () => {
    const kept = Array.from({ length: 60 }, (_, number) => `u6/${String(number).padStart(3, '0')}`)
    for (const [index, key] of kept.entries()) await clients[index % 3].put(key, Buffer.from('kept'))
    let isOver = false
    const changing = (async () => {
      for (let number = 0; !isOver; number += 1) {
        const key = `u6/${String(number % 60).padStart(3, '0')}-changing`
        await clients[number % 3].put(key, Buffer.from('x'))
        await clients[(number + 1) % 3].remove(key)
      }
    })()
    for (let round = 0; round < 10; round += 1) {
      const found = []
      let marker = 'u6/'
      for (let page = 0; marker !== undefined; page += 1) {
        const { keys, next } = await clients[(round + page) % 3].page(marker, 7)
        found.push(...keys)
        marker = next
      }
      const unchanged = found.filter((key) => key.startsWith('u6/') && !key.endsWith('-changing'))
      assert.deepEqual(unchanged, kept)
    }
    isOver = true
    await changing
  })
})

const md5 = (bytes) => createHash('md5').update(bytes).digest('hex')

/** Whether a gateway is answering a Complete. */
async function isCompleting({ endpoint }) {
  const answer = await fetch(`${endpoint}/-/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
  return /^bindery_http_inflight\{op="CompleteMultipartUpload"\} [1-9]/m.test(await answer.text())
}

/** Requests of a gateway to the blob store that were answered, by method. */
async function blobRequests({ endpoint }) {
  const answer = await fetch(`${endpoint}/-/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
  const found = (await answer.text()).matchAll(/^bindery_blobs_requests_total\{method="(\w+)"\} (\d+)/gm)
  return Object.fromEntries([...found].map(([, method, count]) => [method, Number(count)]))
}

function clientOf({ blobs, env }) {
  const key = { accessKeyId: env.BINDERY_BLOBS_ACCESS_KEY_ID, accessKeySecret: env.BINDERY_BLOBS_ACCESS_KEY_SECRET }
  return new S3Client(parseS3Place(blobs, key))
}

/** The keys of all objects in the bucket of the blob store. */
async function keysOf(store) {
  const client = clientOf(store)
  const { text } = await client.send({ method: 'GET', key: '', query: { 'list-type': '2', 'max-keys': '1000' } })
  client.close()
  return [...text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key)
}

async function whole(response) {
  const pieces = []
  for await (const piece of response) pieces.push(piece)
  return Buffer.concat(pieces)
}
