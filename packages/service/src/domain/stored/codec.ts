/** How the values of a space are encoded. A value of an unknown version is refused, never guessed at. */
import { utf8Text } from '@bindery/bytes'
import { type Bytes, decodeCounters, encodeCounters, StorageError, textBytes } from '@bindery/storage'

/** Encodes and decodes the values of one kind of record. `N`: the names in a row's key. */
export interface Codec<T, N = unknown> {
  /** The form of the value, for the page on the key space. */
  readonly form: 'JSON' | 'binary' | 'counters' | 'key' | 'empty'
  /** The first byte of each value; undefined for forms that have none. */
  readonly version: number | undefined
  encode(record: T): Bytes
  /** Throws StorageError `corrupt`. */
  decode(value: Bytes, names: N): T
  /**
   * Whether a decoded record has everything that its readers rely on. Audits check it; other reads trust what this
   * server has written.
   */
  isSound(record: T, names: N): boolean
}

/** A kind of record that is stored as JSON after its version. */
export interface JsonForm<T, N> {
  readonly version: number
  /** The object to store as JSON; default: the record itself. */
  readonly pack?: (record: T) => object
  /** Default: the parsed JSON itself. Throws StorageError `corrupt`. */
  readonly unpack?: (stored: object, names: N) => T
  readonly isSound: (record: T, names: N) => boolean
}

/**
 * The codec of records that are stored as JSON. Decoding trusts the members of a record; only its version and its
 * being an object are checked.
 */
export function jsonCodec<T extends object, N = unknown>(form: JsonForm<T, N>): Codec<T, N> {
  const { version, pack, unpack, isSound } = form
  return {
    form: 'JSON',
    version,
    encode: (record) => encodeJson(version, pack === undefined ? record : pack(record)),
    decode: (value, names) => {
      const stored = decodeJson(version, value)
      return unpack === undefined ? (stored as T) : unpack(stored, names)
    },
    isSound,
  }
}

/** A version byte, then JSON. */
export function encodeJson(version: number, value: object): Bytes {
  return textBytes(String.fromCharCode(version) + JSON.stringify(value))
}

/** The object in a value that `encodeJson` made. Throws StorageError `corrupt`. */
export function decodeJson(version: number, bytes: Bytes): object {
  checkVersion(version, bytes)
  let value: unknown
  try {
    value = JSON.parse(utf8Text(bytes.subarray(1)) ?? '')
  } catch (error) {
    throw damagedRecord(error)
  }
  if (typeof value !== 'object' || value === null) throw damagedRecord()
  return value
}

/** Named numbers in a row that commits add to. */
export interface Counters<N extends string> extends Codec<Readonly<Record<N, number>>> {
  /** The argument of `Transaction.add` that changes these numbers. */
  deltas(change: Partial<Readonly<Record<N, number>>>): number[]
}

/** Signed 64-bit numbers in the order of their names. New names are appended: a number that a row lacks is 0. */
export function countersCodec<const N extends string>(names: readonly N[]): Counters<N> {
  const deltas: Counters<N>['deltas'] = (change) => names.map((name) => change[name] ?? 0)
  return {
    form: 'counters',
    version: undefined,
    encode: (record) => encodeCounters(deltas(record)),
    decode: (value) => {
      const values = decodeCounters(value)
      return Object.fromEntries(names.map((name, index) => [name, values[index] ?? 0])) as Record<N, number>
    },
    isSound: () => true,
    deltas,
  }
}

/** A key of another row. */
export const keyCodec: Codec<Bytes> = {
  form: 'key',
  version: undefined,
  encode: (key) => key,
  decode: (value) => value,
  isSound: (key) => key.length > 0,
}

/** Rows whose keys contain all their data. */
export const emptyCodec: Codec<undefined> = {
  form: 'empty',
  version: undefined,
  encode: () => new Uint8Array(),
  decode: (value) => {
    if (value.length > 0) throw damagedRecord()
    return undefined
  },
  isSound: () => true,
}

/** Checks the version byte of a value. Throws StorageError `corrupt`. */
export function checkVersion(version: number, bytes: Bytes): void {
  if (bytes[0] !== version) throw new StorageError('corrupt', `a stored record has the unknown version ${bytes[0]}`)
}

/** A number that JSON holds as decimal text. Throws StorageError `corrupt`. */
export function bigIntOf(text: unknown): bigint {
  if (typeof text !== 'string' || !/^\d{1,20}$/.test(text)) throw damagedRecord()
  return BigInt(text)
}

/** The StorageError `corrupt` of a record that cannot be decoded. */
export const damagedRecord = (cause?: unknown): StorageError =>
  new StorageError('corrupt', 'a stored record is damaged', { cause })

/** Whether a decoded member is a string. */
export const isText = (value: unknown): value is string => typeof value === 'string'
