import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatMasterKeys, MASTER_KEY_BYTES, masterKeyOf, parseMasterKeys } from '@bindery/encryption'
import { Failure, systemCode } from '../failure.js'
import { writeDurably } from './durable-file.js'

/** The variable that gives master keys from outside the folder. */
export const MASTER_KEYS_VARIABLE = 'BINDERY_MASTER_KEYS'

/**
 * The master keys of a data folder as text, the newest first: they seal the secrets of access keys and session tokens, and wrap the
 * keys of encrypted objects. Those that are given come first, so that what is new is sealed under them.
 * One is generated if none is given and the file is missing. Only its owner can read it. Throws Failure `fileDamaged`, `masterKeysInvalid`.
 */
export async function keptMasterKeys(folder: string, given?: string): Promise<string> {
  if (given !== undefined && parseMasterKeys(given) === undefined) {
    throw new Failure('masterKeysInvalid', { variable: MASTER_KEYS_VARIABLE })
  }
  const file = join(folder, 'master-keys')
  const kept = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (kept !== undefined) {
    if (parseMasterKeys(kept) === undefined) throw new Failure('fileDamaged', { file })
    return given === undefined ? kept : `${given}\n${kept}`
  }
  if (given !== undefined) return given
  const keys = formatMasterKeys([masterKeyOf(randomBytes(MASTER_KEY_BYTES))])
  await writeDurably(file, keys, 0o600)
  return keys
}
