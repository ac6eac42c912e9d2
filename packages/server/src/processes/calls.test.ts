import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { Failure } from '../failure.js'
import { CallChannel, type Calls, type Pipe } from './calls.js'

/** Two ends of a pipe that transports JSON values. */
function pipes(): [Pipe, Pipe] {
  const [left, right] = [new EventEmitter(), new EventEmitter()]
  const end = (own: EventEmitter, other: EventEmitter): Pipe => ({
    send: (message) => setImmediate(() => other.emit('message', JSON.parse(JSON.stringify(message)))),
    on: (event, listener) => own.on(event, listener),
  })
  return [end(left, right), end(right, left)]
}

type Remote = {
  readonly double: (value: number) => Promise<number>
  readonly fail: () => Promise<void>
  readonly refuse: () => Promise<void>
  readonly never: () => Promise<void>
}

const answers: Calls = {
  double: async (value: number) => value * 2,
  fail: async () => {
    throw new Error('something broke')
  },
  refuse: async () => {
    throw new Failure('portTaken', { host: 'h', port: 1 })
  },
  never: () => new Promise(() => {}),
}

function connected(): CallChannel<Remote> {
  const [here, there] = pipes()
  new CallChannel(there, answers)
  return new CallChannel<Remote>(here, {})
}

test('overlapping calls each get their own answer', async () => {
  const { remote } = connected()
  assert.deepEqual(await Promise.all([remote.double(1), remote.double(2), remote.double(3)]), [2, 4, 6])
})

test('a failure keeps its kind and details across processes, and an error its message and stack', async () => {
  const { remote } = connected()
  await assert.rejects(remote.refuse(), { name: 'Failure', kind: 'portTaken', details: { host: 'h', port: 1 } })
  await assert.rejects(remote.fail(), (error: Error) => {
    assert.equal(error.message, 'something broke')
    return /calls\.test/.test(error.stack ?? '')
  })
})

test('a call of an unknown function is an error', async () => {
  const [here, there] = pipes()
  new CallChannel(there, {})
  const { remote } = new CallChannel<Remote>(here, {})
  await assert.rejects(remote.double(1), /there is no double to call/)
})

test('when the process ends, pending and later calls fail with the way it ended', async () => {
  const channel = connected()
  const waiting = channel.remote.never()
  channel.close('SIGKILL')
  await assert.rejects(waiting, { name: 'ProcessGone', how: 'SIGKILL' })
  await assert.rejects(channel.remote.double(1), { name: 'ProcessGone' })
})
