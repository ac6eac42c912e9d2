import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Figures } from './figures.js'
import { MetricsHistory, READ_EVERY_MS } from './metrics-history.js'
import { DURATION_BUCKETS } from './request-metrics.js'

const HELD = { partBytes: 7, objectBytes: 9 }
const DAY_MS = 86_400_000

const figures = (requests: number, slow = 0): Figures => {
  const durations = DURATION_BUCKETS.map(() => 0)
  durations[0] = requests - slow
  durations[4] = slow
  const sizes = {
    bytesReceived: requests * 10,
    bytesSent: requests * 20,
    parts: requests / 2,
    memoryBytes: 100,
    ...HELD,
    ...{
      replacedParts: requests,
      repeatedCompletes: 2 * requests,
      failedCompletes: 3 * requests,
      loopDelay: slow / 100,
      buckets: new Map(),
    },
  }
  return { requests, failures: slow, durations, ...sizes }
}

test('a stretch has what all processes counted in it, one that began within it included, and none of one that has ended', () => {
  const history = new MetricsHistory()
  history.add(
    0,
    new Map([
      ['a', figures(10)],
      ['b', figures(4)],
    ]),
  )
  history.add(
    READ_EVERY_MS,
    new Map([
      ['a', figures(16, 2)],
      ['c', figures(2)],
    ]),
  )
  const [moment, ...others] = history.list(3_600_000, READ_EVERY_MS)
  assert.deepEqual(others, [])
  assert.deepEqual(moment, {
    ...{ at: READ_EVERY_MS, seconds: 30, requests: 8, failures: 2, bytesReceived: 80, bytesSent: 160, parts: 4 },
    ...{ durations: [0.001, 0.025, 0.025], memoryBytes: 200, ...HELD },
    ...{ replacedParts: 8, repeatedCompletes: 16, failedCompletes: 24, loopDelay: 0.02 },
  })
})

test('a stretch without requests has no durations', () => {
  const history = new MetricsHistory()
  history.add(0, new Map([['a', figures(10)]]))
  history.add(READ_EVERY_MS, new Map([['a', figures(10)]]))
  assert.equal(history.list(900_000, READ_EVERY_MS)[0]?.durations, null)
})

test('an hour is kept finely, a day and a month in longer stretches, and nothing is counted twice or lost', () => {
  const history = new MetricsHistory()
  const days = 40
  let requests = 0
  for (let at = 0; at <= days * DAY_MS; at += READ_EVERY_MS) {
    requests += 2
    history.add(at, new Map([['a', figures(requests)]]))
  }
  const now = days * DAY_MS
  const lists = [900_000, 3_600_000, DAY_MS, 30 * DAY_MS].map((span) => history.list(span, now))
  assert.deepEqual(
    lists.map(({ length }) => length),
    [30, 120, 144, 180],
  )
  for (const moments of lists) {
    const seconds = moments.reduce((sum, moment) => sum + moment.seconds, 0)
    const counted = moments.reduce((sum, moment) => sum + moment.requests, 0)
    assert.equal(counted, (seconds * 1_000 * 2) / READ_EVERY_MS)
  }
})

test('requests are counted by bucket over the span, the busiest first, and those of at most 50 buckets in a stretch', () => {
  const history = new MetricsHistory()
  const counts = (requests: number) => ({ requests, failures: 1, bytesReceived: 2, bytesSent: 3, parts: 4 })
  const add = (at: number, buckets: Record<string, number>) =>
    history.add(
      at,
      new Map([
        ['a', { ...figures(0), buckets: new Map(Object.entries(buckets).map(([name, n]) => [name, counts(n)])) }],
      ]),
    )
  add(0, { one: 5 })
  add(READ_EVERY_MS, { one: 7, two: 9 })
  add(2 * READ_EVERY_MS, { one: 7, two: 10 })
  const now = 2 * READ_EVERY_MS
  const [two, one, ...others] = history.buckets(3_600_000, now)
  assert.deepEqual(two, { name: 'two', requests: 10, failures: 1, bytesReceived: 2, bytesSent: 3, parts: 4 })
  assert.deepEqual([one?.name, one?.requests, one?.failures], ['one', 2, 0])
  assert.deepEqual(others, [])
  assert.deepEqual(
    history.buckets(READ_EVERY_MS, now).map(({ name, requests }) => [name, requests]),
    [['two', 1]],
  )
  add(3 * READ_EVERY_MS, { one: 8, two: 2 })
  const again = history.buckets(READ_EVERY_MS, 3 * READ_EVERY_MS)
  assert.deepEqual([again[0]?.name, again[0]?.requests, again[0]?.bytesSent], ['two', 2, 3])
  add(4 * READ_EVERY_MS, Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`many-${index}`, index + 1])))
  const last = history.buckets(READ_EVERY_MS, 4 * READ_EVERY_MS)
  assert.equal(last.length, 50)
  assert.deepEqual([last[0]?.name, last.at(-1)?.name], ['many-79', 'many-30'])
})
