/**
 * Receipts: the answer of a Complete, kept for a while, so that a client that lost it gets it again. Only a Complete of
 * the same requester with the same list is answered from one; to everything else the upload is gone.
 */
import { hex, OssError, utf8Bytes } from '@bindery/protocol'
import type { Bytes, Reader, Transaction } from '@bindery/storage'
import type { Domain } from './domain.js'
import { allReceipts, following, receiptKey } from './keyspace.js'
import type { ETag, ListedPart } from './model.js'
import { decodeReceipt, encodeReceipt } from './records.js'
import type { UploadName } from './uploads.js'

export interface ReceiptRecord {
  readonly bucket: string
  readonly key: string
  readonly requester: string
  /** `all`, or a digest of the list of parts. */
  readonly list: string
  /** A digest of the list of the parts that the object has. */
  readonly exactList: string
  readonly completedAt: number
  readonly etag: ETag
  readonly crc64: bigint
}

/** Names a list of parts: `all`, or a digest that does not depend on how its ETags were written. */
export function digestOfList({ digests }: Domain, parts: readonly ListedPart[] | 'all'): string {
  if (parts === 'all') return 'all'
  const lines = parts.map(({ partNumber, etag }) => `${partNumber} ${etag.toUpperCase()}\n`)
  return hex(digests.md5(utf8Bytes(lines.join(''))))
}

export function writeReceipt(tx: Transaction, uploadId: string, receipt: ReceiptRecord): void {
  tx.set(receiptKey(uploadId), encodeReceipt(receipt))
}

/** The receipt of a completed upload, if this requester may still use it. */
export async function readReceipt(
  domain: Domain,
  reader: Reader,
  { bucket, key, uploadId }: UploadName,
  requester: string,
): Promise<ReceiptRecord | undefined> {
  if (domain.receiptMs === 0 || !/^[0-9A-F]{32}$/.test(uploadId)) return undefined
  const row = await reader.get(receiptKey(uploadId))
  const receipt = row === undefined ? undefined : decodeReceipt(row)
  if (receipt === undefined || isExpired(domain, receipt)) return undefined
  return receipt.bucket === bucket && receipt.key === key && receipt.requester === requester ? receipt : undefined
}

/** What a Complete asks for before its body is read: an open upload, or the receipt of one. Throws noSuchUpload. */
export async function findReceipt(domain: Domain, name: UploadName, requester: string): Promise<ReceiptRecord> {
  const receipt = await domain.metadata.read((reader) => readReceipt(domain, reader, name, requester))
  if (receipt === undefined) throw new OssError('noSuchUpload', { UploadId: name.uploadId })
  return receipt
}

const RECEIPTS_AT_ONCE = 200

/** Drops the expired among the next receipts; where to go on, or undefined at the end. */
export async function dropExpired(domain: Domain, after: Bytes | undefined): Promise<Bytes | undefined> {
  const { from, to } = allReceipts()
  const rows = await domain.metadata.read((reader) => reader.range(after ?? from, to, { limit: RECEIPTS_AT_ONCE }))
  const expired = rows.filter(({ value }) => isExpired(domain, decodeReceipt(value)))
  if (expired.length > 0) {
    await domain.metadata.transact(async (tx) => {
      for (const { key } of expired) tx.delete(key)
    })
  }
  const last = rows.at(-1)
  return rows.length < RECEIPTS_AT_ONCE || last === undefined ? undefined : following(last.key)
}

function isExpired({ clock, receiptMs }: Domain, { completedAt }: ReceiptRecord): boolean {
  return clock() - completedAt >= receiptMs
}
