import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HEIGHT_MAX, positionOf, ROW_PIXELS, rowWindow } from './row-window.js'

const HEIGHT = 600

test('a table that a browser can draw has a pixel of the scroll bar for each of its own', () => {
  assert.deepEqual(rowWindow(1_000, { top: 3_800, height: HEIGHT }), {
    ...{ first: 90, end: 126, before: 90 * ROW_PIXELS, after: (1_000 - 126) * ROW_PIXELS },
  })
})

test('a million rows fit into the height that a browser draws, and the first and the last are reached', () => {
  const rows = 1_000_000
  const last = HEIGHT_MAX - HEIGHT
  for (const top of [0, 1, 5_000_000, last]) {
    const { first, end, before, after } = rowWindow(rows, { top, height: HEIGHT })
    assert.ok(before + after + (end - first) * ROW_PIXELS <= HEIGHT_MAX + ROW_PIXELS, String(top))
    // what is drawn covers the box
    assert.ok(before <= top && before + (end - first) * ROW_PIXELS >= top + HEIGHT, String(top))
  }
  assert.equal(rowWindow(rows, { top: 0, height: HEIGHT }).first, 0)
  assert.equal(rowWindow(rows, { top: last, height: HEIGHT }).end, rows)
})

test('each row of a million can be brought to the top', () => {
  const rows = 1_000_000
  for (const index of [0, 1, 499_999, 883_000, 999_900]) {
    const { first, end } = rowWindow(rows, { top: positionOf(index, rows, HEIGHT), height: HEIGHT })
    assert.ok(first <= index && index < end, String(index))
  }
})
