import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryMetadataStore, type MetadataStore, StorageError } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { autoCompleteRows } from '../stored/keyspace.js'
import type { AutoComplete, Whole } from '../stored/model.js'
import { BUCKET, get, key, OWNER, PLAIN, part, testDomain } from '../testing.js'
import { AutoCompleter, completeIfWhole } from './auto-complete.js'
import { abortUpload, findUpload, initiateUpload } from './uploads.js'

const FULL = 'x'.repeat(102_400)

async function initiate(domain: Domain, name: string, when: Whole & Pick<AutoComplete, 'crc64'>): Promise<string> {
  const { uploadId } = await initiateUpload(domain, {
    bucket: BUCKET,
    key: key(name),
    initiator: OWNER,
    owner: OWNER,
    description: PLAIN,
    sequential: false,
    forbidOverwrite: false,
    autoComplete: { ...when, forbidOverwrite: false },
  })
  return uploadId
}

async function countAutoCompletes(domain: Domain): Promise<number> {
  const { from, to } = autoCompleteRows.all
  return (await domain.metadata.read((reader) => reader.range(from, to, { limit: 1_000 }))).length
}

test('an upload whose process died between its last part and its completion is completed by the next process', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k', { parts: 2 })
  await part(domain, 'k', uploadId, 2, 'end')
  await new AutoCompleter(domain).all()
  await assert.rejects(get(domain, 'k'), { reason: 'noSuchKey' })
  await part(domain, 'k', uploadId, 1, FULL)
  await new AutoCompleter(domain).all()
  assert.equal(String(await get(domain, 'k')), `${FULL}end`)
  assert.equal(await countAutoCompletes(domain), 0)
})

test('all such uploads are found, even more than one step examines, and incomplete ones stay', async () => {
  const domain = await testDomain()
  for (let n = 0; n < 250; n += 1) {
    const uploadId = await initiate(domain, `k${n}`, { size: 1 })
    if (n % 100 === 7) await part(domain, `k${n}`, uploadId, 1, 'x')
  }
  await new AutoCompleter(domain).all()
  for (const n of [7, 107, 207]) assert.equal(String(await get(domain, `k${n}`)), 'x')
  assert.equal(await countAutoCompletes(domain), 247)
})

test('a store that fails while an upload completes itself fails no part, and the next step completes it', async () => {
  const memory = createMemoryMetadataStore({ runBodiesTwice: true })
  let broken = false
  const metadata: MetadataStore = {
    ...memory,
    read: (body) => memory.read(body),
    close: () => memory.close(),
    transact: async (body) => {
      if (broken) throw new StorageError('unavailable', 'for this test')
      return memory.transact(body)
    },
  }
  const domain = await testDomain({ metadata })
  const uploadId = await initiate(domain, 'k', { parts: 1 })
  await part(domain, 'k', uploadId, 1, 'x')
  const upload = await findUpload(domain, { bucket: BUCKET, key: key('k'), uploadId })
  broken = true
  await completeIfWhole(domain, upload)
  broken = false
  await assert.rejects(get(domain, 'k'), { reason: 'noSuchKey' })
  await new AutoCompleter(domain).step()
  assert.equal(String(await get(domain, 'k')), 'x')
})

test('an ended upload leaves no row', async () => {
  const domain = await testDomain()
  const uploadId = await initiate(domain, 'k', { parts: 1, crc64: 5n })
  await part(domain, 'k', uploadId, 1, 'x')
  await new AutoCompleter(domain).all()
  assert.equal(await countAutoCompletes(domain), 1)
  await abortUpload(domain, { bucket: BUCKET, key: key('k'), uploadId })
  assert.equal(await countAutoCompletes(domain), 0)
})
