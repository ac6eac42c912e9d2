import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ask,
  BUCKET,
  call,
  element,
  idOf,
  listedVersions,
  listVersions,
  put,
  setVersioning,
  startVersioned,
  startWithBucket,
  type TestResponse,
} from '../../testing/index.js'

const codeOf = ({ status, text }: TestResponse) => [status, element(text, 'Code')]

test('versions are listed by key from the newest, page by page, and grouped', async () => {
  const started = await startVersioned()
  const made: Record<string, string[]> = {}
  for (const key of ['a', 'dir/b', 'dir/c', 'z']) {
    made[key] = []
    for (const body of ['1', '2']) made[key].unshift(idOf(await put(started, key, body)))
  }
  const marker = idOf(await ask(started, 'DELETE', 'a'))
  const all = [`!a ${marker} latest`, ...(made.a ?? []).map((id) => `a ${id}`)]
  for (const key of ['dir/b', 'dir/c', 'z']) {
    all.push(...(made[key] ?? []).map((id, index) => `${key} ${id}${index === 0 ? ' latest' : ''}`))
  }
  assert.deepEqual(listedVersions(await listVersions(started)), all)
  assert.deepEqual(listedVersions(await listVersions(started, { prefix: 'dir/' })), all.slice(3, 7))
  const grouped = [...all.slice(0, 3), 'dir/', ...all.slice(7)]
  for (const [query, expected] of [
    [{}, all],
    [{ delimiter: '/' }, grouped],
  ] as const) {
    for (const size of [1, 2, 3, 5]) {
      const seen: string[] = []
      for (let marker: Record<string, string> | undefined = {}; marker !== undefined; ) {
        const page = await listVersions(started, { ...query, ...marker, 'max-keys': String(size) })
        const found = listedVersions(page)
        // prefixes stand behind the versions of a page
        seen.push(...found)
        const [key, id] = [element(page.text, 'NextKeyMarker'), element(page.text, 'NextVersionIdMarker')]
        const isTruncated = element(page.text, 'IsTruncated') === 'true'
        assert.equal(key !== undefined, isTruncated)
        marker = isTruncated
          ? { 'key-marker': key ?? '', ...(id !== '' && { 'version-id-marker': id ?? '' }) }
          : undefined
      }
      assert.deepEqual(seen.sort(), [...expected].sort(), `pages of ${size}`)
    }
  }
})

test('a client that deletes each page of a listing before it requests the next one deletes everything', async () => {
  const started = await startVersioned()
  for (const status of ['Enabled', 'Suspended', 'Enabled'] as const) {
    await setVersioning(started, status)
    for (const key of ['a', 'b']) {
      await put(started, key, status)
      await ask(started, 'DELETE', key)
      await put(started, key, status)
    }
  }
  let marker: Record<string, string> = {}
  for (let isTruncated = true; isTruncated; ) {
    const page = await listVersions(started, { ...marker, 'max-keys': '1' })
    isTruncated = element(page.text, 'IsTruncated') === 'true'
    marker = {
      'key-marker': element(page.text, 'NextKeyMarker') ?? '',
      'version-id-marker': element(page.text, 'NextVersionIdMarker') ?? '',
    }
    const [, key = '', id = ''] = /^!?(\S+) (\S+)/.exec(listedVersions(page)[0] ?? '') ?? []
    await ask(started, 'DELETE', key, id)
  }
  assert.deepEqual(listedVersions(await listVersions(started)), [])
  assert.equal((await call(started, { method: 'DELETE', bucket: BUCKET })).status, 204)
})

test('a listing of versions is refused for what it cannot mean, and shows null versions of any bucket', async () => {
  const started = await startWithBucket()
  await put(started, 'k', 'x')
  assert.deepEqual(listedVersions(await listVersions(started)), ['k null latest'])
  for (const [query, ec] of [
    [{ 'version-id-marker': 'null' }, undefined],
    [{ 'key-marker': 'k', 'version-id-marker': 'x' }, '0012-00000105'],
    [{ delimiter: 'x' }, '0012-00000107'],
    [{ 'max-keys': '1001' }, undefined],
    [{ 'key-marker': 'k'.repeat(1025) }, '0015-00000405'],
  ] as const) {
    const refused = await call(started, { method: 'GET', bucket: BUCKET, query: { versions: undefined, ...query } })
    assert.deepEqual([codeOf(refused), element(refused.text, 'EC')], [[400, 'InvalidArgument'], ec])
  }
})

test('a bucket with versions or delete markers is not empty, and its statistics count them', async () => {
  const started = await startVersioned()
  const first = idOf(await put(started, 'k', '12345'))
  await put(started, 'k', '123')
  const marker = idOf(await ask(started, 'DELETE', 'k'))
  const stat = async () => {
    const { text } = await call(started, { method: 'GET', bucket: BUCKET, query: { stat: '' } })
    return ['Storage', 'ObjectCount', 'StandardObjectCount', 'DeleteMarkerCount'].map((name) => element(text, name))
  }
  assert.deepEqual(await stat(), ['8', '0', '2', '1'])
  const refused = await call(started, { method: 'DELETE', bucket: BUCKET })
  assert.deepEqual(codeOf(refused), [409, 'BucketNotEmpty'])
  await ask(started, 'DELETE', 'k', marker)
  assert.deepEqual(await stat(), ['8', '1', '2', '0'])
  await ask(started, 'DELETE', 'k', first)
  assert.deepEqual(await stat(), ['3', '1', '1', '0'])
})
