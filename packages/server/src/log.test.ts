import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { Log } from './log.js'

/** A log, and the lines that it has written. */
function logged(level: Log['level']): { log: Log; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  const add = (line: string) => {
    assert.match(line, /^[^\n]*\n$/)
    lines.push(JSON.parse(line))
  }
  return { log: new Log(level, add), lines }
}

test('a line has its level, its time, its fields and its message, in this order', () => {
  const { log, lines } = logged('info')
  log.info({ bytes: 3, gone: undefined }, 'read\nhere')
  log.warn('alone')
  assert.deepEqual(
    lines.map(({ time, ...line }) => line),
    [
      { level: 30, bytes: 3, msg: 'read\nhere' },
      { level: 40, msg: 'alone' },
    ],
  )
  assert.deepEqual(Object.keys(lines[0] ?? {}), ['level', 'time', 'bytes', 'msg'])
  assert.ok(Math.abs(Date.parse(String(lines[0]?.time)) - Date.now()) < 60_000)
})

test('a log writes the lines of its level and of those above, and another level takes effect at once', () => {
  const { log, lines } = logged('warn')
  log.info('no')
  log.error('yes')
  log.level = 'debug'
  log.debug('yes')
  assert.deepEqual([log.isLevelEnabled('debug'), lines.length], [true, 2])
  log.level = 'silent'
  log.fatal('no')
  assert.deepEqual([log.isLevelEnabled('error'), lines.length], [false, 2])
})

test('an error is logged with its fields and those that caused it', () => {
  const { log, lines } = logged('info')
  const cause = Object.assign(new TypeError('why'), { code: 'ENOSPC' })
  log.error({ err: Object.assign(new Error('failed', { cause }), { first: cause, place: 'disk' }) }, 'm')
  const err = lines[0]?.err as Record<string, unknown>
  assert.equal(err.type, 'Error')
  assert.equal(err.message, 'failed: why')
  assert.match(String(err.stack), /^Error: failed\n.*\ncaused by: TypeError: why\n/s)
  assert.equal(err.place, 'disk')
  assert.deepEqual([(err.first as typeof cause).message, (err.first as typeof cause).code], ['why', 'ENOSPC'])
  log.error({ err: new AggregateError([new Error('one'), 'two'], 'all') }, 'm')
  const all = lines[1]?.err as { aggregateErrors: unknown[] } | undefined
  const [one, two] = all?.aggregateErrors ?? []
  assert.deepEqual([(one as Error).message, two], ['one', 'two'])
})

test('fields that JSON cannot hold are logged as text', () => {
  const { log, lines } = logged('info')
  const circle: Record<string, unknown> = {}
  circle.self = circle
  log.info({ circle }, 'circle')
  log.info({ count: 7n }, 'whole number')
  assert.deepEqual(
    lines.map(({ msg, fields }) => [msg, /Circular|7n/.test(String(fields))]),
    [
      ['circle', true],
      ['whole number', true],
    ],
  )
})

test('a reader that is slow gets every line, and one that has gone does not end the process', () => {
  const script = `import { createLog } from '${import.meta.resolve('./log.js')}'
    const log = createLog('info', { readable: false })
    for (let line = 0; line < 20_000; line += 1) log.info({ line }, 'x')
    setImmediate(() => process.stdout.write('end'))`
  const run = (reader: string) => {
    const [program, ...args] = [process.execPath, '--input-type=module', '-e', script]
    const shell = `set -o pipefail; { "$@" 2>&1 >&3 | ${reader}; } 3>&1`
    return spawnSync('bash', ['-c', shell, 'bash', program ?? '', ...args], { encoding: 'utf8' }).stdout
  }
  assert.match(run('{ sleep 0.2; wc -l; }'), /20000/)
  assert.equal(run('true'), 'end')
})
