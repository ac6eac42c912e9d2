import assert from 'node:assert/strict'
import type { MetadataStore, Transaction } from '../metadata-store.js'
import { bytesOf, type StoreTest, textOf } from './support.js'

const VIEWS = 12

/** The view of one request; an engine that has the rows at hand needs none. */
function viewOf(store: MetadataStore, ...along: string[]): MetadataStore {
  return store.recalling?.(along.map(bytesOf)) ?? store
}

async function set(store: MetadataStore, ...names: string[]): Promise<void> {
  await store.transact(async (tx) => {
    for (const name of names) tx.set(bytesOf(name), bytesOf('new'))
  })
}

async function increment(tx: Transaction): Promise<void> {
  const count = Number(textOf(await tx.get(bytesOf('n'))) ?? 0)
  tx.set(bytesOf('n'), bytesOf(String(count + 1)))
}

/** The view that one request has of a store: what it has read before changes no outcome. */
export function testMetadataViews(storeTest: StoreTest): void {
  storeTest('a view commits on top of what others have written since it read', async (store) => {
    const view = viewOf(store, 'n')
    await view.read((reader) => reader.get(bytesOf('other')))
    await store.transact(increment)
    await view.transact(increment)
    assert.equal(textOf(await store.read((reader) => reader.get(bytesOf('n')))), '2')
    await view.transact(increment)
    assert.equal(textOf(await view.read((reader) => reader.get(bytesOf('n')))), '3')
  })

  storeTest('no update is lost between views that have all read the same', async (store) => {
    const views = Array.from({ length: VIEWS }, () => viewOf(store, 'n'))
    await Promise.all(views.map((view) => view.read((reader) => reader.get(bytesOf('n')))))
    await Promise.all(views.map((view) => view.transact(increment)))
    assert.equal(textOf(await store.read((reader) => reader.get(bytesOf('n')))), String(VIEWS))
  })

  storeTest('a transaction of a view that throws or writes nothing has seen the newest rows', async (store) => {
    const view = viewOf(store, 'row')
    const look = (tx: Transaction) => tx.get(bytesOf('row'))
    await view.read((reader) => reader.get(bytesOf('row')))
    await set(store, 'row')
    assert.equal(textOf(await view.transact(look)), 'new')
    const late = viewOf(store, 'gone')
    await late.read((reader) => reader.get(bytesOf('row')))
    await set(store, 'gone')
    const found = await late.transact(async (tx) => {
      const row = await tx.get(bytesOf('gone'))
      if (row === undefined) throw new Error('there is no such row')
      tx.set(bytesOf('seen'), row)
      return row
    })
    assert.equal(textOf(found), 'new')
    const failing = viewOf(store, 'row')
    await failing.read((reader) => reader.get(bytesOf('row')))
    const failed = failing.transact(async (tx) => {
      await tx.get(bytesOf('row'))
      tx.set(bytesOf('never'), bytesOf('1'))
      throw new Error('its own')
    })
    await assert.rejects(failed, /its own/)
    assert.equal(await store.read((reader) => reader.get(bytesOf('never'))), undefined)
  })

  storeTest('what a transaction of a view commits rests on one state, however it was read', async (store) => {
    const view = viewOf(store)
    await view.read((reader) => reader.get(bytesOf('left')))
    await set(store, 'left', 'right')
    await view.transact(async (tx) => {
      const left = textOf(await tx.get(bytesOf('left')))
      const right = textOf(await tx.get(bytesOf('right')))
      const [row] = await tx.range(bytesOf('right'), bytesOf('s'), { limit: 1 })
      tx.set(bytesOf('both'), bytesOf(`${left} ${right} ${textOf(row?.value)}`))
    })
    assert.equal(textOf(await store.read((reader) => reader.get(bytesOf('both')))), 'new new new')
  })

  storeTest('a view reads what others have written since its last read', async (store) => {
    const view = viewOf(store, 'row')
    assert.equal(await view.read((reader) => reader.get(bytesOf('row'))), undefined)
    await set(store, 'row')
    assert.equal(textOf(await view.read((reader) => reader.get(bytesOf('row')))), 'new')
  })
}
