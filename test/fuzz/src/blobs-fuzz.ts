/** Corrupted blob files: a read returns the bytes that were written, or reports that they are damaged. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BlobStore, createRandom, type Random, type ReadOptions, StorageError } from '@bindery/storage'
import { testCipher } from '@bindery/storage/testing'
import { openLocalBlobStore, systemFiles } from '@bindery/storage-local'
import { Found } from './found.js'
import { mutateBytes, pick } from './mutate.js'

const SIZES = [1100, 4096, 5000, 70_000]
const LARGE = 1024 * 1024 + 3000
const CIPHER = testCipher('fuzz')
const BUFFER_BYTES = 4 * 1024 * 1024
/** Corruptions of one folder before a new one is made. */
const ROUNDS = 40

interface Written {
  readonly id: string
  readonly owner: string
  readonly content: Buffer
  readonly crc64: bigint
  readonly encryption: ReadOptions
}

/** Corrupts a folder of blobs repeatedly. Resolves with the number of rounds. */
export async function fuzzBlobs(seed: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'bindery-fuzz-'))
  try {
    const random = createRandom(seed)
    const written = await fill(folder, random)
    for (let round = 0; round < ROUNDS; round += 1) {
      const mend = await spoil(folder, random)
      await check(folder, written, random, `SEED=${seed}, round ${round}, incarnation b${round}`, `b${round}`)
      await mend()
    }
    return ROUNDS
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Small blobs are in packs, unless the file system cannot punch holes. */
async function fill(folder: string, random: Random): Promise<Written[]> {
  const files = random.below(2) === 0 ? systemFiles : { ...systemFiles, canPunch: async () => false }
  const store = await openLocalBlobStore({ folder, incarnation: 'a0', files, bufferBytes: BUFFER_BYTES })
  const written: Written[] = []
  for (const [index, size] of [...SIZES, LARGE].entries()) {
    const content = Buffer.alloc(size, `content ${index} of ${random.below(1000)}`)
    const owner = `owner ${index}`
    let position = 0
    const source = {
      size,
      ready: async () => {},
      read: async (buffer: Uint8Array) => {
        const piece = content.subarray(position, position + buffer.length)
        buffer.set(piece)
        position += piece.length
        return piece.length
      },
    }
    const encryption = random.below(2) === 0 ? {} : { cipher: CIPHER }
    const { id, crc64 } = await store.write(source, { owner: Buffer.from(owner), ...encryption })
    written.push({ id, owner, content, crc64, encryption })
  }
  await store.close()
  return written
}

/** Corrupts a file and returns a function that restores it. */
async function spoil(folder: string, random: Random): Promise<() => Promise<void>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  const path = pick(random, paths)
  const whole = await readFile(path)
  const spoilt = random.below(8) === 0 ? await readFile(pick(random, paths)) : spoilBytes(random, whole)
  await writeFile(path, spoilt)
  return () => writeFile(path, whole)
}

const PAGE_BYTES = 4096

/** Mostly in headers and footers. */
function spoilBytes(random: Random, whole: Buffer): Buffer {
  const region = random.below(3)
  if (region === 2) return mutateBytes(random, whole)
  const page = random.below(Math.ceil(whole.length / PAGE_BYTES)) * PAGE_BYTES
  const start = region === 0 ? page : Math.max(whole.length - 200, 0)
  const end = Math.min(start + 100 + random.below(100), whole.length)
  return Buffer.concat([whole.subarray(0, start), mutateBytes(random, whole.subarray(start, end)), whole.subarray(end)])
}

async function check(folder: string, written: readonly Written[], random: Random, story: string, incarnation: string) {
  const store = await openLocalBlobStore({ folder, incarnation, bufferBytes: BUFFER_BYTES })
  try {
    for (const blob of written) await checkBlob(store, blob, random, story)
    const owners = new Map(written.map(({ id, owner }) => [id, owner]))
    for await (const entry of store.list()) {
      const { id } = entry
      const hint = await entry.hint()
      const owner = hint && Buffer.from(hint.owner).toString()
      if (owner !== undefined && owner !== owners.get(id)) throw new Found(`${story}: ${id} is listed for ${owner}`)
    }
  } catch (error) {
    throw error instanceof Found ? error : new Found(story, { cause: error })
  } finally {
    await store.close()
  }
}

async function checkBlob(store: BlobStore, written: Written, random: Random, story: string) {
  const { id, content, crc64, encryption } = written
  const start = random.below(content.length)
  const end = start + random.below(content.length - start + 1)
  for (const range of [
    { start: 0, end: content.length },
    { start, end },
  ]) {
    const given = await orDamage(() => readRange(store, written, range))
    const expected = content.subarray(range.start, range.end)
    if (given !== undefined && !given.equals(expected)) throw new Found(`${story}: ${id} is read with other bytes`)
  }
  const checksum = await orDamage(() => store.crc64(id, { start: 0, end: content.length }, encryption))
  if (checksum !== undefined && checksum !== crc64) throw new Found(`${story}: ${id} has another checksum`)
}

async function readRange(
  store: BlobStore,
  { id, encryption }: Written,
  range: { start: number; end: number },
): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of store.read(id, range, encryption)) {
    pieces.push(Buffer.from(piece.bytes))
    piece.release()
  }
  return Buffer.concat(pieces)
}

async function orDamage<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof StorageError && (error.kind === 'corrupt' || error.kind === 'notFound')) return undefined
    throw error
  }
}
