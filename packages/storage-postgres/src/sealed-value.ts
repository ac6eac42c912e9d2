import { hash } from 'node:crypto'
import { type Bytes, DamagedRow, type KeyText, keyBytes } from '@bindery/storage'

const SEAL_BYTES = 8

/** A value as the table keeps it: behind the first 8 bytes of the SHA-256 of key and value. */
export function sealValue(key: KeyText, value: Bytes): Buffer {
  const sealed = Buffer.allocUnsafe(SEAL_BYTES + value.length)
  sealed.set(value, SEAL_BYTES)
  digest(key, value).copy(sealed, 0, 0, SEAL_BYTES)
  return sealed
}

/** The value of a row, or what is to be thrown in its place. */
export function openValue(key: KeyText, sealed: Buffer): Bytes | DamagedRow {
  const value = new Uint8Array(sealed.buffer, sealed.byteOffset + SEAL_BYTES, Math.max(sealed.length - SEAL_BYTES, 0))
  const isSound = sealed.length >= SEAL_BYTES && digest(key, value).compare(sealed, 0, SEAL_BYTES, 0, SEAL_BYTES) === 0
  return isSound ? value : new DamagedRow(keyBytes(key), sealed)
}

function digest(key: KeyText, value: Bytes): Buffer {
  const both = Buffer.allocUnsafe(key.length + value.length)
  both.write(key, 'latin1')
  both.set(value, key.length)
  return hash('sha256', both, 'buffer')
}
