import assert from 'node:assert/strict'
import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { canEvict, evict } from '../../../../test/support/evict.mjs'
import { onTmpfs } from '../../../../test/support/tmpfs.mjs'
import { loadNative } from './native.js'

const native = loadNative()
const skip = native === undefined && 'the addon was not built'

const KIB = 1024
const MIB = KIB * KIB
const PAGE = 4 * KIB
const LARGE = 2 * MIB
const content = Buffer.from(
  Uint8Array.from({ length: 2 * LARGE + 12_345 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24),
)

function file(t: TestContext) {
  const path = join(newFolder(t, 'bindery-large-'), 'content')
  writeFileSync(path, content)
  const fd = openSync(path, 'r+')
  atEnd(t, () => closeSync(fd))
  return { path, fd }
}

/** Why a test that sees which pages are in memory cannot run, or false. */
function blindness(t: TestContext): string | false {
  if (onTmpfs) return onTmpfs
  if (!canEvict) return 'nothing here has files leave the memory of the system'
  if (!existsSync('/sys/kernel/mm/transparent_hugepage')) return 'the system has no large pages'
  const { path, fd } = file(t)
  evict(path)
  return native?.isCached(fd, 0, content.length) === true && 'the system does not show what it has in memory'
}

async function bytesAt(fd: number, position: number, length: number, goesOn: boolean): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  const count = await native?.readLarge(fd, bytes, position, goesOn)
  return bytes.subarray(0, count)
}

/** Positions and lengths within pages, across them, at the end of the file and behind it. */
const RANGES: readonly (readonly [number, number])[] = [
  [0, content.length],
  [1, 10],
  [PAGE - 1, MIB],
  [LARGE - 1, 2],
  [MIB + 77, LARGE],
  [content.length - 5, 100],
  [content.length, 10],
  [content.length + 3 * LARGE, MIB],
  [5, 0],
]

test('a read through large pages returns the bytes of its range, cold and warm, and none behind the end', {
  skip,
}, async (t) => {
  const { path, fd } = file(t)
  for (const [position, length] of RANGES) {
    for (const goesOn of [false, true]) {
      if (canEvict) evict(path)
      const wanted = content.subarray(position, position + length)
      assert.deepEqual(await bytesAt(fd, position, length, goesOn), wanted, `cold: ${length} bytes from ${position}`)
      assert.deepEqual(await bytesAt(fd, position, length, goesOn), wanted, `warm: ${length} bytes from ${position}`)
    }
  }
})

test('many reads at once of one file return the bytes of their ranges', { skip }, async (t) => {
  const { path, fd } = file(t)
  for (let round = 0; round < 5; round++) {
    if (canEvict) evict(path)
    await Promise.all(
      RANGES.map(async ([position, length], i) => {
        const bytes = await bytesAt(fd, position, length, i % 2 === 0)
        assert.ok(bytes.equals(content.subarray(position, position + length)), `${length} bytes from ${position}`)
      }),
    )
  }
})

test('a read of a descriptor that is not open rejects with the error of the system', { skip }, async () => {
  await assert.rejects(bytesAt(1 << 30, 0, MIB, false), { code: 'EBADF' })
  assert.equal(native?.isCached(1 << 30, 0, MIB), true, 'it cannot be known')
})

test('a range that is not in memory is filled with the whole large page around it', { skip }, async (t) => {
  const reason = blindness(t)
  if (reason !== false) return t.skip(reason)
  const { path, fd } = file(t)
  evict(path)
  assert.equal(native?.isCached(fd, LARGE, PAGE), false)
  // the usual reading ahead reads nothing in front of a range
  await bytesAt(fd, LARGE + 64 * KIB, MIB, false)
  assert.equal(native?.isCached(fd, LARGE, LARGE), true)
  assert.equal(native?.isCached(fd, 0, PAGE), false)
})

test('small pages give way to a large one, and what was written to them is kept', { skip }, async (t) => {
  const reason = blindness(t)
  if (reason !== false) return t.skip(reason)
  const { path, fd } = file(t)
  evict(path)
  const header = Buffer.alloc(PAGE, 'h')
  writeSync(fd, header, 0, PAGE, PAGE)
  fdatasyncSync(fd)
  assert.deepEqual(
    [0, PAGE].map((position) => native?.isCached(fd, position, PAGE)),
    [false, true],
  )
  const bytes = await bytesAt(fd, PAGE, MIB, false)
  assert.ok(bytes.equals(Buffer.concat([header, content.subarray(2 * PAGE, PAGE + MIB)])))
  assert.equal(native?.isCached(fd, 0, LARGE), true)
  assert.ok(
    readFileSync(path)
      .subarray(PAGE, 2 * PAGE)
      .equals(header),
  )
})

test('a short end of a range does not have a large page filled', { skip }, async (t) => {
  const reason = blindness(t)
  if (reason !== false) return t.skip(reason)
  const { path, fd } = file(t)
  evict(path)
  await bytesAt(fd, LARGE + 64 * KIB, PAGE, false)
  assert.equal(native?.isCached(fd, LARGE, PAGE), false)
})
