/** What a stored key says to people. */
import { hex } from '@bindery/bytes'
import type { Bytes } from '@bindery/storage'
import { namesOf, partNumberOf } from './keyspace.js'

/** What the rows of each space are, by its letter. */
export const ROW_KINDS = {
  b: 'bucket',
  d: 'document',
  o: 'object',
  u: 'upload',
  a: 'autoComplete',
  p: 'part',
  m: 'manifest',
  s: 'usage',
  h: 'holder',
  w: 'owner',
  r: 'receipt',
  i: 'incarnation',
  g: 'garbage',
  c: 'counters',
} as const

export type RowKind = (typeof ROW_KINDS)[keyof typeof ROW_KINDS]

/** The names that a stored key holds. */
export interface RowNames {
  /** Absent where the key is of no space. */
  readonly rowKind?: RowKind
  readonly bucket?: string
  /** The kind of a document of the bucket's configuration. */
  readonly document?: string
  readonly key?: string
  readonly uploadId?: string
  readonly partNumber?: number
  readonly manifest?: string
  readonly reference?: string
  readonly blob?: string
  readonly incarnation?: string
}

const ID_BYTES = 16

/** What a key is of, and names, as far as it can be understood: any bytes are a key. */
export function rowNamesOf(key: Bytes): RowNames {
  const space = spaceOf(key)
  return space === undefined ? {} : { rowKind: ROW_KINDS[space], ...namesWithin(space, key) }
}

/** What a key names, whatever it is of. */
export function namesIn(key: Bytes): Omit<RowNames, 'rowKind'> {
  const space = spaceOf(key)
  return space === undefined ? {} : namesWithin(space, key)
}

function namesWithin(space: keyof typeof ROW_KINDS, key: Bytes): Omit<RowNames, 'rowKind'> {
  const [first = '', second = '', third = ''] = namesOf(key)
  const id = idAt(key, 1)
  switch (space) {
    case 'b':
    case 'c':
      return { bucket: first }
    case 'd':
      return { bucket: first, document: second }
    case 'o':
      return { bucket: first, key: second }
    case 'u':
    case 'a':
      return { bucket: first, key: second, uploadId: third }
    case 'p':
      return { manifest: id, partNumber: partNumberOf(key) }
    case 'm':
      return { manifest: id }
    case 's':
    case 'r':
      return { uploadId: id }
    case 'h':
      return { manifest: id, reference: idAt(key, 1 + ID_BYTES) }
    case 'w':
      return { blob: first }
    case 'i':
      return { incarnation: first }
    case 'g':
      return first === 'blob' ? { blob: second } : { manifest: second }
  }
}

/** The id of a manifest, or a reference, that a key holds from `start` on. */
export function idAt(key: Bytes, start: number): string {
  return hex(key.subarray(start, start + ID_BYTES)).toUpperCase()
}

function spaceOf(key: Bytes): keyof typeof ROW_KINDS | undefined {
  const space = String.fromCharCode(key[0] ?? 0)
  return Object.hasOwn(ROW_KINDS, space) ? (space as keyof typeof ROW_KINDS) : undefined
}
