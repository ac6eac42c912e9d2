import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutPassword } from './places.js'

test('a database is named without its user, its password and its parameters', () => {
  for (const [url, place] of [
    ['postgres://user:pass@one:5432,two/bindery?sslmode=require', 'postgres://one:5432,two/bindery'],
    ['postgresql://user:p%2Fs%40s@[::1]:5432/bindery', 'postgresql://[::1]:5432/bindery'],
    ['postgres://one/bindery?user=u&password=pass', 'postgres://one/bindery'],
    ['postgres://one', 'postgres://one'],
  ] as const) {
    assert.equal(withoutPassword(url), place)
  }
})

test('nothing is shown of a database whose password makes the URL malformed', () => {
  for (const mark of ['/', '@', '?', '#', '/@', '@/', '?@']) {
    const shown = withoutPassword(`postgres://user:first${mark}last@one/bindery`)
    assert.ok(!/first|last/.test(shown), shown)
  }
})
