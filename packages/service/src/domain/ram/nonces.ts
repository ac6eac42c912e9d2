/** Nonces of signed calls: a call that was accepted is not accepted again. */
import { upperHex, utf8Bytes } from '@bindery/bytes'
import { CLOCK_SKEW_MAX_MS, type RamCause, RamError } from '@bindery/protocol'
import type { Domain } from '../domain.js'
import { nonceRows } from '../stored/keyspace.js'

/** A call whose signature was verified. */
export interface SignedCall {
  readonly accessKeyId: string
  readonly nonce: string
  /** The time that it is signed with, in milliseconds since 1970. */
  readonly signedAt: number
}

/** Bytes of a hash that name a nonce. */
const HASH_BYTES = 16
/** Rows that one step of the expiry deletes. */
const EXPIRED_MAX = 1_000

/**
 * Uses up the nonce of a call, in every process and for as long as its signature is valid. A call of another time has another
 * signature: the time is part of the row's name. Throws nonceUsed, or the cause `used`.
 */
export async function useNonce(
  domain: Domain,
  { accessKeyId, nonce, signedAt }: SignedCall,
  used: RamCause = 'nonceUsed',
): Promise<void> {
  const hash = domain.digests.sha256(utf8Bytes(`${accessKeyId}\n${nonce}`))
  const names = { signedAt, nonce: upperHex(hash.subarray(0, HASH_BYTES)) }
  await domain.metadata.transact(async (tx) => {
    if ((await nonceRows.read(tx, names)) !== undefined) throw new RamError(used)
    nonceRows.set(tx, names, { accessKeyId })
  })
}

/** Deletes nonces of calls that are too old to be accepted, a step of them. */
export async function expireNonces(domain: Domain): Promise<void> {
  const { from } = nonceRows.all
  const limit = Math.max(domain.clock() - CLOCK_SKEW_MAX_MS, 0)
  const to = nonceRows.key({ signedAt: limit, nonce: '0'.repeat(2 * HASH_BYTES) })
  const rows = await domain.metadata.read((reader) => reader.range(from, to, { limit: EXPIRED_MAX }))
  if (rows.length > 0) await domain.metadata.transact(async (tx) => rows.forEach(({ key }) => void tx.delete(key)))
}
