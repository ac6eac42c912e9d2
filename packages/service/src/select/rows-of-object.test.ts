import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countTurns } from '@bindery/storage/testing'
import { atEnd } from '../../../../test/support/at-end.mjs'
import type { OpenObject } from '../domain/objects/open-object.js'
import { ownedBytes } from '../response/lent-stream.js'
import { scanObject } from './rows-of-object.js'

test('a query of bytes that are in memory lets others have their turn every 64 KiB', async (t) => {
  async function* read() {
    for (let piece = 0; piece < 2; piece++) yield ownedBytes(new Uint8Array(256 * 1024))
  }
  const loop = countTurns()
  atEnd(t, () => loop.stop())
  const { pieces, scanned } = scanObject({ read } as unknown as OpenObject, false)
  const seen: { turns: number; scanned: number }[] = []
  for await (const piece of pieces) {
    assert.equal(piece.length, 64 * 1024)
    seen.push({ turns: loop.turns, scanned: scanned() })
  }
  assert.deepEqual(
    seen.map((at) => at.scanned / (64 * 1024)),
    [1, 2, 3, 4, 5, 6, 7, 8],
  )
  assert.equal(new Set(seen.map((at) => at.turns)).size, 8)
})
