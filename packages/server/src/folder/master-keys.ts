import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatMasterKeys, MASTER_KEY_BYTES, masterKeyOf, parseMasterKeys } from '@bindery/encryption'
import { Failure, systemCode } from '../failure.js'
import { writeDurably } from './durable-file.js'

/**
 * The master keys of a data folder as text, the newest first: they seal the secrets of access keys and session tokens, and wrap the
 * keys of encrypted objects.
 * One is generated if the file is missing. Only its owner can read it. Throws Failure `fileDamaged`.
 */
export async function keptMasterKeys(folder: string): Promise<string> {
  const file = join(folder, 'master-keys')
  const kept = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (kept !== undefined) {
    if (parseMasterKeys(kept) === undefined) throw new Failure('fileDamaged', { file })
    return kept
  }
  const keys = formatMasterKeys([masterKeyOf(randomBytes(MASTER_KEY_BYTES))])
  await writeDurably(file, keys, 0o600)
  return keys
}
