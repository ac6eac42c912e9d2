import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Event } from '@bindery/service'
import { EventPipe } from './event-pipe.js'
import { EventRelay } from './event-relay.js'
import { EventSwitchboard } from './event-switchboard.js'

function event(id: string): Event {
  return { type: 'aborted', id, at: 0, bucket: 'bkt', key: 'k', uploadId: 'A' }
}

/** Processes that are connected as the primary connects them. */
async function processes(count: number) {
  const switchboard = new EventSwitchboard()
  const relays: EventRelay[] = []
  const add = async (incarnation: string) => {
    const relay = new EventRelay(switchboard.outletOf(incarnation))
    relays.push(relay)
    await switchboard.join(incarnation, {
      receive: async (one) => relay.receive(one),
      othersListen: async (listen) => relay.setOthersListen(listen),
    })
    return relay
  }
  for (let n = 0; n < count; n += 1) await add(`p${n}`)
  return { switchboard, relays, add }
}

function listen(relay: EventRelay) {
  const heard: string[] = []
  const subscription = relay.subscribe((one) => heard.push('id' in one ? one.id : one.type))
  return { heard, ready: subscription.ready, end: () => subscription.end() }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

test('a listener in one process receives the events of the others, once, and from the moment when it is ready', async () => {
  const { relays } = await processes(3)
  const [first, second, third] = relays
  assert.ok(first && second && third)
  const { heard, ready } = listen(first)
  await ready
  assert.deepEqual(
    relays.map(({ watched }) => watched),
    [true, true, true],
  )
  second.publish(event('a'))
  third.publish(event('b'))
  first.publish(event('c'))
  await settle()
  assert.deepEqual(heard.sort(), ['a', 'b', 'c'])
})

test('without listeners nothing is published', async () => {
  const { relays, switchboard, add } = await processes(2)
  const [first, second] = relays
  assert.ok(first && second)
  const one = listen(first)
  const other = listen(first)
  await one.ready
  one.end()
  one.end()
  await settle()
  assert.equal(second.watched, true)
  const late = await add('late')
  assert.equal(late.watched, true, 'a process that starts learns about existing listeners')
  other.end()
  await settle()
  assert.deepEqual([first.watched, second.watched, late.watched], [false, false, false])
  await listen(second).ready
  assert.equal(first.watched, true)
  await switchboard.leave('p1')
  assert.equal(first.watched, false, 'the process that listened has ended')
})

test('a process that does not take its events loses some, is informed, and continues', async () => {
  const sent: string[] = []
  const takers: (() => void)[] = []
  const pipe = new EventPipe((one) => {
    sent.push('id' in one ? one.id : one.type)
    return new Promise((resolve) => takers.push(resolve))
  })
  for (let n = 0; n < 300; n += 1) pipe.push(event(String(n)))
  assert.equal(sent.length, 256)
  takers.shift()?.()
  await settle()
  assert.equal(sent.at(-1), 'lost')
  takers.shift()?.()
  await settle()
  pipe.push(event('more'))
  assert.deepEqual(sent.slice(256), ['lost', 'more'])
})

test('a process that stops ends its feeds, and those that begin afterwards', async () => {
  const { relays } = await processes(1)
  const [relay] = relays
  assert.ok(relay)
  const before = listen(relay)
  relay.stop()
  const after = listen(relay)
  await settle()
  assert.deepEqual([before.heard, after.heard], [['stopping'], ['stopping']])
})
