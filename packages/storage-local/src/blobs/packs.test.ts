import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { open, readFile, stat, unlink } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { describe, type TestContext, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { loadNative } from '@bindery/digest'
import { type BlobEntry, type BlobStore, type ByteSource, StorageError, type StorageErrorKind } from '@bindery/storage'
import { seededRandom, testCipher } from '@bindery/storage/testing'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { isPacked, locationOf, PAGE_BYTES } from './blob-location.js'
import { type FileOperations, systemFiles } from './files.js'
import { SHORT_FOOTER_BYTES } from './format.js'
import { openLocalBlobStore } from './local-blob-store.js'
import { filesBelow, MIB, options, readAll, scrambled, sourceOf, temporaryFolder } from './testing.js'

const KIB = 1024
const content = scrambled(2 * MIB)
const small = content.subarray(0, 5000)
const ofKind = (kind: StorageErrorKind) => (error: unknown) => error instanceof StorageError && error.kind === kind
const PACK = 'a1/000000000/000000000000.pack'

async function openStore(t: TestContext, files: Partial<FileOperations> = {}, incarnation = 'a1', folder?: string) {
  const path = folder ?? (await temporaryFolder(t))
  const store = await openLocalBlobStore({ folder: path, incarnation, files: { ...systemFiles, ...files } })
  atEnd(t, () => store.close())
  return { store, folder: path }
}

async function listed(store: BlobStore, after?: string): Promise<BlobEntry[]> {
  const entries: BlobEntry[] = []
  for await (const entry of store.list(after)) entries.push(entry)
  return entries
}

const idsOf = (entries: readonly BlobEntry[]) => entries.map((entry) => entry.id)

/** Sends this many bytes, then waits until it is released, then fails or ends. */
function pausing(bytes: Uint8Array, pauseAt: number, error?: Error) {
  let position = 0
  let resume = () => {}
  const resumed = new Promise<void>((resolve) => {
    resume = resolve
  })
  const source: ByteSource = {
    size: bytes.length,
    async ready() {
      if (position >= pauseAt) await resumed
      if (position >= pauseAt && error !== undefined) throw error
    },
    async read(buffer) {
      const end = position < pauseAt ? pauseAt : bytes.length
      const piece = bytes.subarray(position, Math.min(end, position + buffer.length))
      buffer.set(piece)
      position += piece.length
      return piece.length
    },
  }
  return { source, resume, hasPaused: () => position === pauseAt }
}

describe('packs', { skip: loadNative() === undefined && 'there are no packs without the addon' }, () => {
  test('blobs of up to a chunk share a pack, and are returned unchanged', async (t) => {
    const { store, folder } = await openStore(t)
    const sizes = [4097, 5000, 9000, 65_535, 65_536, 100 * KIB, MIB - 100, MIB]
    const infos = await Promise.all(sizes.map((size) => store.write(sourceOf(content.subarray(0, size)), options)))
    for (const [index, { id, size }] of infos.entries()) {
      assert.equal(size, sizes[index])
      assert.deepEqual(await readAll(store, id), Buffer.from(content.subarray(0, size)))
      const range = { start: 1000, end: size - 7 }
      assert.deepEqual(await readAll(store, id, range), Buffer.from(content.subarray(1000, size - 7)))
    }
    const large = await store.write(sourceOf(content.subarray(0, MIB + 1)), options)
    assert.deepEqual(
      new Set(await filesBelow(folder)),
      new Set([`${folder}/${PACK}`, `${folder}/a1/000000000/000000000009`]),
    )
    assert.equal(large.id, 'a1-000000000009')
  })

  test('an image ends with zeros up to the next page, whatever its memory held before', async (t) => {
    const { store, folder } = await openStore(t)
    for (const size of [12_000, 5000, 9000, 4097]) {
      const { id } = await store.write(sourceOf(content.subarray(0, size)), options)
      const location = locationOf(id)
      assert.ok(location !== undefined && isPacked(location))
      const end = location.offset + location.headerBytes + size + SHORT_FOOTER_BYTES
      const image = await readFile(`${folder}/${PACK}`)
      assert.equal(image.length % PAGE_BYTES, 0)
      assert.ok(image.subarray(end).every((byte) => byte === 0))
    }
  })

  test('a sender that pauses delays no other in its pack, and nothing of it is visible before its end', async (t) => {
    const { store, folder } = await openStore(t)
    const senders = [
      pausing(content.subarray(0, 90_000), 40_000),
      pausing(content.subarray(0, 90_000), 40_000, new Error('gone')),
    ] as const
    const writes = senders.map(({ source }) => store.write(source, options))
    const failed = assert.rejects(writes[1] ?? assert.fail(), /gone/)
    while (!senders.every(({ hasPaused }) => hasPaused())) await nextTurn()
    const other = await store.write(sourceOf(small), options)
    assert.deepEqual(idsOf(await listed(store)), [other.id])
    for (const { resume } of senders) resume()
    const slow = await writes[0]
    await failed
    assert.ok(slow)
    assert.deepEqual(new Set(idsOf(await listed(store))), new Set([other.id, slow.id]))
    assert.deepEqual(await readAll(store, slow.id), Buffer.from(content.subarray(0, 90_000)))
    assert.deepEqual(await filesBelow(folder), [`${folder}/${PACK}`])
  })

  test('a deleted blob releases its disk space at once, and the last one takes the pack with it', async (t) => {
    const { store: writer, folder } = await openStore(t)
    const sizes = [MIB, 100 * KIB, MIB, 300 * KIB]
    const ids: string[] = []
    for (const size of sizes) ids.push((await writer.write(sourceOf(content.subarray(0, size)), options)).id)
    await writer.close()
    const { store } = await openStore(t, {}, 'b1', folder)
    const path = `${folder}/${PACK}`
    const allocated = async () => (await stat(path)).blocks * 512
    for (const [index, id] of ids.slice(0, -1).entries()) {
      const before = await allocated()
      await store.delete(id)
      const freed = before - (await allocated())
      assert.ok(freed >= (sizes[index] ?? 0), `${freed} bytes`)
      await assert.rejects(readAll(store, id), ofKind('notFound'))
      await store.delete(id)
      assert.deepEqual(idsOf(await listed(store)), ids.slice(index + 1))
    }
    await store.delete(ids.at(-1) ?? '')
    assert.deepEqual(await filesBelow(folder), [])
    await assert.rejects(readAll(store, ids.at(-1) ?? ''), ofKind('notFound'))
    await assert.rejects(store.crc64(ids[0] ?? '', { start: 0, end: 1 }), ofKind('notFound'))
  })

  test('all blobs of a pack may be deleted at once', async (t) => {
    const { store: writer, folder } = await openStore(t)
    const infos = await Promise.all(Array.from({ length: 100 }, () => writer.write(sourceOf(small), options)))
    await writer.close()
    const { store } = await openStore(t, {}, 'b1', folder)
    await Promise.all(infos.map(({ id }) => store.delete(id)))
    assert.deepEqual(await filesBelow(folder), [])
  })

  test('blobs that are deleted together cost a hole for each run of them, one sync, and hardly any reads', async (t) => {
    const { store: writer, folder } = await openStore(t)
    const infos = await Promise.all(Array.from({ length: 100 }, () => writer.write(sourceOf(small), options)))
    await writer.close()
    const calls = { clear: 0, syncData: 0, read: 0 }
    const counted = Object.fromEntries(
      (['clear', 'syncData', 'read'] as const).map((name) => [
        name,
        (...args: unknown[]) => {
          calls[name] += 1
          return (systemFiles[name] as (...args: unknown[]) => unknown)(...args)
        },
      ]),
    ) as Partial<FileOperations>
    const { store } = await openStore(t, counted, 'b1', folder)
    const ids = infos.map(({ id }) => id).sort()
    await Promise.all(ids.slice(0, 40).map((id) => store.delete(id)))
    // one look behind the sync, one behind the close, and one more of those that came while the first ones were cleared
    assert.deepEqual([calls.clear, calls.syncData, calls.read <= 3], [1, 1, true])
    await Promise.all([...ids.slice(50, 60), ...ids.slice(70, 80)].map((id) => store.delete(id)))
    assert.deepEqual([calls.clear, calls.syncData, calls.read <= 6], [3, 2, true])
    assert.deepEqual(idsOf(await listed(store)), [...ids.slice(40, 50), ...ids.slice(60, 70), ...ids.slice(80)])
    await Promise.all([...ids.slice(40, 50), ...ids.slice(60, 70), ...ids.slice(80)].map((id) => store.delete(id)))
    assert.deepEqual(await filesBelow(folder), [])
  })

  test('blobs of a pack that another process has unlinked are deleted, also many at once', async (t) => {
    const { store: writer, folder } = await openStore(t)
    const infos = await Promise.all(Array.from({ length: 20 }, () => writer.write(sourceOf(small), options)))
    await writer.close()
    const { store } = await openStore(t, {}, 'b1', folder)
    await unlink(`${folder}/${PACK}`)
    await Promise.all(infos.map(({ id }) => store.delete(id)))
  })

  test('an empty pack stays while its process fills it, and is removed when that closes it', async (t) => {
    const { store: writer, folder } = await openStore(t)
    const { store: sweeper } = await openStore(t, {}, 'b1', folder)
    const first = await writer.write(sourceOf(small), options)
    await sweeper.delete(first.id)
    assert.deepEqual(await filesBelow(folder), [`${folder}/${PACK}`])
    const second = await writer.write(sourceOf(small), options)
    assert.deepEqual(await readAll(sweeper, second.id), Buffer.from(small))
    await writer.delete(second.id)
    await writer.close()
    assert.deepEqual(await filesBelow(folder), [])
  })

  test('the list is in order of id across packs and files, from any position', async (t) => {
    const { store } = await openStore(t)
    const ids: string[] = []
    for (let round = 0; round < 12; round++) {
      ids.push((await store.write(sourceOf(round % 3 === 0 ? content : small), options)).id)
    }
    assert.deepEqual(ids, ids.toSorted())
    const entries = await listed(store)
    assert.deepEqual(idsOf(entries), ids)
    for (const entry of entries) assert.deepEqual(Buffer.from((await entry.hint())?.owner ?? []), options.owner)
    for (const [index, id] of ids.entries()) assert.deepEqual(idsOf(await listed(store, id)), ids.slice(index + 1))
  })

  test('a full pack is followed by another', async (t) => {
    const { store, folder } = await openStore(t)
    const ids: string[] = []
    for (let round = 0; round < 130; round++) {
      ids.push((await store.write(sourceOf(content.subarray(round, round + 700 * KIB)), options)).id)
    }
    assert.equal((await filesBelow(folder)).length, 3)
    assert.deepEqual(idsOf(await listed(store)), ids)
    assert.deepEqual(idsOf(await listed(store, ids[100])), ids.slice(101))
    for (const round of [0, 91, 129]) {
      assert.deepEqual(await readAll(store, ids[round] ?? ''), Buffer.from(content.subarray(round, round + 700 * KIB)))
    }
  })

  test('blobs of 512 KiB and more have areas for themselves, whatever is written and deleted around them', async (t) => {
    const { store: writer, folder } = await openStore(t)
    const random = seededRandom(t)
    const cipher = testCipher('secret')
    const sizes = [5_000, 70 * KIB, 300 * KIB, 512 * KIB - 1, 512 * KIB, 700 * KIB, MIB]
    const blobs = new Map<string, Uint8Array>()
    const slots: { readonly start: number; readonly end: number }[] = []
    for (let round = 0; round < 80; round++) {
      const start = random.below(MIB)
      const bytes = content.slice(start, start + (sizes[random.below(sizes.length)] ?? 0))
      const isEncrypted = random.below(8) === 0
      const { id } = await writer.write(sourceOf(bytes.slice()), isEncrypted ? { ...options, cipher } : options)
      const location = locationOf(id)
      assert.ok(location && isPacked(location))
      if (!isEncrypted) blobs.set(id, bytes)
      const hasArea = bytes.length >= 512 * KIB && !isEncrypted
      assert.equal(location.headerBytes === 4096 && location.offset % (2 * MIB) === 0, hasArea, id)
      const base = location.pack * 256 * MIB + location.offset
      slots.push({ start: base, end: base + (hasArea ? 2 * MIB : location.headerBytes + bytes.length) })
    }
    for (const [index, { start }] of slots.entries()) assert.ok(index === 0 || start >= (slots[index - 1]?.end ?? 0))
    const all = idsOf(await listed(writer))
    assert.equal(all.length, 80)
    assert.deepEqual(all, all.toSorted())
    await writer.close()
    const { store } = await openStore(t, {}, 'b1', folder)
    const left = [...all]
    while (left.length > 0) {
      const [id = ''] = left.splice(random.below(left.length), 1)
      await store.delete(id)
      blobs.delete(id)
      if (random.below(4) > 0) continue
      for (const [other, bytes] of blobs) assert.ok((await readAll(store, other)).equals(bytes), `${other} after ${id}`)
      assert.deepEqual(idsOf(await listed(store)), left)
    }
    assert.deepEqual(await filesBelow(folder), [])
  })

  test('a blob with an area that another process has deleted is not found, also by one that has it open', async (t) => {
    const { store: writer, folder } = await openStore(t)
    const { id } = await writer.write(sourceOf(content.subarray(0, 600 * KIB)), options)
    await writer.write(sourceOf(small), options)
    await writer.close()
    const { store } = await openStore(t, {}, 'b1', folder)
    assert.equal((await readAll(store, id)).length, 600 * KIB)
    const { store: other } = await openStore(t, {}, 'c1', folder)
    await other.delete(id)
    await assert.rejects(readAll(store, id), ofKind('notFound'))
    await assert.rejects(readAll(store, id), ofKind('notFound'))
  })

  test('no byte of a blob in a pack can change unnoticed, and the blobs after it are still found', async (t) => {
    const { store, folder } = await openStore(t)
    const { id } = await store.write(sourceOf(small), options)
    const next = await store.write(sourceOf(small), options)
    const location = locationOf(id)
    assert.ok(location && isPacked(location))
    const file = await open(`${folder}/${PACK}`, 'r+')
    atEnd(t, () => file.close())
    const flip = async (position: number) => {
      const byte = Buffer.alloc(1)
      await file.read(byte, 0, 1, position)
      byte.writeUInt8(byte.readUInt8(0) ^ 0x10, 0)
      await file.write(byte, 0, 1, position)
    }
    const end = location.headerBytes + small.length + 72
    for (const position of [location.headerBytes, 2000, end - 73, end - 72, end - 65, end - 64, end - 40, end - 1]) {
      await flip(position)
      await assert.rejects(readAll(store, id), ofKind('corrupt'), `byte ${position}`)
      await flip(position)
    }
    for (let position = 0; position < location.headerBytes; position++) {
      await flip(position)
      assert.deepEqual(idsOf(await listed(store)), [next.id], `byte ${position}`)
      await flip(position)
    }
    assert.deepEqual(idsOf(await listed(store)), [id, next.id])
    for (const wrong of [
      `${id}0`,
      id.replace('.p1.', '.p01.'),
      id.replace('.p1.', '.p2.'),
      id.replace(/[^.]+$/, '1387'),
    ]) {
      await assert.rejects(
        readAll(store, wrong),
        (error) => ofKind('notFound')(error) || ofKind('corrupt')(error),
        wrong,
      )
    }
  })

  test('where space cannot be released, each blob has a file', async (t) => {
    const { store, folder } = await openStore(t, { canPunch: async () => false })
    const ids: string[] = []
    for (let round = 0; round < 3; round++) ids.push((await store.write(sourceOf(small), options)).id)
    assert.deepEqual(idsOf(await listed(store)), ids)
    assert.equal((await filesBelow(folder)).length, 3)
    assert.ok((await filesBelow(folder)).every((path) => !path.endsWith('.pack')))
  })

  test('a blob in a pack can be deleted where no space is released', async (t) => {
    const { store: writer, folder } = await openStore(t)
    const [first, second] = [await writer.write(sourceOf(small), options), await writer.write(sourceOf(small), options)]
    await writer.close()
    const clear: FileOperations['clear'] = (file, position, length) =>
      systemFiles.write(file, [Buffer.alloc(length)], position)
    const { store } = await openStore(t, { clear }, 'b1', folder)
    await store.delete(first.id)
    assert.deepEqual(idsOf(await listed(store)), [second.id])
    await assert.rejects(readAll(store, first.id), ofKind('notFound'))
  })

  test('after a kill during appends every acknowledged blob is complete, and the rest can be identified and removed', async (t) => {
    const folder = await temporaryFolder(t)
    const program = `
      import { openLocalBlobStore } from ${JSON.stringify(new URL('./local-blob-store.js', import.meta.url).href)}
      import { scrambled, sourceOf } from ${JSON.stringify(new URL('./testing.js', import.meta.url).href)}
      const store = await openLocalBlobStore({ folder: ${JSON.stringify(folder)}, incarnation: 'dead' })
      const bytes = scrambled(200000)
      await Promise.all(Array.from({ length: 16 }, async (_, writer) => {
        for (let round = 0; ; round++) {
          const size = 4097 + ((writer * 7919 + round * 104729) % 190000)
          const { id } = await store.write(sourceOf(bytes.subarray(0, size), 40000), { owner: Buffer.from('owner ' + size) })
          process.stdout.write(id + ' ' + size + '\\n')
        }
      }))`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const sizes = new Map<string, number>()
    const killAfter = randomInt(50, 400)
    for await (const line of createInterface({ input: child.stdout })) {
      const [id = '', size] = line.split(' ')
      sizes.set(id, Number(size))
      if (sizes.size === killAfter) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    const { store } = await openStore(t, {}, 'next', folder)
    const entries = await listed(store)
    const found = new Map(entries.map((entry) => [entry.id, entry]))
    assert.deepEqual(idsOf(entries), idsOf(entries).toSorted())
    for (const [id, size] of sizes) {
      assert.deepEqual(
        await readAll(store, id),
        Buffer.from(scrambled(size)),
        `${id} of ${size}, killed after ${killAfter}`,
      )
      assert.equal(found.get(id)?.size, size)
      assert.equal(Buffer.from((await found.get(id)?.hint())?.owner ?? []).toString(), `owner ${size}`)
    }
    for (const id of idsOf(entries)) await store.delete(id)
    assert.deepEqual(await listed(store), [])
    assert.deepEqual(await filesBelow(folder), [])
  })

  test('a blob with a damaged header is kept when the others of its pack are deleted', async (t) => {
    const { store, folder } = await openStore(t)
    const { id } = await store.write(sourceOf(small), options)
    const other = await store.write(sourceOf(small), options)
    await store.close()
    const file = await open(`${folder}/${PACK}`, 'r+')
    await file.write(Buffer.from([0xff]), 0, 1, 33)
    await file.close()
    const { store: later } = await openStore(t, {}, 'b2', folder)
    await later.delete(other.id)
    const { store: last } = await openStore(t, {}, 'c3', folder)
    assert.deepEqual(await readAll(last, id), Buffer.from(small))
    await last.delete(id)
    await assert.rejects(stat(`${folder}/${PACK}`), { code: 'ENOENT' })
  })
})
