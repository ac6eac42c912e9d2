import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { digestOf } from '../digester.js'
import { fillBlanks } from '../seal.js'
import type { Blanks, Unsealed } from '../unsealed.js'
import { loadBinding } from './binding.js'
import { loadNative, type Native, type NativeEngine } from './native.js'

const native = loadNative()
const skip = native === undefined && 'the addon was not built'
const folder = mkdtempSync(path.join(tmpdir(), 'bindery-seal-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const PAGE = 4096
const HEADER_BYTES = 99
const FOOTER_BYTES = 72
const BLANKS: Blanks = { crc64: [0, 32], md5: 40, end: 64 }

function sealTest(name: string, body: (engine: NativeEngine, file: FileHandle, native: Native) => Promise<void>) {
  test(name, { skip }, async () => {
    assert.ok(native)
    const engine = native.createEngine()
    const file = await open(path.join(folder, 'file'), 'w+')
    try {
      await body(engine, file, native)
    } finally {
      await engine.close()
      await file.close()
    }
  })
}

/** An image in pages of its own: what is before the bytes, they, their footer, and zeros. */
function imageOf(own: Native, size: number, seed: number): { image: Uint8Array; unsealed: Unsealed } {
  const length = Math.ceil((HEADER_BYTES + size + FOOTER_BYTES) / PAGE) * PAGE
  const memory = new Uint8Array(new SharedArrayBuffer(length + PAGE))
  const start = (PAGE - own.offsetInPage(memory)) % PAGE
  const image = memory.subarray(start, start + length)
  const end = HEADER_BYTES + size
  for (let index = 0; index < end + FOOTER_BYTES; index++) image[index] = Math.imul(index + seed, 0x9e3779b1) >>> 24
  const footer = image.subarray(end, end + FOOTER_BYTES)
  return { image, unsealed: { bytes: image.subarray(HEADER_BYTES, end), digests: [], footer, blanks: BLANKS } }
}

/** The image as it is to be written. */
function sealed(image: Uint8Array, { bytes, footer, blanks }: Unsealed): Buffer {
  const whole = Buffer.from(image)
  const start = footer.byteOffset - image.byteOffset
  fillBlanks({ footer: whole.subarray(start, start + footer.length), blanks }, digestOf(bytes))
  return whole
}

sealTest(
  'images are hashed, sealed, written and durable, in pages of memory or in pieces',
  async (engine, file, own) => {
    const sizes = Array.from(
      { length: 150 },
      (_, index) => [5000, 102_400, 1, 1_048_576 - 4096, 16_384, 0][index % 6] ?? 0,
    )
    const images = sizes.map((size, index) => imageOf(own, size, index))
    const expected = images.map(({ image, unsealed }) => sealed(image, unsealed))
    const directFd = own.openDirect(file.fd)
    const failed = new Uint8Array(1)
    let position = 0
    const results = await Promise.all(
      images.map(({ image, unsealed }, index) => {
        const end = HEADER_BYTES + unsealed.bytes.length
        const tail = image.subarray(end + FOOTER_BYTES)
        const apart = [image.subarray(0, HEADER_BYTES), unsealed.bytes, unsealed.footer, tail]
        const place = { fd: file.fd, directFd: index % 4 === 0 ? undefined : directFd, position }
        position += image.length
        return engine.append(index % 5 === 0 ? apart : [image], place, failed, unsealed)
      }),
    )
    assert.equal(Buffer.compare(await file.readFile(), Buffer.concat(expected)), 0)
    for (const [index, { digest }] of results.entries()) {
      assert.deepEqual({ ...digest }, { ...digestOf(images[index]?.unsealed.bytes ?? new Uint8Array(0)) })
    }
    const syncs = results.filter(({ milliseconds }) => milliseconds > 0).length
    assert.ok(syncs > 0 && syncs < results.length, `${syncs} syncs of ${results.length} images`)
    if (directFd !== undefined) closeSync(directFd)
  },
)

sealTest('digests on request come with the others', async (engine, file, own) => {
  const { image, unsealed } = imageOf(own, 70_000, 3)
  const digests = engine.digests
  const appended = await engine.append([image], { fd: file.fd, position: 0 }, new Uint8Array(1), {
    ...unsealed,
    digests,
  })
  const expected = digestOf(unsealed.bytes, { digests })
  for (const name of digests) {
    const found = appended.digest?.digests[name]
    assert.deepEqual(Buffer.from(found ?? []), Buffer.from(expected.digests[name] ?? []), name)
  }
})

sealTest(
  'an image that cannot be written fails alone, and one that cannot be synced fails its file',
  async (engine, file, own) => {
    const readOnly = await open(process.execPath, 'r')
    const images = [1, 2].map((seed) => imageOf(own, 20_000, seed))
    const results = await Promise.allSettled(
      images.map(({ image, unsealed }, index) => {
        const fd = index === 0 ? readOnly.fd : file.fd
        return engine.append([image], { fd, position: 0 }, new Uint8Array(1), unsealed)
      }),
    )
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    )
    await readOnly.close()
    if (process.platform !== 'linux') return
    const unsyncable = await open('/dev/null', 'r+')
    const failed = new Uint8Array(1)
    const append = () => {
      const { image, unsealed } = imageOf(own, 20_000, 5)
      return engine.append([image], { fd: unsyncable.fd, position: 0 }, failed, unsealed)
    }
    await assert.rejects(append(), { code: 'EINVAL' })
    await assert.rejects(append(), { code: 'EIO' })
    await unsyncable.close()
  },
)

sealTest('a blank that lies outside of its footer is refused, and the engine continues', async (engine, file, own) => {
  const refused = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' }
  const { image, unsealed } = imageOf(own, 20_000, 1)
  const append = (changed: Partial<Unsealed>) =>
    engine.append([image], { fd: file.fd, position: 0 }, new Uint8Array(1), { ...unsealed, ...changed })
  for (const blanks of [
    { ...BLANKS, end: FOOTER_BYTES - 7 },
    { ...BLANKS, md5: FOOTER_BYTES - 15 },
    { ...BLANKS, crc64: [0, FOOTER_BYTES] as const },
    { ...BLANKS, crc64: [2 ** 32 - 4, 0] as const },
  ]) {
    await assert.rejects(append({ blanks }), refused)
  }
  await assert.rejects(append({ footer: new Uint8Array(0) }), refused)
  await assert.rejects(append({ bytes: 'text' as unknown as Uint8Array }), refused)
  assert.equal((await file.stat()).size, 0)
  assert.ok((await append({})).digest)
})

test('the addon itself refuses what is not an engine', { skip }, () => {
  const { seal } = loadBinding() as unknown as Record<string, (...values: unknown[]) => unknown>
  const refused = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' }
  const bytes = new Uint8Array(72)
  assert.throws(() => seal?.(), refused)
  assert.throws(() => seal?.({}, [bytes], 0, -1, 0, new Uint8Array(1), bytes, 0, bytes, new Uint8Array(16)), refused)
})

test('what is appended is written before the sync that is reported', {
  skip: skip || process.platform !== 'linux',
}, (t) => {
  const program = `import { openSync, writeSync } from 'node:fs'
    import { loadNative } from ${JSON.stringify(new URL('./native.js', import.meta.url).href)}
    const engine = loadNative().createEngine()
    const fd = openSync(process.argv[1], 'w')
    const bytes = new Uint8Array(100_000)
    const unsealed = { bytes: bytes.subarray(99, 90_000), digests: [], footer: bytes.subarray(90_000, 90_072), blanks: ${JSON.stringify(BLANKS)} }
    for (let run = 0; run < 10; run++) {
      await engine.append([bytes], { fd, position: run * bytes.length }, new Uint8Array(1), run % 2 ? unsealed : undefined)
      writeSync(1, 'stored')
    }
    await engine.close()`
  const log = path.join(folder, 'calls')
  const node = [process.execPath, '--input-type=module', '-e', program, path.join(folder, 'traced')]
  const traced = spawnSync('strace', ['-f', '-o', log, '-e', 'trace=pwrite64,pwritev,fdatasync,write', ...node])
  if (traced.error !== undefined || !traced.stdout.includes('stored')) {
    t.skip('this machine has no strace that may watch system calls')
    return
  }
  const calls = readFileSync(log, 'utf8').matchAll(/(pwrite|fdatasync).*= (?!-)\d+$|write\(1, "(stored)/gm)
  const order = [...calls].map(([, call, stored]) => stored ?? call)
  assert.deepEqual(order, new Array(10).fill(['pwrite', 'fdatasync', 'stored']).flat())
})
