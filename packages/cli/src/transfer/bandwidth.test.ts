import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Transfer } from '@bindery/client'
import { Bandwidth, bandwidthOf } from './bandwidth.js'

/** The part of a transfer that is limited. */
class Limited {
  bytesPerSecond = -1

  setBandwidth(bytesPerSecond: number): void {
    this.bytesPerSecond = bytesPerSecond
  }

  get task(): Transfer<unknown> {
    return this as unknown as Transfer<unknown>
  }
}

test('transfers share one limit, and those that are left get the share of one that ended', () => {
  const bandwidth = bandwidthOf('10MiB')
  const [one, other] = [new Limited(), new Limited()]
  const leave = bandwidth.join(one.task)
  assert.equal(one.bytesPerSecond, 10 * 1024 * 1024)
  bandwidth.join(other.task)
  assert.deepEqual([one.bytesPerSecond, other.bytesPerSecond], [5 * 1024 * 1024, 5 * 1024 * 1024])
  leave()
  assert.equal(other.bytesPerSecond, 10 * 1024 * 1024)
})

test('a timetable holds until its next entry, also past midnight', () => {
  const periods = [
    { minute: 8 * 60, bytesPerSecond: 512 },
    { minute: 23 * 60, bytesPerSecond: 0 },
  ]
  const at = (hours: number, minutes = 0) => new Bandwidth(periods, () => new Date(2026, 0, 31, hours, minutes)).total
  assert.deepEqual([at(7, 59), at(8), at(22, 59), at(23), at(0)], [0, 512, 512, 0, 0])
})

test('a text that is neither a limit nor a timetable is refused', () => {
  for (const text of ['fast', '25:00,1MiB', '08:00', '08:00,1MiB 9', '08:61,1MiB']) {
    assert.throws(() => bandwidthOf(text), { kind: 'valueInvalid' }, text)
  }
})
