/**
 * Spaces: the kinds of stored rows. A space is declared once, by its letter, the parts of its keys and the codec of its
 * values; keys, ranges, the walk of the audit and the page docs/formats/keyspace.md follow from the declaration.
 *
 * A key is the letter, then its parts: texts in UTF-8, each ended by a zero byte unless it is the last part of the key
 * (no text contains one), then parts of a fixed width.
 */
import { utf8Bytes, utf8Text } from '@bindery/bytes'
import type { BucketName, ObjectKey } from '@bindery/protocol'
import {
  type Awaitable,
  andThen,
  type Bytes,
  type Reader,
  type Row,
  type Transaction,
  textBytes,
} from '@bindery/storage'
import type { Codec } from './codec.js'
import { ID_BYTES, idAt, setId } from './ids.js'
import { type KeyRange, startingWith } from './key-range.js'
import type { GarbageKind } from './model.js'
import type { IdentityKind } from './ram-model.js'

/** The names in keys. */
export interface KeyNames {
  readonly bucket: BucketName
  readonly key: ObjectKey
  readonly uploadId: string
  readonly manifest: string
  readonly reference: string
  readonly partNumber: number
  /** The kind of a document of the bucket's configuration. */
  readonly document: string
  readonly page: number
  /** The bucket that an access log is about; it may have been deleted. */
  readonly source: BucketName
  /** Hours since 1970. */
  readonly hour: number
  /** A domain of a user, in lower case. */
  readonly domain: string
  /** A name by which an access point stands for its bucket: its alias, or the first label of its Host. */
  readonly entrance: string
  /** The place of a version. */
  readonly place: number
  readonly blob: string
  readonly incarnation: string
  /** A background task that one process of a cluster runs. */
  readonly chore: string
  readonly garbageKind: GarbageKind
  /** The blob or manifest that is garbage. */
  readonly garbageId: string
  readonly token: string
  readonly account: string
  readonly accessKeyId: string
  readonly identityKind: IdentityKind
  /** The name of a user, group or role. */
  readonly identity: string
  readonly user: string
  readonly group: string
  readonly policy: string
  /** The time of an entry of the trail, in milliseconds since 1970. */
  readonly at: number
  readonly entry: string
  /** The time of a signed call, in milliseconds since 1970. */
  readonly signedAt: number
  /** The hash of a nonce. */
  readonly nonce: string
}

type NameIn<T> = { readonly [N in keyof KeyNames]: KeyNames[N] extends T ? N : never }[keyof KeyNames]

/** One part of a key, which holds one name. */
export interface Part<N extends keyof KeyNames = keyof KeyNames> {
  readonly name: N
  /** Bytes of a part of a fixed width; 0: text. */
  readonly width: number
  readonly isId: boolean
  /** Greater numbers sort first. */
  readonly descends: boolean
}

/** A text of any length. */
export const text = <N extends NameIn<string>>(name: N): Part<N> => ({
  name,
  width: 0,
  isId: false,
  descends: false,
})
/** An id of 16 raw bytes. */
export const id = <N extends NameIn<string>>(name: N): Part<N> => ({
  name,
  width: ID_BYTES,
  isId: true,
  descends: false,
})
/** A whole number, big-endian, of at most 6 bytes. */
export const number = <N extends NameIn<number>>(name: N, width: number): Part<N> => ({
  name,
  width,
  isId: false,
  descends: false,
})
/** As `number`, the greatest first: its complement is stored. */
export const descending = <N extends NameIn<number>>(name: N, width: number): Part<N> => ({
  name,
  width,
  isId: false,
  descends: true,
})

/** The names that the keys of a space hold. */
export type NamesOf<N extends keyof KeyNames> = { readonly [K in N]: KeyNames[K] }
/** The names that keys are built from: a bucket's name need not have been checked to be looked up. */
export type LooseNames<N extends keyof KeyNames> = {
  readonly [K in N]: KeyNames[K] extends string ? string : KeyNames[K]
}

