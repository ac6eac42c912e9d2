/**
 * Bytes by their MD5, so that the model and answers name bytes instead of holding them, and each content is hashed
 * once.
 */
import { createHash } from 'node:crypto'
import { crc64 } from '@bindery/bytes'
import { createRandom } from '@bindery/storage'

/** MD5 of the bytes in upper-case hex: the ETag of an object or part with exactly these bytes. */
export type ContentId = string

export interface Content {
  readonly id: ContentId
  readonly bytes: Uint8Array
  /** Decimal, as OSS shows it. */
  readonly crc64: string
}

const POOL_BYTES = 1_048_576

const contents = new Map<ContentId, Content>()
const joined = new Map<string, ContentId>()
const pool = randomPool()

/** Not periodic, so that ranges of the pool differ wherever they begin. */
function randomPool(): Uint8Array {
  const random = createRandom(42)
  return Uint8Array.from({ length: POOL_BYTES }, () => random.below(256))
}

export function md5(text: string | Uint8Array): string {
  return createHash('md5').update(text).digest('hex').toUpperCase()
}

/** Remembers bytes, which must not change afterwards. */
export function intern(bytes: Uint8Array): ContentId {
  const id = md5(bytes)
  if (!contents.has(id)) contents.set(id, { id, bytes, crc64: crc64(bytes).toString() })
  return id
}

/** Non-empty bytes that differ for every `start` below 2^20. */
export function freshContent(size: number, start: number): ContentId {
  const at = start % (POOL_BYTES - size)
  return intern(pool.subarray(at, at + size))
}

export function contentOf(id: ContentId): Content {
  const content = contents.get(id)
  if (content === undefined) throw new TypeError(`no content is known for the bytes ${id}`)
  return content
}

export const sizeOf = (id: ContentId): number => contentOf(id).bytes.length

export function joinContents(ids: readonly ContentId[]): ContentId {
  const name = ids.join('+')
  const known = joined.get(name)
  if (known !== undefined) return known
  const id = intern(Buffer.concat(ids.map((one) => contentOf(one).bytes)))
  joined.set(name, id)
  return id
}

/** The bytes `[start, end)` of a content. */
export function sliceContent(id: ContentId, start: number, end: number): ContentId {
  const name = `${id}[${start},${end}`
  const known = joined.get(name)
  if (known !== undefined) return known
  const slice = intern(contentOf(id).bytes.subarray(start, end))
  joined.set(name, slice)
  return slice
}

/** Forgets all bytes, so that a long run does not keep them. */
export function forgetContents(): void {
  contents.clear()
  joined.clear()
}
