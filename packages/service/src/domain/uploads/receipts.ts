/**
 * Receipts (idempotency records): the answer of a Complete, kept for a while, so that a client that lost it gets it
 * again. Only a Complete of the same requester with the same list is answered from one; for every other request the
 * upload no longer exists.
 *
 * The callback of a receipt is absent (no Complete has requested one) → `committed` (one request is to make it) →
 * `answered` (its outcome is known). `complete.ts` takes these steps, and nothing else does.
 */
import { hex } from '@bindery/bytes'
import { OssError } from '@bindery/protocol'
import type { Bytes, Reader, Transaction } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { isId } from '../stored/ids.js'
import { receiptRows } from '../stored/keyspace.js'
import type { PartList, ReceiptRecord } from '../stored/model.js'
import type { PartTable } from '../stored/part-table.js'
import type { UploadName } from './uploads.js'

/** Identifies the list of a Complete: `all`, or a digest that does not depend on how its ETags were written. */
export function digestOfAsked(domain: Domain, parts: PartList | 'all'): string {
  return parts === 'all' ? 'all' : digestOfParts(domain, { partNumbers: parts.partNumbers, ...parts.joinETags() })
}

/** The digested columns of parts: their numbers, the ends of their ETags, and the concatenated ETags. */
type Digested = Pick<PartTable, 'partNumbers' | 'etagEnds' | 'joinedETags'>

/** Identifies the list of these parts. */
export function digestOfParts({ digests }: Domain, { partNumbers, etagEnds, joinedETags }: Digested): string {
  const bytes = new Uint8Array(partNumbers.byteLength + etagEnds.byteLength + joinedETags.length)
  bytes.set(bytesOf(partNumbers))
  bytes.set(bytesOf(etagEnds), partNumbers.byteLength)
  bytes.set(joinedETags, partNumbers.byteLength + etagEnds.byteLength)
  return hex(digests.md5(bytes))
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Writes or replaces the receipt of an upload, in the transaction that completes it or records its callback. */
export function writeReceipt(tx: Transaction, uploadId: string, receipt: ReceiptRecord): void {
  receiptRows.set(tx, { uploadId }, receipt)
}

/** The part of a Complete that identifies it among repeats. */
export interface Repeatable extends UploadName {
  /** Account id; a repeat by the same requester gets the same answer. */
  readonly requester: string
  /** Whether a repeat gets it at all; absent: as the domain has it. */
  readonly answersRepeats?: boolean | undefined
}

/** The receipt of a completed upload, if this requester may still use it. */
export async function readReceipt(
  domain: Domain,
  reader: Reader,
  { bucket, key, uploadId, requester, answersRepeats = domain.answersRepeats }: Repeatable,
): Promise<ReceiptRecord | undefined> {
  if (!answersRepeats || !isId(uploadId)) return undefined
  const receipt = await receiptRows.read(reader, { uploadId })
  if (receipt === undefined || isExpired(domain, receipt)) return undefined
  return receipt.bucket === bucket && receipt.key === key && receipt.requester === requester ? receipt : undefined
}

/** The receipt that a repeated Complete needs, before its body is read. Throws noSuchUpload. */
export async function findReceipt(domain: Domain, completion: Repeatable): Promise<ReceiptRecord> {
  const receipt = await domain.metadata.read((reader) => readReceipt(domain, reader, completion))
  if (receipt === undefined) throw new OssError('noSuchUpload', { uploadId: completion.uploadId })
  return receipt
}

/**
 * Claims the callback of a completion that requested none, such as an auto-completion. True for exactly one caller,
 * which must make it.
 */
export async function claimCallback({ metadata }: Domain, uploadId: string): Promise<boolean> {
  return metadata.transact(async (tx) => {
    const receipt = await receiptRows.read(tx, { uploadId })
    if (receipt === undefined || receipt.callback !== undefined) return false
    receiptRows.set(tx, { uploadId }, { ...receipt, callback: { state: 'committed' } })
    return true
  })
}

/** Keeps the answer of a Complete after its callback, for repeated requests. */
export async function answerReceipt({ metadata }: Domain, uploadId: string, answer: string): Promise<void> {
  await metadata.transact(async (tx) => {
    const receipt = await receiptRows.read(tx, { uploadId })
    if (receipt !== undefined)
      receiptRows.set(tx, { uploadId }, { ...receipt, callback: { state: 'answered', answer } })
  })
}

/**
 * Longer than one URL of a callback may take. The process making the callback may have died, so do not wait for all
 * five URLs.
 */
const ANSWER_WAIT_MS = 6_000
const ANSWER_POLL_MS = 200

/** A receipt whose callback has been answered, or was waited for long enough. Throws noSuchUpload. */
export async function settledReceipt(domain: Domain, completion: Repeatable): Promise<ReceiptRecord> {
  for (let waited = 0; ; waited += ANSWER_POLL_MS) {
    const receipt = await findReceipt(domain, completion)
    if (receipt.callback?.state !== 'committed' || waited >= ANSWER_WAIT_MS) return receipt
    await domain.sleep(ANSWER_POLL_MS)
  }
}

const RECEIPTS_AT_ONCE = 200

/** Deletes the expired ones among the next receipts; returns where to continue, or undefined at the end. */
export async function dropExpired(domain: Domain, after: Bytes | undefined): Promise<Bytes | undefined> {
  const { metadata, damage } = domain
  const { from, to } = receiptRows.all
  const { rows, next } = await damage.page(metadata, { from: after ?? from, to }, RECEIPTS_AT_ONCE)
  const expired = rows.filter((row) => {
    const receipt = damage.skip(row.key, () => receiptRows.decodeRow(row))
    return receipt !== undefined && isExpired(domain, receipt)
  })
  if (expired.length > 0) {
    await metadata.transact(async (tx) => {
      for (const { key } of expired) tx.delete(key)
    })
  }
  return next
}

function isExpired({ clock, receiptMs }: Domain, { completedAt }: ReceiptRecord): boolean {
  return clock() - completedAt >= receiptMs
}