/** The declaration of a space. */
export interface SpaceDeclaration<K extends string, N extends keyof KeyNames, T> {
  /** The first byte of all its keys; no other space has it. */
  readonly letter: string
  /** The kind of its rows, for reports of damage. */
  readonly kind: K
  readonly key: readonly Part<N>[]
  readonly value: Codec<T, NamesOf<N>>
  /** Rows read in one step of a walk: as many as stay within METADATA_LIMITS with the largest values. */
  readonly rowsAtOnce: number
  /** The contents of the value, for the page on the key space. */
  readonly about: string
  /** Names in reports of damage, instead of those in the key. */
  readonly reportedNames?: (names: NamesOf<N>) => Partial<KeyNames>
}

const NUL = '\0'

/** Makes the space of a declaration. The letter must not be taken: `keyspace.ts` lists all spaces. */
export function space<const K extends string, N extends keyof KeyNames, T>(
  declaration: SpaceDeclaration<K, N, T>,
): Space<K, N, T> {
  return new Space(declaration)
}

/** The rows of one kind. */
export class Space<K extends string = string, N extends keyof KeyNames = keyof KeyNames, T = unknown> {
  readonly declaration: SpaceDeclaration<K, N, T>
  readonly kind: K
  /** The range of all rows. */
  readonly all: KeyRange
  readonly #letter: string
  readonly #texts: readonly string[]
  readonly #fixed: readonly Part[]
  /** Bytes of all parts of a fixed width. */
  readonly #fixedWidth: number

