import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { memoryStore } from '../transfer/checkpoint.js'
import type { Checkpoint } from '../types/checkpoint.js'
import { fileStore } from './file-store.js'

const CHECKPOINT: Checkpoint = {
  v: 1,
  id: 'id',
  endpoint: 'http://127.0.0.1:9000',
  bucket: 'b',
  key: 'k',
  uploadId: 'u',
  size: 1,
  partSize: 1,
  fingerprint: 'f',
  parts: [],
  options: {},
  createdAt: 1,
  updatedAt: 1,
}

test('a deleted checkpoint leaves nothing, not even what a killed process was writing', async (t) => {
  const folder = newFolder(t, 'bindery-store-')
  const store = fileStore(folder)
  for (const id of ['id', 'other']) await store.put({ ...CHECKPOINT, id })
  await writeFile(path.join(folder, 'id.json.999.tmp'), '{"v":')
  assert.deepEqual((await store.get('id'))?.uploadId, 'u')
  await store.delete('id')
  assert.deepEqual(await readdir(folder), ['other.json'])
})

test('a listing is of one endpoint, bucket and prefix', async (t) => {
  const folder = newFolder(t, 'bindery-store-')
  const others = [{ key: 'l' }, { bucket: 'c' }, { endpoint: 'http://127.0.0.1:9001' }]
  for (const store of [fileStore(folder), memoryStore()]) {
    await store.put(CHECKPOINT)
    for (const [index, other] of others.entries()) await store.put({ ...CHECKPOINT, ...other, id: String(index) })
    const listed = []
    const filter = { endpoint: CHECKPOINT.endpoint, bucket: 'b', prefix: 'k' }
    for await (const { id } of store.list(filter)) listed.push(id)
    assert.deepEqual(listed, ['id'])
  }
})
