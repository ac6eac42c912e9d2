import { createPrivateKey, createPublicKey, generateKeyPair, sign } from 'node:crypto'
import { promisify } from 'node:util'

const KEY_BITS = 2048

/** A new RSA key (PEM, PKCS #8), with which a server signs its callbacks. */
export async function newCallbackKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: KEY_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return privateKey
}

/**
 * The key with which a process signs its callbacks. It is found when it is first used, because generating one takes longer
 * than the rest of a start.
 */
export class CallbackKey {
  readonly #find: () => Promise<string>
  #pem: Promise<string> | undefined

  /** @param find resolves with the PEM of an RSA key, the same each time */
  constructor(find: () => Promise<string>) {
    this.#find = find
  }

  /** PEM of the private key. Rejects as `find` does; the next call then tries again. */
  pem(): Promise<string> {
    this.#pem ??= this.#find().catch((error) => {
      this.#pem = undefined
      throw error
    })
    return this.#pem
  }

  /** PEM of the key that verifies the signatures. */
  async publicPem(): Promise<string> {
    return createPublicKey(await this.pem())
      .export({ type: 'spki', format: 'pem' })
      .toString()
  }

  /** Resolves with what signs bytes: RSA over their MD5, in Base64. */
  async signer(): Promise<(bytes: Uint8Array) => string> {
    const key = createPrivateKey(await this.pem())
    return (bytes) => sign('md5', bytes, key).toString('base64')
  }
}

/** Whether a text is a key that can sign callbacks. */
export function isCallbackKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}
