import { base64 } from '@bindery/bytes'
import type { ClientEnvelope, InputOf, Operations } from '@bindery/protocol'
import { handler } from '../../call.js'
import { checksumOf } from '../../domain/bytes/blobs.js'
import type { PartChecksum } from '../../domain/stored/model.js'
import { uploadPart as storePart } from '../../domain/uploads/upload-part.js'
import { pacedSource, paceOf } from '../../traffic.js'
import { checksumsOf, given } from '../describe.js'
import { customerKeyHeaders, encryptionHeaders } from '../encryption.js'

type EnvelopeInput = InputOf<Operations['UploadPart']>

export const uploadPart = handler('UploadPart', async (call) => {
  const { uploadId, partNumber, contentMd5 } = call.input
  const { source, expected } = call.content
  const part = {
    bucket: call.bucket.name,
    key: call.key,
    uploadId,
    partNumber,
    contentMd5,
    expected,
    answersChecksum: call.input.answersChecksum,
    envelope: envelopeIn(call.input),
  }
  const pace = paceOf(call, 'Upload')
  const { etag, md5, crc64, upload, checksum } = await storePart(call.domain, part, pacedSource(source, pace))
  // a checksum that the upload does not have is verified and echoed, but not kept
  const verified = checksum === undefined ? checksumsOf(checksumOf({ expected })) : kept(checksum)
  const { encryption } = upload
  return {
    output: {
      etag,
      contentMd5: base64(md5),
      crc64,
      qosDelayTime: pace?.delayedMs,
      ...verified,
      ...encryptionHeaders(encryption),
      ...customerKeyHeaders(encryption, call.input),
    },
  }
})

/** The checksum of an upload that has checksums, which its Complete lists. */
function kept({ name, bytes }: PartChecksum): ReturnType<typeof checksumsOf> {
  return { [name]: base64(bytes) }
}

function envelopeIn(input: EnvelopeInput): ClientEnvelope {
  return given({
    key: input.envelopeKey,
    start: input.envelopeStart,
    cekAlg: input.envelopeCekAlg,
    wrapAlg: input.envelopeWrapAlg,
    dataSize: input.envelopeDataSize,
    partSize: input.envelopePartSize,
  })
}
