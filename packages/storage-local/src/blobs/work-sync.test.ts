import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { systemError } from './testing.js'
import { WorkSync } from './work-sync.js'

/** Works and syncs that end on demand. */
function held() {
  const syncs: PromiseWithEnd[] = []
  const works = new WorkSync(() => {
    const sync = withEnd()
    syncs.push(sync)
    return sync.promise
  })
  return { works, syncs }
}

interface PromiseWithEnd {
  readonly promise: Promise<void>
  end(error?: Error): void
}

function withEnd(): PromiseWithEnd {
  let end: (error?: Error) => void = () => {}
  const promise = new Promise<void>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve() : reject(error))
  })
  return { promise, end }
}

test('works that overlap share one sync, which begins when the last of them has ended', async () => {
  const { works, syncs } = held()
  const [one, other] = [withEnd(), withEnd()]
  const ended = Promise.all([works.run(() => one.promise), works.run(() => other.promise)])
  one.end()
  await nextTurn()
  assert.equal(syncs.length, 0)
  other.end()
  await nextTurn()
  assert.equal(syncs.length, 1)
  syncs[0]?.end()
  await ended
})

test('a work that begins during a sync waits for one of its own', async () => {
  const { works, syncs } = held()
  const first = works.run(async () => {})
  await nextTurn()
  const second = works.run(async () => {})
  await nextTurn()
  assert.equal(syncs.length, 2)
  syncs[1]?.end()
  await second
  syncs[0]?.end()
  await first
})

test('a work that fails does not keep the others from their sync, and a failed sync fails all of them', async () => {
  const { works, syncs } = held()
  const failing = works.run(async () => {
    throw systemError('EIO')
  })
  const other = works.run(async () => {})
  await assert.rejects(failing, /EIO/)
  await nextTurn()
  syncs[0]?.end()
  await other
  const both = [works.run(async () => {}), works.run(async () => {})]
  await nextTurn()
  syncs[1]?.end(systemError('ENOSPC'))
  for (const one of both) await assert.rejects(one, /ENOSPC/)
})

test('a stream of works does not keep the first from ending', async () => {
  const { works, syncs } = held()
  const last = withEnd()
  const first = works.run(async () => {})
  for (let begun = 1; begun < 1_000; begun += 1) void works.run(async () => {})
  void works.run(() => last.promise)
  await nextTurn()
  assert.equal(syncs.length, 1)
  syncs[0]?.end()
  await first
  last.end()
})
