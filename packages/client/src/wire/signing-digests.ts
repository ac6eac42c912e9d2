/** The hash functions of signatures, of the platform. */
import { CLIENT_CODES, OssError } from '../types/error.js'

/** Computed in place where the platform can; Web Crypto cannot. */
export interface SigningDigests {
  sha256(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>
  hmac(hash: 'SHA-1' | 'SHA-256', secret: Uint8Array, data: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** Those of Web Crypto, which browsers offer only on secure origins: they throw InvalidOption where a page has none. */
export const webDigests: SigningDigests = {
  async sha256(bytes) {
    return new Uint8Array(await subtle().digest('SHA-256', owned(bytes)))
  },
  async hmac(hash, secret, data) {
    const key = await subtle().importKey('raw', owned(secret), { name: 'HMAC', hash }, false, ['sign'])
    return new Uint8Array(await subtle().sign('HMAC', key, owned(data)))
  },
}

/** The types of Web Crypto exclude views of shared memory, which are not used here. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}

function subtle(): SubtleCrypto {
  const found = globalThis.crypto?.subtle
  if (found !== undefined) return found
  throw new OssError({
    code: CLIENT_CODES.invalidOption,
    message: 'This page cannot sign requests: browsers offer Web Crypto to pages on https and localhost alone.',
    hint: 'Serve the page by https, or let a backend sign (auth: { signer }).',
  })
}
