// What operators see of a cluster: its members, its readiness, its metrics, and maintenance by command.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { BUCKET, rawClient } from '../crash/clients.mjs'
import { startBinderyStore } from './blob-stores.mjs'
import { startWorld, withoutPostgres } from './world.mjs'

const TOKEN = 'seen-by-the-tests'

describe('a cluster and its operators', { skip: withoutPostgres() }, () => {
  let store
  let world
  let gateways
  before(async () => {
    store = await startBinderyStore()
    world = await startWorld(store)
    const env = { BINDERY_METRICS_TOKEN: TOKEN }
    const start = (...args) => world.startGateway({ env, args: ['--buckets', BUCKET, ...args] })
    gateways = [await start(), await start(), await start('--domains', 'other.example')]
  })
  after(async () => {
    await world.dispose()
    await store.stop()
  })

  async function admin(...args) {
    const [{ endpoint, accessKeyId, accessKeySecret }] = gateways
    const key = { OSS_ACCESS_KEY_ID: accessKeyId, OSS_ACCESS_KEY_SECRET: accessKeySecret }
    const { code, output } = await world.withVariables(key).bindery('admin', ...args, '--endpoint', endpoint)
    assert.equal(code, 0, output)
    return output
  }

  test('the members of a cluster are shown, with their tasks, and that their settings differ', async () => {
    await until('all tasks have a holder', async () => {
      const { Members } = JSON.parse(await admin('cluster', '--json'))
      return Members.Member.flatMap(({ Chores }) => Chores.split(',').filter(Boolean)).length === 6
    })
    const { Members, Cluster } = JSON.parse(await admin('cluster', '--json'))
    assert.equal(Members.Member.length, 3)
    assert.equal(Members.Member.filter(({ Answers }) => Answers !== undefined).length, 1)
    for (const { Host, Version, ReportsBehind } of Members.Member) {
      assert.ok(Host.length > 0 && Version.length > 0 && ReportsBehind <= 1)
    }
    assert.deepEqual([Cluster.SettingsDiffer, Cluster.ChoresWithoutMember], [true, ''])
    assert.match(await admin('cluster'), /Incarnation +Host/)
    const headers = { authorization: `Bearer ${TOKEN}` }
    const state = await (await fetch(`${gateways[1].endpoint}/-/cluster`, { headers })).json()
    assert.deepEqual([state.members.length, state.settingsDiffer, state.choresWithoutMember], [3, true, []])
  })

  test('metrics count commits and requests to the blob store', async () => {
    const client = rawClient(gateways[0])
    await client.put('counted', Buffer.alloc(50_000))
    await client.get('counted')
    client.agent.destroy()
    const answer = await fetch(`${gateways[0].endpoint}/-/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
    const text = await answer.text()
    const value = (name) => Number(text.match(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\S+)`, 'm'))?.[1])
    assert.ok(value('bindery_commit_batches_total') > 0 && value('bindery_commit_seconds_total') > 0)
    assert.ok(value('bindery_blobs_requests_total{method="PUT"}') > 0)
    assert.ok(value('bindery_blobs_requests_total{method="GET"}') > 0)
    assert.equal(value('bindery_cluster_members'), 3)
  })

  test('a gateway without its blob store is not ready, and goes on listing; it is ready again with the store', async () => {
    const ready = async () => {
      const answer = await fetch(`${gateways[1].endpoint}/-/health/ready`)
      return [answer.status, (await answer.json()).reason]
    }
    assert.deepEqual(await ready(), [200, undefined])
    const resume = await store.pauseNode()
    await until('not ready', async () => (await ready())[0] === 503)
    assert.deepEqual(await ready(), [503, 'blobsSilent'])
    const client = rawClient(gateways[1])
    assert.ok((await client.keys()).length >= 0)
    client.agent.destroy()
    await resume()
    await until('ready', async () => (await ready())[0] === 200)
  })

  test('keys of a cluster are listed, created and rotated while gateways run', async () => {
    const list = async () =>
      (await world.bindery('keys', 'list', '--json')).output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    const before = await list()
    const created = await world.bindery('keys', 'create')
    assert.equal(created.code, 0, created.output)
    const [id] = created.output.split(' ')
    assert.equal((await world.bindery('keys', 'rotate', id)).code, 0)
    const later = await list()
    assert.equal(later.length, before.length + 1)
    assert.equal(later.find((key) => key.id === id).versions.length, 2)
    const running = await world.bindery('keys', 'rewrap')
    assert.match(running.output, /gateways use/)
    const outside = await world.bindery('keys', 'generate')
    assert.match(outside.output, /gives the master keys/)
  })
})

async function until(what, holds) {
  for (let tries = 0; !(await holds()); tries += 1) {
    assert.ok(tries < 300, `${what}: not after 30 s`)
    await sleep(100)
  }
}
