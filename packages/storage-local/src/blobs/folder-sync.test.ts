import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { systemFiles } from './files.js'
import { FolderSync } from './folder-sync.js'
import { systemError } from './testing.js'

/** Syncs that end on demand, with an error or without. */
function heldSyncs() {
  const ends: ((error?: Error) => void)[] = []
  const syncFolder = () =>
    new Promise<void>((resolve, reject) => {
      ends.push((error) => (error === undefined ? resolve() : reject(error)))
    })
  return { ends, folderSync: new FolderSync({ ...systemFiles, syncFolder }) }
}

async function hasEnded(promise: Promise<void>): Promise<boolean> {
  let ended = false
  promise.then(
    () => {
      ended = true
    },
    () => {
      ended = true
    },
  )
  await nextTurn()
  return ended
}

test('a caller that arrives during a sync of a folder waits for a later sync, together with all others', async () => {
  const { ends, folderSync } = heldSyncs()
  const first = folderSync.sync('/a')
  const [second, third] = [folderSync.sync('/a'), folderSync.sync('/a')]
  assert.equal(ends.length, 1)
  ends[0]?.()
  await first
  assert.equal(await hasEnded(second), false)
  assert.equal(ends.length, 2)
  const fourth = folderSync.sync('/a')
  ends[1]?.()
  await Promise.all([second, third])
  assert.equal(await hasEnded(fourth), false)
  assert.equal(ends.length, 3)
  ends[2]?.()
  await fourth
})

test('each folder is synced separately', async () => {
  const { ends, folderSync } = heldSyncs()
  const [a, b] = [folderSync.sync('/a'), folderSync.sync('/b')]
  assert.equal(ends.length, 2)
  ends[1]?.()
  await b
  assert.equal(await hasEnded(a), false)
  ends[0]?.()
  await a
})

test('after a failure neither waiting nor later callers cause another sync', async () => {
  const { ends, folderSync } = heldSyncs()
  const [first, second] = [folderSync.sync('/a'), folderSync.sync('/a')]
  ends[0]?.(systemError('EIO'))
  await assert.rejects(first, /EIO/)
  await assert.rejects(second, /an earlier sync/)
  await assert.rejects(folderSync.sync('/a'), /an earlier sync/)
  assert.equal(ends.length, 1)
  assert.ok(folderSync.hasFailed('/a'))
  assert.ok(!folderSync.hasFailed('/b'))
})

test('a removal from a folder that is gone is durable with its closest existing ancestor', async () => {
  const synced: string[] = []
  const gone = new Set(['/a/b', '/a/b/c'])
  const syncFolder = async (path: string) => {
    if (gone.has(path)) throw systemError('ENOENT')
    synced.push(path)
  }
  const folderSync = new FolderSync({ ...systemFiles, syncFolder })
  await folderSync.afterRemoval('/a/b/c', async () => {})
  assert.deepEqual(synced, ['/a'])
  await assert.rejects(folderSync.sync('/a/b'), { kind: 'unavailable' })
  gone.clear()
  await folderSync.sync('/a/b')
  assert.deepEqual(synced, ['/a', '/a/b'])
})
