import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Reader } from '@bindery/storage'
import { testMetadataStore } from '@bindery/storage/testing'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { openLocalMetadataStore, openSharedMetadataStore } from './local-metadata-store.js'
import { openMetadataCommitter } from './metadata-committer.js'

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = newFolder(t, 'bindery-metadata-')
  return folder
}

describe('the embedded metadata store', () => {
  testMetadataStore(async (t) => openLocalMetadataStore({ folder: await temporaryFolder(t) }))

  test('a read sees one state, although it begins with rows that are known and a commit ends meanwhile', async (t) => {
    const store = await openLocalMetadataStore({ folder: await temporaryFolder(t) })
    atEnd(t, () => store.close())
    const [known, left, right] = ['known', 'left', 'right'].map((name) => Buffer.from(name)) as [Buffer, Buffer, Buffer]
    const look = async (reader: Reader): Promise<(string | undefined)[]> => {
      await reader.get(known)
      const values = [await reader.get(left)]
      // LMDB's thread may end its commit now
      for (const end = performance.now() + 1; performance.now() < end; );
      values.push(await reader.get(right))
      return values.map((value) => value && Buffer.from(value).toString())
    }
    await store.transact((tx) => tx.set(known, known))
    for (let round = 0; round < 200; round++) {
      const value = Buffer.from(String(round))
      const committed = store.transact((tx) => {
        for (const key of [left, right]) tx.set(key, value)
      })
      if (round % 3 > 0) await nextTurn()
      if (round % 3 > 1) await nextTurn()
      const [[first, second], after] = await Promise.all([store.read(look), committed.then(() => store.read(look))])
      assert.equal(first, second)
      assert.deepEqual(after, [String(round), String(round)])
    }
  })
})

describe('the embedded metadata store, with commits by another process', () => {
  testMetadataStore(async (t) => {
    const folder = await temporaryFolder(t)
    const committer = await openMetadataCommitter({ folder })
    atEnd(t, () => committer.close())
    // in the form of a channel between processes
    const send = async (batch: Uint8Array) => structuredClone(await committer.commit(structuredClone(batch)))
    return openSharedMetadataStore({ folder, send })
  })
})
