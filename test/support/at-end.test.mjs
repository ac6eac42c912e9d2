import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { atEnd, newFolder } from './at-end.mjs'

/** A context of a test, whose hooks are run by `end`. */
function newContext() {
  const hooks = []
  return {
    after: (hook) => hooks.push(hook),
    end: async () => {
      for (const hook of hooks) await hook()
    },
  }
}

test('what was registered last is released first, one after another', async () => {
  const order = []
  const t = newContext()
  atEnd(t, () => order.push('folder'))
  atEnd(t, async () => {
    await sleep(5)
    order.push('server')
  })
  atEnd(t, () => order.push('client'))
  await t.end()
  assert.deepEqual(order, ['client', 'server', 'folder'])
})

test('everything is released after a failure, and the first one is reported', async () => {
  const order = []
  const t = newContext()
  atEnd(t, () => order.push('folder'))
  for (const name of ['server', 'client']) {
    atEnd(t, () => {
      order.push(name)
      throw new Error(name)
    })
  }
  await assert.rejects(t.end(), { message: 'client' })
  assert.deepEqual(order, ['client', 'server', 'folder'])
})

test('a new folder is removed with what is in it, after what was opened in it', async () => {
  const t = newContext()
  const folder = newFolder(t)
  atEnd(t, () => writeFileSync(join(folder, 'last'), 'words'))
  await t.end()
  assert.equal(existsSync(folder), false)
})
