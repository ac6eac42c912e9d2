import assert from 'node:assert/strict'
import { pbkdf2 } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { openBody } from '../transfer/part-body.js'
import { Throttle } from '../transfer/throttle.js'
import type { PartBytes } from '../types/upload.js'
import { fileSource } from './file-source.js'

const BYTES = Buffer.alloc(700_000).map((_, index) => index % 251)

async function fileOf(t: TestContext, bytes: Uint8Array): Promise<string> {
  const folder = newFolder(t, 'bindery-source-')
  const file = path.join(folder, 'file')
  await writeFile(file, bytes)
  return file
}

async function bytesOf(given: PartBytes | Promise<PartBytes>): Promise<Buffer[]> {
  const content = await given
  assert.ok(!(content instanceof Blob))
  const pieces = []
  for await (const piece of content instanceof Uint8Array ? [content] : content) pieces.push(Buffer.from(piece))
  return pieces
}

test('files of any length are read whole or in part, lent or not, as often as they are sent', async (t) => {
  for (const length of [0, 1, 16_384, 16_385, 524_288, 524_289, 700_000]) {
    const source = await fileSource(await fileOf(t, BYTES.subarray(0, length)), () => 0n)
    for (const lends of [true, true, false]) {
      assert.ok(Buffer.concat(await bytesOf(source.read(0, length, lends))).equals(BYTES.subarray(0, length)))
      const [start, end] = [Math.floor(length / 3), Math.floor(length / 2)]
      assert.ok(Buffer.concat(await bytesOf(source.read(start, end, lends))).equals(BYTES.subarray(start, end)))
    }
    await source.close?.()
  }
})

test('a file is closed after what is being read of it, so that its number names no other file meanwhile', async (t) => {
  const source = await fileSource(await fileOf(t, BYTES.subarray(0, 500_000)), () => 0n)
  const other = await fileOf(t, Buffer.alloc(500_000, 'x'))
  // all threads are busy, so the read waits for one
  const busy = Array.from({ length: 4 }, () => promisify(pbkdf2)('a', 'b', 100_000, 32, 'sha256'))
  const reading = bytesOf(source.read(0, 500_000, true))
  const closing = Promise.all([source.close?.(), source.close?.()])
  const descriptor = openSync(other, 'r')
  atEnd(t, () => closeSync(descriptor))
  assert.ok(Buffer.concat(await reading).equals(BYTES.subarray(0, 500_000)))
  await Promise.all([closing, ...busy])
})

test('a file that became shorter is not sent', async (t) => {
  for (const length of [400_000, 700_000]) {
    const file = await fileOf(t, BYTES.subarray(0, length))
    const source = await fileSource(file, () => 0n)
    await truncate(file, length - 1)
    const content = { size: length, open: () => source.read(0, length, true) }
    const sent = openBody(content, undefined, new Throttle(0), new AbortController().signal)
    await assert.rejects(
      sent.then(({ body }) => bytesOf(body)),
      { code: 'SourceChanged' },
    )
    await source.close?.()
  }
})
