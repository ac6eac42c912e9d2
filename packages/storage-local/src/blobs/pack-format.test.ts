import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AREA_BYTES, PAGE_BYTES, type PackedLocation, packedIdOf } from './blob-location.js'
import { systemFiles } from './files.js'
import { decodePackedHeader, encodePackedHeader } from './pack-format.js'
import { scanPack } from './pack-scanner.js'
import { temporaryFolder } from './testing.js'

const PACK = { incarnation: 'a1', counter: 0 }
const OWNER = Buffer.from('owner')

function imageAt(offset: number, headerBytes: number, counter = 1): PackedLocation {
  return { incarnation: 'a1', counter, pack: 0, offset, headerBytes, size: 600_000, isEncrypted: false }
}

function headerOf(location: PackedLocation): Buffer {
  const page = Buffer.alloc(PAGE_BYTES)
  encodePackedHeader(packedIdOf(location), location, OWNER, page.subarray(0, location.headerBytes))
  return page
}

/** A pack that has the headers of these images, and holes around them. */
async function packOf(t: TestContext, images: readonly PackedLocation[], bytes: number): Promise<string> {
  const path = join(await temporaryFolder(t), 'pack')
  const file = await open(path, 'w')
  await file.truncate(bytes)
  for (const image of images) await file.write(headerOf(image), 0, PAGE_BYTES, image.offset)
  await file.close()
  return path
}

test('a header that fills a page is one only where an area begins', () => {
  const short = 32 + OWNER.length + 8
  for (const [offset, headerBytes, isSound] of [
    [0, short, true],
    [PAGE_BYTES, short, true],
    [0, PAGE_BYTES, true],
    [AREA_BYTES, PAGE_BYTES, true],
    [PAGE_BYTES, PAGE_BYTES, false],
    [AREA_BYTES + PAGE_BYTES, PAGE_BYTES, false],
  ] as const) {
    const location = imageAt(offset, headerBytes)
    const found = decodePackedHeader(PACK, offset, headerOf(location))
    assert.deepEqual(found?.location, isSound ? location : undefined, `${headerBytes} bytes at ${offset}`)
  }
})

test('a header is not valid at another offset, nor in another pack', () => {
  const page = headerOf(imageAt(0, PAGE_BYTES))
  assert.notEqual(decodePackedHeader(PACK, 0, page), undefined)
  assert.equal(decodePackedHeader(PACK, AREA_BYTES, page), undefined)
  assert.equal(decodePackedHeader({ ...PACK, incarnation: 'a2' }, 0, page), undefined)
})

test('a scan finds every image between and behind holes, wherever they end', async (t) => {
  const short = 32 + OWNER.length + 8
  // behind holes: the area of a blob, and short headers on pages with all kinds of distances
  const apart = Array.from({ length: 17 }, (_, index) => (5 + index) * AREA_BYTES + index ** 2 * PAGE_BYTES)
  const places = [15 * PAGE_BYTES, 3 * AREA_BYTES, ...apart]
  const images = places.map((offset, index) =>
    imageAt(offset, offset === 3 * AREA_BYTES ? PAGE_BYTES : short, index + 1),
  )
  for (const bytes of [(places.at(-1) ?? 0) + PAGE_BYTES, 24 * AREA_BYTES + 100]) {
    const file = await systemFiles.open(await packOf(t, images, bytes))
    const found: PackedLocation[] = []
    for await (const { location } of scanPack(systemFiles, PACK, file, 0)) found.push(location)
    await systemFiles.close(file)
    assert.deepEqual(found, images)
  }
})
