/**
 * Uploads that a client encrypts: it keeps the envelope by which it decrypts in the user metadata, and sends it again with
 * each part. Every part begins at a multiple of the part size, so parts of another size could not be decrypted.
 */
import { type ClientEnvelope, ENVELOPE, OssError, readEnvelope } from '@bindery/protocol'
import type { ObjectRecord, UploadRecord } from '../stored/model.js'
import type { PartTable } from '../stored/part-table.js'

type Described = Pick<UploadRecord | ObjectRecord, 'userMetadata'>

/** The envelope among the metadata of an object; undefined if no client encrypts it. */
export function envelopeOf({ userMetadata }: Described): ClientEnvelope | undefined {
  return readEnvelope(userMetadata)
}

/**
 * Checks the envelope of a new upload that its client encrypts. Throws envelopePartSizeMissing,
 * envelopePartSizeInvalid, envelopeDataSizeInvalid.
 */
export function checkEnvelope(upload: Described): void {
  const envelope = envelopeOf(upload)
  if (envelope === undefined) return
  const { partSize, dataSize } = envelope
  if (dataSize !== undefined && sizeOf(dataSize) === undefined) throw new OssError('envelopeDataSizeInvalid')
  if (partSize === undefined) throw new OssError('envelopePartSizeMissing')
  if (!sizeOf(partSize)) throw new OssError('envelopePartSizeInvalid')
}

/** Compares the envelope of a part with that of its upload. Throws envelopeMissing, envelopeDiffers. */
export function checkPartEnvelope(upload: Described, sent: ClientEnvelope): void {
  const envelope = envelopeOf(upload)
  if (envelope === undefined) return
  if (sent.key === undefined || sent.start === undefined) throw new OssError('envelopeMissing')
  const differs = ENVELOPE.some((name) => sent[name] !== undefined && sent[name] !== envelope[name])
  if (differs) throw new OssError('envelopeDiffers')
}

/** Checks the size of a part. Throws envelopePartSizeDiffers, envelopeLastPartSizeDiffers. */
export function checkPartSize(upload: Described, partNumber: number, size: number): void {
  const sizes = sizesOf(upload)
  if (sizes === undefined) return
  const { partSize, dataSize } = sizes
  if (dataSize === undefined) {
    if (size > partSize) throw new OssError('envelopePartSizeDiffers')
    return
  }
  const start = (partNumber - 1) * partSize
  if (start + partSize < dataSize) {
    if (size !== partSize) throw new OssError('envelopePartSizeDiffers')
  } else if (start > dataSize || size !== dataSize - start) throw new OssError('envelopeLastPartSizeDiffers')
}

/** Checks that parts make up all that the envelope announces. Throws envelopeIncomplete. */
export function checkComplete(upload: Described, parts: PartTable): void {
  const sizes = sizesOf(upload)
  if (sizes === undefined) return
  const isRun = parts.partNumbers.every((partNumber, index) => partNumber === index + 1)
  const isWhole = sizes.dataSize === undefined || parts.bytes === sizes.dataSize
  if (!isRun || !isWhole) throw new OssError('envelopeIncomplete')
}

interface Sizes {
  readonly partSize: number
  readonly dataSize: number | undefined
}

function sizesOf(upload: Described): Sizes | undefined {
  const envelope = envelopeOf(upload)
  const partSize = sizeOf(envelope?.partSize)
  return partSize === undefined ? undefined : { partSize, dataSize: sizeOf(envelope?.dataSize) }
}

function sizeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
