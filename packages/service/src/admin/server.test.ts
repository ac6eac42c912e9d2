import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServerControl, ServerState } from '../server-control.js'
import { OTHER, startService } from '../testing/index.js'
import { done, refused } from './testing.js'

const AT = Date.UTC(2026, 0, 5, 8)
const DATE = '2026-01-05T08:00:00.000Z'
const STATE: ServerState = {
  ...{ version: '1.2.3', nodeVersion: '20.1.0', platform: 'linux x64', startedAt: AT, location: '/data', format: 1 },
  ...{ processes: 2, hashing: 'native', disk: { freeBytes: 5, totalBytes: 9 }, logLevel: 'info' },
  options: [
    { name: '--port', value: '9000', source: 'default' },
    { name: '--metadata', source: 'default' },
  ],
  scrub: { isRunning: true, startedAt: AT, bytes: 7, damaged: 0, bytesPerSecond: 4 },
}

class Control implements ServerControl {
  readonly calls: unknown[] = []
  isHere = true
  serverState = () => STATE
  setLogLevel = (level: string) => void this.calls.push(level)
  startScrub = (bytesPerSecond?: number) => {
    this.calls.push(bytesPerSecond)
    return this.isHere
  }
}

test('the administrator sees the server, its options with their sources, and how far the verification is', async () => {
  const started = await startService({ server: new Control() })
  const { Server, Scrub, Options } = await done(started, 'GetServer')
  assert.deepEqual(Server, {
    ...{ Version: '1.2.3', NodeVersion: '20.1.0', Platform: 'linux x64', StartDate: DATE, Location: '/data' },
    ...{ Format: 1, Processes: 2, Hashing: 'native', LogLevel: 'info', DiskFreeBytes: 5, DiskTotalBytes: 9 },
  })
  assert.deepEqual(Scrub, { IsRunning: true, StartDate: DATE, Bytes: 7, Damaged: 0, BytesPerSecond: 4 })
  assert.deepEqual(Options.Option, [
    { Name: '--port', Value: '9000', Source: 'default' },
    { Name: '--metadata', Source: 'default' },
  ])
})

test('the administrator changes the log level and starts a verification, which another machine may have to do', async () => {
  const control = new Control()
  const started = await startService({ server: control })
  await done(started, 'SetLogLevel', { LogLevel: 'debug' })
  await done(started, 'StartScrub', { BytesPerSecond: 2_048 })
  await done(started, 'StartScrub')
  assert.deepEqual(control.calls, ['debug', 2_048, undefined])
  assert.equal(await refused(started, 'SetLogLevel', { LogLevel: 'loud' }), '400 InvalidParameter.LogLevel')
  control.isHere = false
  assert.equal(await refused(started, 'StartScrub'), '409 OperationConflict.Server')
})

test('no other account sees or changes the server, and a service without one has none to show', async () => {
  const started = await startService({ server: new Control() })
  for (const [operation, input] of [
    ['GetServer', {}],
    ['SetLogLevel', { LogLevel: 'debug' }],
    ['StartScrub', {}],
  ] as const) {
    assert.equal(await refused(started, operation, input, { as: OTHER }), '403 NoPermission')
  }
  assert.equal(await refused(await startService(), 'GetServer'), '409 OperationConflict.Server')
})
