import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Failure, systemCode } from '../failure.js'
import { writeDurably } from '../folder/durable-file.js'

const KEY_BITS = 2048

/**
 * The RSA key (PEM, PKCS #8) with which the server of a data folder signs callbacks; generated if it is missing, and
 * readable only by its owner. Throws Failure `fileDamaged`.
 */
export async function keptCallbackKey(folder: string): Promise<string> {
  const file = join(folder, 'callback-key.pem')
  const kept = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (kept !== undefined) {
    if (!isRsaKey(kept)) throw new Failure('fileDamaged', { file })
    return kept
  }
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: KEY_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  await writeDurably(file, privateKey, 0o600)
  return privateKey
}

/** PEM of the public key that belongs to a private key. */
export function publicKeyOf(privateKey: string): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
}

function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}
