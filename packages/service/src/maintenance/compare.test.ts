import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '@bindery/storage'
import { compare, Fingerprint } from './compare.js'

interface Item {
  readonly token: string
}

async function differences(due: readonly string[], found: readonly string[]) {
  const walk = (tokens: readonly string[]) =>
    async function* (): AsyncGenerator<Item> {
      for (const token of tokens) yield { token }
    }
  const sums = { due: new Fingerprint(), found: new Fingerprint() }
  for (const token of due) sums.due.add(token)
  for (const token of found) sums.found.add(token)
  const report = { missing: [] as string[], stray: [] as string[], shared: [] as string[] }
  const add = (list: string[]) => async (item: Item) => list.push(item.token)
  await compare({
    sums,
    due: walk(due),
    found: walk(found),
    missing: add(report.missing),
    stray: add(report.stray),
    shared: add(report.shared),
  })
  return report
}

test('equal sets in different orders have no differences', async () => {
  assert.deepEqual(await differences(['a', 'b', 'c'], ['c', 'a', 'b']), { missing: [], stray: [], shared: [] })
})

test('items on one side only are found, even if both sides are equally large', async () => {
  assert.deepEqual(await differences(['a', 'b'], ['b', 'c']), { missing: ['a'], stray: ['c'], shared: [] })
  assert.deepEqual(await differences(['a', 'a'], ['a']), { missing: [], stray: [], shared: ['a'] })
})

test('sets that are walked in shares have the same differences', async () => {
  const random = createRandom(5)
  const tokens = Array.from({ length: 600_000 }, (_, index) => `${index}-${random.below(1e9)}`)
  const report = await differences(tokens, [...tokens.slice(1).reverse(), 'stray'])
  assert.deepEqual(report, { missing: tokens.slice(0, 1), stray: ['stray'], shared: [] })
})

test('a changed token changes the sum', () => {
  const random = createRandom(6)
  const sumOf = (token: string): Fingerprint => {
    const sum = new Fingerprint()
    sum.add('the same')
    sum.add(token)
    return sum
  }
  for (let index = 0; index < 20_000; index += 1) {
    const token = String(random.below(2 ** 31))
    assert.equal(sumOf(token).equals(sumOf(`${token.slice(0, -1)}x`)), false)
    assert.equal(sumOf(token).equals(sumOf(token)), true)
  }
})
