// Contents that a ledger can describe in a few bytes: concatenated ranges of endless pseudo-random streams.

import { createCipheriv, createHash } from 'node:crypto'

/**
 * A range of a stream.
 * @typedef {[seed: number, offset: number, length: number]} Slice
 */

const ALGORITHMS = [undefined, 'AES256', 'SM4']

/** How the objects of a key are encrypted; undefined: not at all. @param {string} key @returns {string | undefined} */
export function encryptionOf(key) {
  return ALGORITHMS[createHash('md5').update(key).digest()[0] % ALGORITHMS.length]
}

/** @param {Slice[]} content @returns {number} */
export function sizeOf(content) {
  return content.reduce((sum, [, , length]) => sum + length, 0)
}

/** @param {Slice[]} content @returns {Buffer} */
export function bytesOf(content) {
  return Buffer.concat(content.map(([seed, offset, length]) => streamOf(seed, offset + length).subarray(offset)))
}

/** @param {Slice[]} content @returns {string} the ETag of the bytes as a single put */
export function etagOf(content) {
  return createHash('md5').update(bytesOf(content)).digest('hex').toUpperCase()
}

/** The content of a range of another. @param {Slice[]} content @returns {Slice[]} */
export function rangeOf(content, start, end) {
  const found = []
  let at = 0
  for (const [seed, offset, length] of content) {
    const first = Math.max(start, at)
    const last = Math.min(end, at + length)
    if (first < last) found.push([seed, offset + first - at, last - first])
    at += length
  }
  return found
}

function streamOf(seed, length) {
  const key = createHash('md5').update(String(seed)).digest()
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}
