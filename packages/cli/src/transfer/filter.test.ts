import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readArguments } from '../arguments.js'
import { filterOf, globOf, nameFilterOf } from './filter.js'

const NOW = Date.UTC(2026, 5, 1)
const DAY = 86_400_000

/** The names that a command line takes. */
function taken(args: readonly string[], names: readonly string[]): string[] {
  const filter = filterOf(readArguments('cp', args, 2), NOW)
  return names.filter((name) => filter?.({ name, size: 1, modified: new Date(NOW) }) !== false)
}

test('a pattern without a slash is for the last part of a name, one with a slash for all of it', () => {
  const cases: [pattern: string, matches: string[], others: string[]][] = [
    ['*.jpg', ['a.jpg', 'x/y/b.jpg'], ['a.jpg.txt', 'jpg']],
    ['logs/*', ['logs/a'], ['logs/a/b', 'x/logs/a']],
    ['logs/**', ['logs/a', 'logs/a/b'], ['logs', 'xlogs/a']],
    ['**/tmp/*.log', ['tmp/a.log', 'x/y/tmp/a.log'], ['tmp/x/a.log']],
    ['a?[0-9].b', ['ax1.b', 'd/ay9.b'], ['a1.b', 'axx.b', 'a/1.b']],
    ['[!a]*', ['b', 'x/b'], ['a', 'x/ab']],
    ['a+(b).{c}|$^', ['a+(b).{c}|$^'], ['aab']],
    ['?.txt', ['中.txt', '😀.txt'], ['中文.txt']],
  ]
  for (const [pattern, matches, others] of cases) {
    const isMatch = globOf(pattern)
    assert.deepEqual(matches.filter(isMatch), matches, pattern)
    assert.deepEqual(others.filter(isMatch), [], pattern)
  }
})

test('the last rule that matches decides, and the first one where none does', () => {
  const names = ['a.jpg', 'b.txt', 'tmp/c.jpg']
  assert.deepEqual(taken([], names), names)
  assert.deepEqual(taken(['--include', '*.jpg'], names), ['a.jpg', 'tmp/c.jpg'])
  assert.deepEqual(taken(['--exclude', '*.jpg'], names), ['b.txt'])
  assert.deepEqual(taken(['--include', '*.jpg', '--exclude', 'tmp/**'], names), ['a.jpg'])
  assert.deepEqual(taken(['--exclude', '*', '--include=*.jpg'], names), ['a.jpg', 'tmp/c.jpg'])
})

test('size and age limit what is taken, and only names what may be deleted', () => {
  const parsed = readArguments('rm', ['--min-size', '10', '--max-size', '1k', '--min-age', '1d', '--max-age', '3d'], 1)
  const filter = filterOf(parsed, NOW)
  const isTaken = (size: number, days: number) => filter?.({ name: 'x', size, modified: new Date(NOW - days * DAY) })
  assert.deepEqual([isTaken(9, 2), isTaken(10, 2), isTaken(1024, 2), isTaken(1025, 2)], [false, true, true, false])
  assert.deepEqual([isTaken(10, 0.5), isTaken(10, 1), isTaken(10, 3), isTaken(10, 3.5)], [false, true, true, false])
  assert.equal(nameFilterOf(parsed), undefined)
  const since = filterOf(
    readArguments('rm', ['--start-time', String(NOW / 1_000 - 60), '--end-time', '2026-06-01'], 1),
    NOW,
  )
  const at = (seconds: number) => since?.({ name: 'x', size: 1, modified: new Date(NOW + seconds * 1_000) })
  assert.deepEqual([at(-61), at(-60), at(0), at(1)], [false, true, true, false])
})
