import { createHash } from 'node:crypto'

/** Bytes of a master key. */
export const MASTER_KEY_BYTES = 32

/** A key that wraps others. */
export interface MasterKey {
  /** 16 hex digits that identify it and reveal nothing of it. */
  readonly id: string
  readonly key: Uint8Array
}

/** Offsets of the id in what a master key wraps or seals: behind the version, as bytes. */
const ID_AT = 1
const ID_END = 9

/** The id of the master key that wrapped or sealed bytes begin with. */
export function masterKeyIdIn(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(ID_AT, ID_END)).toString('hex')
}

/** @param key `MASTER_KEY_BYTES` random bytes */
export function masterKeyOf(key: Uint8Array): MasterKey {
  const id = createHash('sha256').update('bindery master key\0').update(key).digest('hex').slice(0, 16)
  return { id, key }
}

/**
 * Master keys as text: base64 of each on a line, or separated by commas; the newest first. Empty lines, and lines that
 * begin with #, are skipped. Undefined if there is no key, or a word is not a key.
 */
export function parseMasterKeys(text: string): readonly [MasterKey, ...MasterKey[]] | undefined {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'))
  const words = lines.flatMap((line) => line.split(',')).map((word) => word.trim())
  const keys = words.filter((word) => word !== '').map((word) => keyBytes(word))
  const [first, ...others] = keys.flatMap((key) => (key === undefined ? [] : [masterKeyOf(key)]))
  return first === undefined || keys.includes(undefined) ? undefined : [first, ...others]
}

function keyBytes(word: string): Uint8Array | undefined {
  const key = Buffer.from(word, 'base64')
  return key.length === MASTER_KEY_BYTES && key.toString('base64') === word ? new Uint8Array(key) : undefined
}

/** Master keys as `parseMasterKeys` reads them. */
export function formatMasterKeys(keys: readonly MasterKey[]): string {
  return keys.map(({ key }) => `${Buffer.from(key).toString('base64')}\n`).join('')
}
