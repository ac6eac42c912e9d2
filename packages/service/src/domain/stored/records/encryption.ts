/** The encryption of a record's bytes in its JSON form. */
import { base64, base64Bytes } from '@bindery/bytes'
import { damagedRecord } from '../codec.js'
import type { Encryption } from '../model.js'

interface Encrypted {
  readonly encryption?: Encryption
}

/** The data key as base64 text. */
export interface StoredEncryption {
  readonly encryption?: Omit<Encryption, 'dataKey'> & { readonly dataKey: string }
}

/** The stored field; absent for plain bytes. */
export function packEncryption({ encryption }: Encrypted): StoredEncryption {
  if (encryption === undefined) return {}
  return { encryption: { ...encryption, dataKey: base64(encryption.dataKey) } }
}

/** The field in memory. Throws StorageError `corrupt`. */
export function unpackEncryption({ encryption }: StoredEncryption): Encrypted {
  if (encryption === undefined) return {}
  const dataKey = typeof encryption.dataKey === 'string' ? base64Bytes(encryption.dataKey) : undefined
  if (dataKey === undefined || dataKey.length === 0) throw damagedRecord()
  return { encryption: { ...encryption, dataKey } }
}
