import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createTransactor, type HeldSnapshot } from './transactor.js'

/** Snapshots without rows whose state cannot be fixed. */
function unheld(): { readonly snapshot: HeldSnapshot; readonly released: () => number } {
  let released = 0
  const snapshot = {
    get: () => undefined,
    range: () => [],
    firsts: () => [],
    hold: () => {
      throw new Error('there are too many readers')
    },
    release: () => {
      released += 1
    },
  }
  return { snapshot, released: () => released }
}

test('a body that waits fails if its snapshot cannot be held, and no rejection is left unhandled', async () => {
  const { snapshot, released } = unheld()
  const store = createTransactor({ snapshot: () => snapshot, commit: async () => true })
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)
  process.on('unhandledRejection', note)
  const key = Buffer.from('k')
  const reading = async () =>
    store.read(async (reader) => {
      await reader.get(key)
      await reader.get(key)
    })
  await assert.rejects(reading, /too many readers/)
  await nextTurn()
  process.off('unhandledRejection', note)
  assert.deepEqual([unhandled, released()], [[], 1])
  assert.equal(await store.read(() => 'waits for nothing'), 'waits for nothing')
})
