import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isCallbackKey, newCallbackKey } from '../callbacks/callback-key.js'
import { Failure, systemCode } from '../failure.js'
import { writeDurably } from './durable-file.js'

/**
 * The RSA key (PEM) with which the server of a data folder signs callbacks; generated if it is missing, and readable only
 * by its owner. Throws Failure `fileDamaged`.
 */
export async function keptCallbackKey(folder: string): Promise<string> {
  const file = join(folder, 'callback-key.pem')
  const kept = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (kept !== undefined) {
    if (!isCallbackKey(kept)) throw new Failure('fileDamaged', { file })
    return kept
  }
  const key = await newCallbackKey()
  await writeDurably(file, key, 0o600)
  return key
}
