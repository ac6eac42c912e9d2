import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryMetadataStore } from '@bindery/storage'
import { countingRows } from '@bindery/storage/testing'
import { objectRows } from './domain/stored/keyspace.js'
import { named, put, testDomain } from './domain/testing.js'
import { rehearseListings } from './rehearsal.js'

/** Objects that are enough for a rehearsal. */
const MANY = 200

/** A store with objects in one bucket, and its rehearsal: how many steps it has, and the rows that they read. */
async function rehearsed({ objects, recalls = false }: { readonly objects: number; readonly recalls?: boolean }) {
  const { store, count } = countingRows(createMemoryMetadataStore())
  const domain = await testDomain({ metadata: store })
  const record = await put(domain, 'model', '')
  for (let first = 1; first < objects; first += 100) {
    await store.transact((tx) => {
      for (let number = first; number < Math.min(first + 100, objects); number += 1) {
        objectRows.set(tx, named(`key/${number}`), record)
      }
    })
  }
  let steps = 0
  const metadata = recalls ? { ...store, recalling: () => store } : store
  const rows = await count(async () => {
    for await (const _ of rehearseListings({ ...domain, metadata }, undefined)) steps += 1
  })
  return { steps, rows }
}

test('a rehearsal makes pages of the first objects, one in each step', async () => {
  const { steps, rows } = await rehearsed({ objects: MANY + 50 })
  assert.ok(steps > 1)
  // each page reads its bucket, and the object behind its last one
  assert.equal(rows, MANY + steps * (1 + MANY + 1))
})

test('a store with few objects, or on a network, is not rehearsed on', async () => {
  assert.equal((await rehearsed({ objects: MANY - 1 })).steps, 0)
  assert.equal((await rehearsed({ objects: 1 })).steps, 0)
  const { steps, rows } = await rehearsed({ objects: MANY + 50, recalls: true })
  assert.deepEqual([steps, rows], [0, 0])
})
