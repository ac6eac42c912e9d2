import { bigIntOf, isText, jsonCodec } from '../codec.js'
import type { ReceiptRecord } from '../model.js'

type StoredReceipt = Omit<ReceiptRecord, 'crc64'> & { readonly crc64: string }

/** The codec of receipts; JSON holds the CRC-64 as decimal text. */
export const receiptCodec = jsonCodec<ReceiptRecord>({
  version: 1,
  pack: (record) => ({ ...record, crc64: record.crc64.toString() }),
  unpack: (stored) => ({ ...(stored as StoredReceipt), crc64: bigIntOf((stored as StoredReceipt).crc64) }),
  isSound: ({ etag, bucket, key }) => isText(etag) && isText(bucket) && isText(key),
})
