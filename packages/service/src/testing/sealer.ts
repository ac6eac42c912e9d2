import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Sealer } from '../options.js'

const TAG_BYTES = 16

/** A sealer with a fixed key. The nonce counts, so that the same seed leads to the same bytes. */
export function testSealer(): Sealer {
  const key = new Uint8Array(32).fill(7)
  let sealedSoFar = 0
  return {
    seal(bytes, context) {
      sealedSoFar += 1
      const nonce = Buffer.alloc(12)
      nonce.writeUInt32BE(sealedSoFar)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
      return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
    },
    open(sealed, context) {
      const all = Buffer.from(sealed)
      try {
        const cipher = createDecipheriv('aes-256-gcm', key, all.subarray(0, 12)).setAAD(Buffer.from(context))
        cipher.setAuthTag(all.subarray(-TAG_BYTES))
        return Buffer.concat([cipher.update(all.subarray(12, -TAG_BYTES)), cipher.final()])
      } catch {
        return undefined
      }
    },
  }
}
