import { createHash, hash } from 'node:crypto'
import { crc64Combine, Md5, stringToBytes } from '@bindery/bytes'
import { crc64 } from './crc64.js'
import { crcOf } from './crcs.js'
import { type Digest, type DigestName, type DigestRequest, NO_DIGESTS } from './stream-digest.js'

/** The digest of a stream of bytes, computed on the calling thread. */
export interface Digester {
  /** Takes the next bytes and returns the CRC-64 of these bytes alone. */
  update(bytes: Uint8Array): bigint
  /** Called once, at the end. */
  finish(): Digest
}

/**
 * Starts digests on the calling thread, without the native addon. `update` returns the CRC-64 of its bytes alone; call
 * `finish` once, after the last of them.
 */
export function createDigester({ digests: names = [], runningMd5 }: DigestRequest = {}): Digester {
  const md5 = createHash('md5')
  const others = names.map((name) => ({ name, running: begin(name) }))
  const running = runningMd5 && new Md5(runningMd5)
  let whole = 0n
  let length = 0
  return {
    update(bytes) {
      md5.update(bytes)
      running?.update(bytes)
      for (const other of others) other.running.update(bytes)
      const own = crc64(bytes)
      whole = length === 0 ? own : crc64Combine(whole, own, bytes.length)
      length += bytes.length
      return own
    },
    finish: () => ({
      md5: md5.digest(),
      crc64: whole,
      digests: others.length === 0 ? NO_DIGESTS : Object.fromEntries(others.map((o) => [o.name, o.running.digest()])),
      ...(running !== undefined && { runningMd5: running.state() }),
    }),
  }
}

/**
 * The digest of bytes, computed on the calling thread.
 * @param knownMd5 returns their MD5 where it is known
 */
export function digestOf(
  bytes: Uint8Array,
  request: DigestRequest = {},
  knownMd5?: () => Uint8Array | undefined,
): Digest {
  if (isPlain(request)) return { md5: knownMd5?.() ?? md5Of(bytes), crc64: crc64(bytes), digests: NO_DIGESTS }
  const digester = createDigester(request)
  digester.update(bytes)
  return digester.finish()
}

/** As a byte string, because Node.js makes a buffer of its own for the bytes, which costs a third of the hash of 4 KiB. */
const md5Of = (bytes: Uint8Array): Uint8Array => stringToBytes(hash('md5', bytes, 'binary'))

/** Whether only MD5 and CRC-64 are requested. */
function isPlain({ digests = [], runningMd5 }: DigestRequest): boolean {
  return digests.length === 0 && runningMd5 === undefined
}

interface Running {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

function begin(name: DigestName): Running {
  if (name === 'sha256' || name === 'sha1' || name === 'sha512') return createHash(name)
  const crc = crcOf(name)
  let checksum = 0n
  return {
    update(bytes) {
      checksum = crc(bytes, checksum)
    },
    digest: () => crcBytes(name, checksum),
  }
}

/** A CRC in the byte form of its digest. */
export function crcBytes(name: 'crc32' | 'crc32c' | 'crc64nvme', checksum: bigint): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(checksum)
  return name === 'crc64nvme' ? bytes : bytes.subarray(4)
}
