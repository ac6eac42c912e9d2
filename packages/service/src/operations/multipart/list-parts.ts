import { base64 } from '@bindery/bytes'
import type { ChecksumName } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { handler } from '../../call.js'
import type { PartChecksum, UploadRecord } from '../../domain/stored/model.js'
import { envelopeOf } from '../../domain/uploads/client-encryption.js'
import { listParts as readPage } from '../../domain/uploads/uploads.js'
import { ownerOf } from '../describe.js'

export const listParts = handler('ListParts', (call) => {
  const { bucket, key } = call
  const { uploadId, maxParts, partNumberMarker, encodingType } = call.input
  return andThen(
    readPage(call.domain, {
      bucket: bucket.name,
      key,
      uploadId,
      after: partNumberMarker,
      maxParts,
    }),
    ({ upload, parts, isTruncated }) => {
      const result = {
        encodingType,
        bucket: bucket.name,
        key,
        uploadId,
        storageClass: upload.storageClass,
        partNumberMarker,
        nextPartNumberMarker: parts.partNumbers.at(-1),
        maxParts,
        isTruncated: isTruncated && maxParts > 0,
        ...envelopeShown(upload),
        initiator: ownerOf(upload.initiator),
        owner: ownerOf(upload.owner),
        checksumAlgorithm: upload.checksum?.name,
        checksumType: upload.checksum?.type,
        parts: Array.from(parts.partNumbers, (partNumber, index) => ({
          partNumber,
          lastModified: parts.modifiedAt(index),
          etag: parts.etag(index),
          crc64: parts.crc64(index),
          size: parts.size(index),
          ...partChecksumOf(parts.checksum(index)),
        })),
      }
      return { output: {}, result }
    },
  )
})

function partChecksumOf(checksum: PartChecksum | undefined): Partial<Record<ChecksumName, string>> {
  return checksum === undefined ? {} : { [checksum.name]: base64(checksum.bytes) }
}

/** The envelope of an upload that its client encrypts. */
function envelopeShown(upload: UploadRecord) {
  const envelope = envelopeOf(upload) ?? {}
  return {
    clientEncryptionKey: envelope.key,
    clientEncryptionStart: envelope.start,
    clientEncryptionCekAlg: envelope.cekAlg,
    clientEncryptionWrapAlg: envelope.wrapAlg,
    clientEncryptionDataSize: envelope.dataSize,
    clientEncryptionPartSize: envelope.partSize,
  }
}
