import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Transfer } from '@bindery/client'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { Bandwidth, bandwidthOf } from './bandwidth.js'

// the runner of newer versions of Node.js has it write a report at SIGUSR2
if (process.report !== undefined) process.report.reportOnSignal = false

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
  const at = (hours: number, minutes = 0) =>
    new Bandwidth(periods, { now: () => new Date(2026, 0, 31, hours, minutes) }).total
  assert.deepEqual([at(7, 59), at(8), at(22, 59), at(23), at(0)], [0, 512, 512, 0, 0])
})

test('a text that is neither a limit nor a timetable is refused', () => {
  for (const text of ['fast', '25:00,1MiB', '08:00', '08:00,1MiB 9', '08:61,1MiB']) {
    assert.throws(() => bandwidthOf(text), { kind: 'valueInvalid' }, text)
  }
})

test('a limit in a file changes with the file, also for transfers that run', async (t) => {
  const file = path.join(newFolder(t), 'limit')
  await writeFile(file, '1MiB\n')
  const task = new Limited()
  const leave = bandwidthOf(`@${file}`).join(task.task)
  assert.equal(task.bytesPerSecond, 1024 * 1024)
  await writeFile(file, 'neither')
  await writeFile(file, '08:00,64KiB 20:00,64KiB')
  while (task.bytesPerSecond !== 64 * 1024) await sleep(20)
  await writeFile(file, 'off')
  while (task.bytesPerSecond !== 0) await sleep(20)
  leave()
  assert.throws(() => bandwidthOf(`@${file}.missing`), { kind: 'fileUnreadable' })
})

test('limits whose transfers have ended leave one listener of the process behind, and watch no file', async (t) => {
  const file = path.join(newFolder(t), 'limit')
  await writeFile(file, '1MiB')
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  for (let command = 0; command < 20; command += 1) bandwidthOf(`@${file}`).join(new Limited().task)()
  await sleep(0)
  process.off('warning', note)
  assert.deepEqual(warnings, [])
  if (process.platform !== 'win32') assert.equal(process.listenerCount('SIGUSR2'), 1)
})

test('SIGUSR2 lifts the limit, and imposes it again', { skip: process.platform === 'win32' }, async () => {
  const task = new Limited()
  bandwidthOf('1MiB').join(task.task)
  for (const expected of [0, 1024 * 1024]) {
    process.kill(process.pid, 'SIGUSR2')
    while (task.bytesPerSecond !== expected) await sleep(5)
  }
})
