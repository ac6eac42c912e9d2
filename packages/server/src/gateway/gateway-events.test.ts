import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Event } from '@bindery/service'
import { GatewayEvents } from './gateway-events.js'

test('texts on the channel that are no notices are passed over, and those after them are not', (t) => {
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
  t.after(() => events.stop())
  events.subscribe((event) => seen.push(event))
  for (const text of ['', 'null', '1', '[]', '"report"', '{"kind":"report"}', '{"kind":"event","from":"other"}']) {
    events.receive(text)
  }
  assert.deepEqual([seen, reports], [[], 0])
  events.receive('{"kind":"report","from":"other"}')
  events.receive('{"kind":"event","from":"other","event":{"type":"beat"}}')
  assert.deepEqual([seen, reports], [[{ type: 'beat' }], 1])
})
