// Gateways that reach their database through a pooler in transaction mode, and send notices past it.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createClient } from '@bindery/client'
import { startPgbouncer, withoutPgbouncer } from '../../packages/storage-postgres/dist/testing/pgbouncer.js'
import { atEnd } from '../support/at-end.mjs'
import { startWorld, withoutPostgres } from './world.mjs'

const BUCKET = 'limited'
const PER_SECOND = 20
const SECONDS = 5
const ROUNDS_MAX = 8

/** Sends as many requests as a gateway admits until a time, and resolves with their number. */
async function admitted(client, until) {
  let number = 0
  const send = async () => {
    while (performance.now() < until) {
      const isAdmitted = await client.head('object').then(
        () => true,
        ({ status }) => status !== 503,
      )
      if (isAdmitted) number += 1
      else await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await Promise.all([send(), send(), send(), send()])
  return number
}

describe('gateways behind a pooler', { skip: withoutPostgres() || withoutPgbouncer() }, () => {
  test('with a connection of their own for notices they divide a limit among them', async (t) => {
    const world = await startWorld()
    atEnd(t, () => world.dispose())
    const pooler = await startPgbouncer(world.postgres.port)
    atEnd(t, () => pooler.stop())
    const env = { BINDERY_METADATA: pooler.pooled(world.url), BINDERY_NOTICES: world.url }
    const clients = []
    for (let count = 0; count < 2; count += 1) {
      const { endpoint, accessKeyId, accessKeySecret } = await world.startGateway({ env })
      const credentials = { accessKeyId, accessKeySecret }
      const retry = { maxAttempts: 1 }
      clients.push(createClient({ endpoint, bucket: BUCKET, auth: { credentials }, checkpoints: false, retry }))
    }
    atEnd(t, () => clients.forEach((client) => void client.close()))
    const [first] = clients
    await first.createBucket(BUCKET)
    await first.put('object', 'x')
    const limits = Buffer.from(`<QoSConfiguration><TotalQps>${PER_SECOND}</TotalQps></QoSConfiguration>`)
    const request = { op: 'PutBucketQosInfo', method: 'PUT', bucket: BUCKET, query: { qosInfo: '' } }
    await first.requester.sendForText({ ...request, body: () => limits, bodyLength: limits.length })
    let numbers
    let sum
    // it takes a moment until each knows that the other limits requests too
    for (let rounds = 0; rounds < ROUNDS_MAX && !(sum < 1.4 * PER_SECOND * SECONDS); rounds += 1) {
      const until = performance.now() + SECONDS * 1_000
      numbers = await Promise.all(clients.map((client) => admitted(client, until)))
      sum = numbers.reduce((total, number) => total + number, 0)
      t.diagnostic(`${numbers.join(' + ')} requests of ${PER_SECOND * SECONDS}`)
    }
    assert.ok(numbers.every((number) => number > 0) && sum < 1.4 * PER_SECOND * SECONDS, `${numbers}`)
  })
})
