import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '@bindery/bytes'
import { createMemoryMetadataStore, createRandom } from '@bindery/storage'
import { countingRows } from '@bindery/storage/testing'
import { setVersioning } from '../buckets/versioning.js'
import type { Domain } from '../domain.js'
import { BUCKET, named, put, testDomain } from '../testing.js'
import { listObjects, type ObjectPage, type ObjectQuery } from './listing.js'
import { listVersions } from './listing-versions.js'
import { deleteObject } from './objects.js'

const ALL: ObjectQuery = { bucket: BUCKET, prefix: '', delimiter: '', after: '', wholeGroups: true, maxKeys: 100 }

/** The keys and the common prefixes of a page, in the order of their bytes. */
function namesOf({ objects, prefixes }: ObjectPage): string[] {
  const names = [...Array.from(objects, ({ key }) => key), ...prefixes.map((prefix) => `${prefix}*`)]
  return names.sort((a, b) => Buffer.compare(utf8Bytes(a), utf8Bytes(b)))
}

async function names(domain: Domain, query: Partial<ObjectQuery>): Promise<string[]> {
  return namesOf(await listObjects(domain, { ...ALL, ...query }))
}

async function pages(domain: Domain, query: Partial<ObjectQuery>): Promise<string[]> {
  const found: string[] = []
  let after = ''
  for (;;) {
    const page = await listObjects(domain, { ...ALL, ...query, after })
    const { next } = page
    const entries = namesOf(page)
    found.push(...entries)
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

/** A bucket with groups of a size, some of whose keys have other versions; and the rows that a listing of it reads. */
async function groupsOf(size: number) {
  const { store: metadata, count } = countingRows(createMemoryMetadataStore())
  const domain = await testDomain({ metadata })
  await setVersioning(domain, BUCKET, 'Enabled')
  for (const group of GROUPS) {
    for (let number = 0; number < size; number += 1) await put(domain, `in/${group}${number}`, '')
    await put(domain, `in/${group}0`, '')
    await deleteObject(domain, named(`in/${group}1`))
  }
  const grouped = { ...ALL, prefix: 'in/', delimiter: '/' }
  return {
    objects: (query: Partial<ObjectQuery>) => count(() => listObjects(domain, { ...grouped, ...query })),
    versions: (keyMarker: string, maxKeys: number) =>
      count(() => listVersions(domain, { ...grouped, keyMarker, maxKeys })),
    names: () => names(domain, grouped),
    groupsOfVersions: async () => {
      const { entries } = await listVersions(domain, { ...grouped, keyMarker: '' })
      return entries.map((entry) => (entry.kind === 'prefix' ? `${entry.prefix}*` : entry.key))
    },
  }
}

const GROUPS = ['0/', '1/', '2/', '3/', '4/', '5/']

test('a delimiter seeks: a page reads as many rows as it has groups need, however large they are, from any marker, with versions too', async () => {
  const [small, large] = [await groupsOf(40), await groupsOf(400)]
  const all = GROUPS.map((group) => `in/${group}*`)
  for (const one of [small, large]) assert.deepEqual([await one.names(), await one.groupsOfVersions()], [all, all])
  for (const query of [{}, { maxKeys: 2 }, { after: 'in/2/' }, { after: 'in/2/30', wholeGroups: false }]) {
    assert.deepEqual(await large.objects(query), await small.objects(query), JSON.stringify(query))
  }
  for (const [marker, max] of [
    ['', 100],
    ['', 2],
    ['in/2/', 100],
    ['in/2/30', 100],
  ] as const) {
    assert.deepEqual(await large.versions(marker, max), await small.versions(marker, max), marker)
  }
  // the engine in memory runs what reads twice; the first batch has 16 rows of each kind
  assert.ok((await large.objects({})) <= 80, String(await large.objects({})))
  assert.ok((await large.versions('', 100)) <= 160, String(await large.versions('', 100)))
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
