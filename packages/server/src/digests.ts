import { createHash, hash } from 'node:crypto'
import type { Native } from '@bindery/digest'
import type { Digests } from '@bindery/protocol'

/** The block size of SHA-1 and SHA-256 in bytes, to which HMAC pads its key. */
const BLOCK_BYTES = 64
const INNER_PAD = 0x36
const OUTER_PAD = 0x5c
/** Cached padded keys. A signing key is used for every request of a day, the keys it is derived from once. */
const PADDED_KEYS_MAX = 256

/** The most bytes that an HMAC hashes without allocating: strings to sign are shorter. */
const SCRATCH_BYTES = 1024

/** The two pads of a key, each followed by room for the data to hash. */
interface PaddedKey {
  readonly inner: Buffer
  readonly outer: Buffer
}

type Sha = 'sha1' | 'sha256'

/**
 * The digests of `node:crypto` as one-shot functions. An HMAC is two hashes over cached pads: `createHmac` creates
 * native objects, whose garbage costs a request more than its signature. `native`: signs by one call where it can, which costs a sixth.
 */
export function nodeDigests(native?: Pick<Native, 'signDigest'>): Digests {
  return {
    ...(native?.signDigest && { signDigest: native.signDigest }),
    begin: (algorithm) => createHash(algorithm),
    md5: (data) => hash('md5', data, 'buffer'),
    sha256: (data) => hash('sha256', data, 'buffer'),
    hmacSha1: hmac('sha1'),
    hmacSha256: hmac('sha256'),
  }
}

/** The functions of a service that native code makes faster. */
export const nativeFunctions = (native: Native | undefined) => ({
  digests: nodeDigests(native),
  printRows: native?.printRows,
})

function hmac(algorithm: Sha): (key: Uint8Array, data: Uint8Array) => Uint8Array {
  const paddedKeys = new Map<string, PaddedKey>()
  let last: { readonly key: Uint8Array; readonly padded: PaddedKey } | undefined
  function padsOf(key: Uint8Array): PaddedKey {
    const name = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
    let padded = paddedKeys.get(name)
    if (padded === undefined) {
      padded = padKey(algorithm, key)
      if (paddedKeys.size >= PADDED_KEYS_MAX) paddedKeys.clear()
      paddedKeys.set(name, padded)
    }
    return padded
  }
  return (key, data) => {
    // the same array as before: callers that cache a key pass the same bytes again
    if (last?.key !== key) last = { key, padded: padsOf(key) }
    const { inner, outer } = last.padded
    return hash(algorithm, joined(outer, hash(algorithm, joined(inner, data), 'buffer')), 'buffer')
  }
}

/** A pad followed by the data, valid until the next call with this pad. */
function joined(pad: Buffer, data: Uint8Array): Buffer {
  const end = BLOCK_BYTES + data.length
  if (end > pad.length) return Buffer.concat([pad.subarray(0, BLOCK_BYTES), data])
  pad.set(data, BLOCK_BYTES)
  return pad.subarray(0, end)
}

function padKey(algorithm: Sha, key: Uint8Array): PaddedKey {
  const block = key.length > BLOCK_BYTES ? hash(algorithm, key, 'buffer') : key
  const inner = Buffer.alloc(SCRATCH_BYTES, INNER_PAD)
  const outer = Buffer.alloc(SCRATCH_BYTES, OUTER_PAD)
  block.forEach((byte, index) => {
    inner[index] = byte ^ INNER_PAD
    outer[index] = byte ^ OUTER_PAD
  })
  return { inner, outer }
}
