import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { OssError } from '@bindery/client'
import { startShared } from '../testing/shared.js'
import { deleteSource, sourceState } from './move-source.js'

const { client, keys, newFile, succeed } = await startShared()
const clientOf = () => client
const from = { kind: 'object', address: { bucket: 'demo', key: 'moved' } } as const
const item = { from, to: { kind: 'file', path: 'moved' } } as const

const isKept = (error: unknown) => error instanceof OssError && error.code === 'SourceKept'

test('a source that was written again while it was moved is not deleted, and one that is gone counts as deleted', async () => {
  await client.put('moved', 'read')
  const before = await sourceState(clientOf, item)
  await client.put('moved', 'written since')
  await assert.rejects(deleteSource(clientOf, item, before), isKept)
  assert.deepEqual(await keys('moved'), ['moved'])
  const now = await sourceState(clientOf, item)
  await deleteSource(clientOf, item, now)
  assert.deepEqual(await keys('moved'), [])
  await deleteSource(clientOf, item, now)
})

test('a link is deleted as it was: not where it leads elsewhere now, and whatever became of what it leads to', async () => {
  for (const name of ['one', 'other']) await client.put(`leads/${name}`, name)
  await succeed(['symlink', 'oss://demo/leads/one', 'oss://demo/moved'])
  const before = await sourceState(clientOf, item)
  await succeed(['symlink', 'oss://demo/leads/other', 'oss://demo/moved'])
  await assert.rejects(deleteSource(clientOf, item, before), isKept)
  const now = await sourceState(clientOf, item)
  await client.put('leads/other', 'written since')
  await deleteSource(clientOf, item, now)
  assert.deepEqual(await keys('moved'), [])
  assert.deepEqual(await keys('leads/'), ['leads/one', 'leads/other'])
})

test('a file that was written after it was read is not deleted, and one that is gone counts as deleted', async () => {
  const file = await newFile('moved-file', 'read')
  const ofFile = { from: { kind: 'file', path: file }, to: from } as const
  const before = await sourceState(clientOf, ofFile)
  await newFile('moved-file', 'written since')
  await assert.rejects(deleteSource(clientOf, ofFile, before), isKept)
  assert.equal(await readFile(file, 'utf8'), 'written since')
  const now = await sourceState(clientOf, ofFile)
  await deleteSource(clientOf, ofFile, now)
  assert.equal(existsSync(file), false)
  await deleteSource(clientOf, ofFile, now)
})