  constructor(declaration: SpaceDeclaration<K, N, T>) {
    const { letter, kind, key } = declaration
    this.declaration = declaration
    this.kind = kind
    this.#letter = letter
    this.all = startingWith(utf8Bytes(letter))
    this.#texts = key.filter(({ width }) => width === 0).map(({ name }) => name)
    this.#fixed = key.filter(({ width }) => width > 0)
    this.#fixedWidth = this.#fixed.reduce((sum, { width }) => sum + width, 0)
    if (key.slice(0, this.#texts.length).some(({ width }) => width > 0)) {
      throw new RangeError(`in keys of the space ${letter} a text follows a part of a fixed width`)
    }
  }

  /** The key of the row with these names. */
  key(names: LooseNames<N>): Bytes {
    const head = this.#head(names, this.#texts.length, this.#fixedWidth)
    let at = head.length - this.#fixedWidth
    for (const part of this.#fixed) at = setPart(head, at, part, named(names, part.name))
    return head
  }

  /** The beginning of the keys whose first names are these; the last one given may be incomplete. */
  prefix(names: Partial<LooseNames<N>>): Bytes {
    return utf8Bytes(this.#joined(names, this.#given(names)))
  }

  /** The range of the rows whose first names are these; at least the last part of the key is left out. */
  rangeUnder(names: Partial<LooseNames<N>>): KeyRange {
    const given = this.#given(names)
    if (given < this.#texts.length) return startingWith(utf8Bytes(this.#joined(names, given) + NUL))
    const parts = this.#fixed.filter(({ name }) => named(names, name) !== undefined)
    const width = parts.reduce((sum, part) => sum + part.width, 0)
    const head = this.#head(names, given, width)
    let at = head.length - width
    for (const part of parts) at = setPart(head, at, part, named(names, part.name))
    return startingWith(head)
  }

  /** The names in a key of this space, as far as it can be parsed: any bytes may be a key. */
  namesOf(key: Bytes): NamesOf<N> {
    const names: Record<string, string | number> = {}
    let start = 1
    for (const [index, name] of this.#texts.entries()) {
      const isLast = index === this.#texts.length - 1 && this.#fixedWidth === 0
      const end = isLast ? -1 : key.indexOf(0, start)
      names[name] = utf8Text(key.subarray(start, end === -1 ? key.length : end)) ?? ''
      start = end === -1 ? key.length : end + 1
    }
    for (const part of this.#fixed) {
      const { name, width, isId } = part
      names[name] = isId ? idAt(key, start) : numberAt(key, start, part)
      start += width
    }
    return names as NamesOf<N>
  }

  /** The names in a key that `key` would build from them, with no empty text among them; undefined for any other. */
  parse(key: Bytes): NamesOf<N> | undefined {
    const names = this.namesOf(key)
    const isText = (text: unknown): boolean => typeof text === 'string' && text !== '' && !text.includes(NUL)
    if (!this.#texts.every((name) => isText(named(names, name)))) return undefined
    const again = this.key(names as LooseNames<N>)
    return again.length === key.length && again.every((byte, index) => byte === key[index]) ? names : undefined
  }

  encode(record: T): Bytes {
    return this.declaration.value.encode(record)
  }

  /** Throws StorageError `corrupt`. */
  decode(value: Bytes, names: NamesOf<N>): T {
    return this.declaration.value.decode(value, names)
  }

  /** The record of a row, including the names in its key. Throws StorageError `corrupt`. */
  decodeRow({ key, value }: Row): T {
    return this.decode(value, this.namesOf(key))
  }

  /** The record with these names; undefined if there is no such row. Throws StorageError `corrupt`. */
  read(reader: Reader, names: LooseNames<N>): Awaitable<T | undefined> {
    return andThen(reader.get(this.key(names)), (value) => value && this.decode(value, names as NamesOf<N>))
  }

  /** The records with these names, in their order. Throws StorageError `corrupt`. */
  readMany(reader: Reader, names: readonly LooseNames<N>[]): Awaitable<(T | undefined)[]> {
    return andThen(reader.getMany(names.map((one) => this.key(one))), (values) =>
      values.map((value, index) => value && this.decode(value, names[index] as NamesOf<N>)),
    )
  }

  set(tx: Transaction, names: LooseNames<N>, record: T): void {
    tx.set(this.key(names), this.encode(record))
  }

  delete(tx: Transaction, names: LooseNames<N>): void {
    tx.delete(this.key(names))
  }

  /** How many texts are given, counted from the first. */
  #given(names: object): number {
    const missing = this.#texts.findIndex((name) => named(names, name) === undefined)
    return missing === -1 ? this.#texts.length : missing
  }

  /**
   * The bytes of the letter and the first texts, with room after them, to be filled; ended by a zero byte if something follows
   * them.
   */
  #head(names: object, count: number, room: number): Bytes {
    if (count === 0) {
      const bytes = Buffer.allocUnsafe(1 + room)
      bytes[0] = this.#letter.charCodeAt(0)
      return bytes
    }
    if (this.#fixedWidth === 0) return textBytes(this.#joined(names, count))
    const texts = textBytes(this.#joined(names, count) + NUL)
    const bytes = Buffer.allocUnsafe(texts.length + room)
    bytes.set(texts)
    return bytes
  }

  #joined(names: object, count: number): string {
    let joined = this.#letter
    for (let index = 0; index < count; index += 1) {
      if (index > 0) joined += NUL
      joined += named(names, this.#texts[index] ?? '')
    }
    return joined
  }
}

const named = (names: object, name: string): string | number | undefined =>
  (names as Readonly<Record<string, string | number | undefined>>)[name]

/** The offset of the next part. */
function setPart(bytes: Bytes, start: number, part: Part, value: string | number | undefined): number {
  const { width, isId, descends } = part
  if (isId) setId(bytes, start, String(value))
  else {
    let rest = descends ? greatest(part) - Number(value) : Number(value)
    for (let index = start + width - 1; index >= start; index -= 1) {
      bytes[index] = rest % 256
      rest = Math.floor(rest / 256)
    }
  }
  return start + width
}

function numberAt(bytes: Bytes, start: number, part: Part): number {
  let value = 0
  for (let index = start; index < start + part.width; index += 1) value = value * 256 + (bytes[index] ?? 0)
  return part.descends ? greatest(part) - value : value
}

const greatest = ({ width }: Part): number => 2 ** (8 * width) - 1
