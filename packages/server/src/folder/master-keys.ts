import { randomBytes } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { formatMasterKeys, MASTER_KEY_BYTES, type MasterKey, masterKeyOf, parseMasterKeys } from '@bindery/encryption'
import { systemFiles } from '@bindery/storage-local'
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
  const kept = await readKept(folder)
  if (kept !== undefined) return given === undefined ? kept : `${given}\n${kept}`
  if (given !== undefined) return given
  return writeMasterKeys(folder, [newMasterKey()])
}

/** The text of the file of a folder; undefined if it has none. Throws Failure `fileDamaged`. */
async function readKept(folder: string): Promise<string | undefined> {
  const file = fileOf(folder)
  const kept = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (kept !== undefined && parseMasterKeys(kept) === undefined) throw new Failure('fileDamaged', { file })
  return kept
}

/** The master keys in the file of a folder, the newest first. Throws Failure `fileDamaged`. */
export async function masterKeysOfFolder(folder: string): Promise<readonly MasterKey[]> {
  const kept = await readKept(folder)
  return kept === undefined ? [] : (parseMasterKeys(kept) ?? [])
}

/** Replaces the file of a folder, which is removed where no key is left; resolves with its text when it is durable. */
export async function writeMasterKeys(folder: string, keys: readonly MasterKey[]): Promise<string> {
  const text = formatMasterKeys(keys)
  if (keys.length > 0) await writeDurably(fileOf(folder), text, 0o600)
  else {
    await rm(fileOf(folder), { force: true })
    await systemFiles.syncFolder(folder)
  }
  return text
}

/** A random master key. */
export const newMasterKey = (): MasterKey => masterKeyOf(randomBytes(MASTER_KEY_BYTES))

const fileOf = (folder: string): string => join(folder, 'master-keys')
