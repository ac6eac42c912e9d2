import { hash } from 'node:crypto'
import type { Digests } from '@bindery/protocol'

/** Bytes of a block of SHA-1 and SHA-256, over which HMAC pads its key. */
const BLOCK_BYTES = 64
const INNER_PAD = 0x36
const OUTER_PAD = 0x5c
/** Keys whose pads are kept. A signing key is used for every request of a day, the keys it is derived from once. */
const PADDED_KEYS_MAX = 256

interface PaddedKey {
  readonly inner: Uint8Array
  readonly outer: Uint8Array
}

type Sha = 'sha1' | 'sha256'

/**
 * The digests of `node:crypto`, in one-shot form. An HMAC is two hashes over cached pads: `createHmac` makes native
 * objects, whose garbage costs a request more than its signature does.
 */
export function nodeDigests(): Digests {
  return {
    md5: (data) => hash('md5', data, 'buffer'),
    sha256: (data) => hash('sha256', data, 'buffer'),
    hmacSha1: hmac('sha1'),
    hmacSha256: hmac('sha256'),
  }
}

function hmac(algorithm: Sha): (key: Uint8Array, data: Uint8Array) => Uint8Array {
  const paddedKeys = new Map<string, PaddedKey>()
  return (key, data) => {
    const name = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
    let padded = paddedKeys.get(name)
    if (padded === undefined) {
      padded = padKey(algorithm, key)
      if (paddedKeys.size >= PADDED_KEYS_MAX) paddedKeys.clear()
      paddedKeys.set(name, padded)
    }
    const inner = hash(algorithm, Buffer.concat([padded.inner, data]), 'buffer')
    return hash(algorithm, Buffer.concat([padded.outer, inner]), 'buffer')
  }
}

function padKey(algorithm: Sha, key: Uint8Array): PaddedKey {
  const block = key.length > BLOCK_BYTES ? hash(algorithm, key, 'buffer') : key
  const inner = new Uint8Array(BLOCK_BYTES).fill(INNER_PAD)
  const outer = new Uint8Array(BLOCK_BYTES).fill(OUTER_PAD)
  block.forEach((byte, index) => {
    inner[index] = byte ^ INNER_PAD
    outer[index] = byte ^ OUTER_PAD
  })
  return { inner, outer }
}
