import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Event } from '@bindery/service'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { GatewayEvents } from './gateway-events.js'

test('a text on the channel that is not a notice is passed over, and a notice after it is not', (t) => {
  const seen: Event[] = []
  let reports = 0
  const events = new GatewayEvents({
    incarnation: 'own',
    send: () => {},
    onReport: () => {
      reports += 1
    },
    uptime: () => 0,
  })
  atEnd(t, () => events.stop())
  events.subscribe((event) => seen.push(event))
  for (const text of ['', 'null', '1', '[]', '"report"', '{"kind":"report"}', '{"kind":"event","from":"other"}']) {
    events.receive(text)
  }
  assert.deepEqual([seen, reports], [[], 0])
  events.receive('{"kind":"report","from":"other"}')
  events.receive('{"kind":"event","from":"other","event":{"type":"beat"}}')
  assert.deepEqual([seen, reports], [[{ type: 'beat' }], 1])
})

test('limits are shared by the processes that have lately announced that they limit requests', (t) => {
  let now = 0
  const all: GatewayEvents[] = []
  let sent = 0
  const send = (text: string): void => {
    sent += 1
    for (const one of all) one.receive(text)
  }
  for (const incarnation of ['a', 'b', 'c']) {
    const events = new GatewayEvents({ incarnation, send, onReport: () => {}, uptime: () => now })
    atEnd(t, () => events.stop())
    all.push(events)
  }
  const [one, other] = all
  assert.ok(one !== undefined && other !== undefined)
  assert.equal(one.limiting(), 1)
  assert.equal(other.limiting(), 2)
  assert.equal(one.limiting(), 2)
  assert.equal(sent, 2)
  for (now = 1_000; now <= 20_000; now += 1_000) one.limiting()
  assert.equal(one.limiting(), 1)
  assert.equal(sent, 6)
})
