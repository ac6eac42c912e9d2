import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { canEvict, evict } from '../../../../test/support/evict.mjs'
import { systemFiles } from './files.js'
import { openLocalBlobStore } from './local-blob-store.js'
import { filesBelow, MIB, options, readAll, readsWait, scrambled, sourceOf, temporaryFolder } from './testing.js'

const skip = readsWait || (!canEvict && 'nothing here has files leave the memory of the system')
const content = scrambled(9 * MIB + 100_000)

/** A store, and for each chunk that was read from the disk whether large pages were filled for it, and read ahead. */
async function openStore(t: TestContext) {
  const folder = await temporaryFolder(t)
  const reads: string[] = []
  const files: typeof systemFiles = {
    ...systemFiles,
    read(file, buffer, position, large) {
      if (buffer.length > 4096) reads.push(large === undefined ? 'small' : large.goesOn ? 'ahead' : 'large')
      return systemFiles.read(file, buffer, position, large)
    },
  }
  const store = await openLocalBlobStore({ folder, incarnation: 'a1', files })
  atEnd(t, () => store.close())
  const cold = async (id: string, start: number, end: number) => {
    for (const path of await filesBelow(folder)) evict(path)
    reads.length = 0
    const bytes = await readAll(store, id, { start, end })
    assert.ok(bytes.equals(content.subarray(start, end)))
    return new Set(reads)
  }
  return { store, cold }
}

test('a long range that comes from the disk is read through large pages, and a short one is not', {
  skip,
}, async (t) => {
  const { store, cold } = await openStore(t)
  const { id } = await store.write(sourceOf(content), options)
  assert.ok((await cold(id, 0, content.length)).has('ahead'))
  assert.ok(!(await cold(id, 5 * MIB + 5, content.length)).has('small'))
  assert.deepEqual(await cold(id, MIB + 5, 2 * MIB + 5), new Set(['small']))
})

test('a short blob is read through large pages as a whole', { skip }, async (t) => {
  const { store, cold } = await openStore(t)
  for (const size of [3 * MIB, MIB + 1]) {
    const { id } = await store.write(sourceOf(content.subarray(0, size)), options)
    assert.ok((await cold(id, 0, size)).has('large'))
  }
})
