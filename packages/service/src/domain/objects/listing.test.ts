import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '@bindery/bytes'
import { andThen, createRandom, type Row } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { BUCKET, put, testDomain } from '../testing.js'
import { listObjects, type ObjectQuery } from './listing.js'
import { listVersions } from './listing-versions.js'

const ALL: ObjectQuery = { bucket: BUCKET, prefix: '', delimiter: '', after: '', wholeGroups: true, maxKeys: 100 }

async function names(domain: Domain, query: Partial<ObjectQuery>): Promise<string[]> {
  const { entries } = await listObjects(domain, { ...ALL, ...query })
  return entries.map((entry) => (entry.kind === 'object' ? entry.key : `${entry.prefix}*`))
}

async function pages(domain: Domain, query: Partial<ObjectQuery>): Promise<string[]> {
  const found: string[] = []
  let after = ''
  for (;;) {
    const { entries, next } = await listObjects(domain, { ...ALL, ...query, after })
    found.push(...entries.map((entry) => (entry.kind === 'object' ? entry.key : `${entry.prefix}*`)))
    assert.ok(entries.length <= (query.maxKeys ?? ALL.maxKeys))
    if (next === undefined) return found
    after = next
  }
}

test('keys are in the order of their UTF-8 bytes', async () => {
  const domain = await testDomain()
  for (const name of ['b', 'a\u0001', 'a', '\u{1f600}', '\uff5e', 'Z', '中']) await put(domain, name, '')
  assert.deepEqual(await names(domain, {}), ['Z', 'a', 'a\u0001', 'b', '中', '\uff5e', '\u{1f600}'])
})

test('a delimiter of any length groups names after the prefix', async () => {
  const domain = await testDomain()
  for (const name of ['fun/a', 'fun/movie/1', 'fun/movie/2', 'fun/z', 'other', 'x--y--z']) await put(domain, name, '')
  assert.deepEqual(await names(domain, { delimiter: '/' }), ['fun/*', 'other', 'x--y--z'])
  assert.deepEqual(await names(domain, { delimiter: '/', prefix: 'fun/' }), ['fun/a', 'fun/movie/*', 'fun/z'])
  assert.deepEqual(await names(domain, { delimiter: '--' }).then((all) => all.at(-1)), 'x--*')
})

test('a marker that is a common prefix skips its group; start-after does not', async () => {
  const domain = await testDomain()
  for (const name of ['a/1', 'a/2', 'b']) await put(domain, name, '')
  assert.deepEqual(await names(domain, { delimiter: '/', after: 'a/' }), ['b'])
  assert.deepEqual(await names(domain, { delimiter: '/', after: 'a/', wholeGroups: false }), ['a/*', 'b'])
  assert.deepEqual(await names(domain, { delimiter: '/', after: 'a/1' }), ['a/*', 'b'])
})

test('a group costs a few rows, however many it has, with versions too', async () => {
  const domain = await testDomain()
  for (let number = 0; number < 600; number += 1)
    await put(domain, `${String(number).padStart(3, '0')[0]}/${number}`, '')
  // the engine in memory runs what reads twice
  let read = 0
  const metadata: typeof domain.metadata = {
    ...domain.metadata,
    read: (work) =>
      domain.metadata.read((reader) =>
        work({
          get: (key) => reader.get(key),
          getMany: (keys) => reader.getMany(keys),
          range: (from, to, options) => {
            const count = (rows: Row[]) => {
              read += rows.length
              return rows
            }
            return andThen(reader.range(from, to, options), count)
          },
        }),
      ),
  }
  const counted = { ...domain, metadata }
  const groups = ['0/', '1/', '2/', '3/', '4/', '5/']
  assert.deepEqual(
    await names(counted, { delimiter: '/' }),
    groups.map((group) => `${group}*`),
  )
  assert.ok(read <= 60, `${read} rows for 6 groups`)
  read = 0
  const { entries } = await listVersions(counted, { ...ALL, delimiter: '/', keyMarker: '' })
  assert.deepEqual(
    entries.map((entry) => entry.kind === 'prefix' && entry.prefix),
    groups,
  )
  assert.ok(read <= 60, `${read} rows for 6 groups of versions`)
})

const seed = Number(process.env.SEED ?? 7)
test(`U6: pages put together are the full set, whatever the page size (seed ${seed})`, async () => {
  const random = createRandom(seed)
  const domain = await testDomain()
  const made = new Set<string>()
  while (made.size < 400) {
    const name = Array.from({ length: 1 + random.below(5) }, () => 'ab/c'[random.below(4)]).join('')
    if (name.startsWith('/') || made.has(name)) continue
    made.add(name)
    await put(domain, name, '')
  }
  const sorted = [...made].sort((a, b) => Buffer.compare(utf8Bytes(a), utf8Bytes(b)))
  for (const prefix of ['', 'a', 'ab/']) {
    const matching = sorted.filter((name) => name.startsWith(prefix))
    const grouped = matching.map((name) => {
      const at = name.indexOf('/', prefix.length)
      return at === -1 ? name : `${name.slice(0, at + 1)}*`
    })
    for (const maxKeys of [1, 2, 7, 100, 1000]) {
      assert.deepEqual(await pages(domain, { prefix, maxKeys }), matching)
      assert.deepEqual(await pages(domain, { prefix, maxKeys, delimiter: '/' }), [...new Set(grouped)])
    }
  }
})
