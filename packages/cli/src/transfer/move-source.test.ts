import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OssError } from '@bindery/client'
import { startShared } from '../testing/shared.js'
import { deleteSource, sourceState } from './move-source.js'

const { client, keys } = await startShared()
const clientOf = () => client
const from = { kind: 'object', address: { bucket: 'demo', key: 'moved' } } as const
const item = { from, to: { kind: 'file', path: 'moved' } } as const

test('a source that was written again while it was moved is not deleted, and one that is gone counts as deleted', async () => {
  await client.put('moved', 'read')
  const before = await sourceState(clientOf, item)
  await client.put('moved', 'written since')
  const isKept = (error: unknown) => error instanceof OssError && error.code === 'SourceKept'
  await assert.rejects(deleteSource(clientOf, item, before), isKept)
  assert.deepEqual(await keys('moved'), ['moved'])
  const now = await sourceState(clientOf, item)
  await deleteSource(clientOf, item, now)
  assert.deepEqual(await keys('moved'), [])
  await deleteSource(clientOf, item, now)
})
