import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '@bindery/storage'
import { Glob } from './glob.js'

/** The regular expression that a pattern stands for. */
function expression(pattern: string): RegExp {
  const source = [...pattern].map((one) =>
    one === '*' ? '.*' : one === '?' ? '.' : `\\u{${one.codePointAt(0)?.toString(16)}}`,
  )
  return new RegExp(`^${source.join('')}$`, 'su')
}

test('a pattern matches what its stars and question marks stand for', () => {
  const rows: [pattern: string, text: string, matches: boolean][] = [
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['**', 'a/b', true],
    ['a', 'A', false],
    ['bkt/*', 'bkt/', true],
    ['bkt/*', 'bkt', false],
    ['bkt*', 'bkt/a/b', true],
    ['*.jpg', 'a/b.jpg', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'a-b-b-c', true],
    ['*ab*ab', 'ab', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a?', 'a\u{1F600}', true],
    ['a??', 'a\u{1F600}', false],
    ['*?', '', false],
    ['?*x', 'xx', true],
    ['.', 'a', false],
    ['[a]', 'a', false],
  ]
  for (const [pattern, text, matches] of rows)
    assert.equal(new Glob(pattern).matches(text), matches, `${pattern} ${text}`)
})

test('random patterns and texts match like the regular expression of each pattern', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e6)
  const random = createRandom(seed)
  const text = (letters: string, length: number) =>
    Array.from({ length: random.below(length) }, () => [...letters][random.below([...letters].length)]).join('')
  for (let round = 0; round < 20_000; round += 1) {
    const pattern = text('ab\u{1F600}**?/', 9)
    const actual = text('ab\u{1F600}/', 9)
    assert.equal(
      new Glob(pattern).matches(actual),
      expression(pattern).test(actual),
      `SEED=${seed}: ${pattern} ${actual}`,
    )
  }
})

test('the most hostile pattern ends', () => {
  const text = 'a'.repeat(1_023)
  assert.equal(new Glob(`${'*a?'.repeat(300)}b`).matches(text), false)
  assert.equal(new Glob(`${'*a'.repeat(500)}b`).matches(text), false)
})
