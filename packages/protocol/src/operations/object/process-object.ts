import { bytesToString, textOfByteString, utf8Bytes } from '@bindery/bytes'
import { text } from '../../codec.js'
import type { Document } from '../../document.js'
import { IMAGE_CAUSES } from '../../errors/image-rows.js'
import { OssError } from '../../errors/oss-error.js'
import { either, flag, optional } from '../../field.js'
import { operation } from '../../operation.js'
import { DECRYPTION_CAUSES, ENCRYPTION_CAUSES } from '../encryption-fields.js'
import { apiPage, DOCUMENT_CAUSES, refuseVersionId, SYMLINK_CAUSES } from '../shared.js'

/** How an image is to be processed. */
export const process = optional(either('x-oss-process', text))

/** `x-oss-process=…|sys/saveas,o_…,b_…`, as it was sent. */
const pipe: Document<string> = {
  root: 'x-oss-process=…',
  contentType: 'application/x-www-form-urlencoded',
  decode(_, body) {
    const sent = textOfByteString(bytesToString(body))
    if (sent === undefined || sent.replace(/^x-oss-process=/, '').trim() === '') throw new OssError('imageProcessEmpty')
    return sent
  },
  encode: utf8Bytes,
  docLines: () => ['x-oss-process=image/…|sys/saveas,o_KEY[,b_BUCKET]'],
}

/** The object that was made. */
export interface Processed {
  /** Empty where the request names none. */
  readonly bucket: string
  /** Bytes. */
  readonly fileSize: number
  readonly object: string
}

/** Clients compare this layout. */
const processed: Document<Processed> = {
  root: '{ "bucket", … }',
  contentType: 'application/json',
  decode() {
    throw new TypeError('it is only written')
  },
  encode({ bucket, fileSize, object }) {
    const lines = [
      `    "bucket": ${JSON.stringify(bucket)}`,
      `    "fileSize": ${fileSize}`,
      `    "object": ${JSON.stringify(object)}`,
      '    "status": "OK"',
    ]
    return utf8Bytes(`{\n${lines.join(',\n')}}`)
  },
  docLines: () => ['{ "bucket": …, "fileSize": …, "object": …, "status": "OK" }'],
}

/** The result is an object of its own, of the type Normal, without the metadata of its source. */
export const processObject = operation({
  name: 'ProcessObject',
  summary: 'Processes an image, and stores the result as an object of this bucket or of another.',
  source: apiPage('ProcessObject'),
  method: 'POST',
  level: 'object',
  when: [{ query: ['x-oss-process'] }],
  permissions: ['oss:PostProcessTask'],
  // OSS names no permission to read; but the result shows its source, which a policy may keep from the requester
  undenied: ['oss:GetObject'],
  targetPermissions: ['oss:PutObject'],
  reads: 'object',
  input: { process: flag('x-oss-process') },
  body: pipe,
  status: 200,
  output: {},
  result: processed,
  errors: [
    'noSuchBucket',
    'noSuchKey',
    'invalidObjectState',
    'invalidBucketName',
    'objectNameEmpty',
    'objectNameInvalid',
    'objectNameTooLong',
    'imageProcessEmpty',
    'fileImmutable',
    'headerNotImplemented',
    ...SYMLINK_CAUSES,
    ...DECRYPTION_CAUSES,
    ...ENCRYPTION_CAUSES,
    ...IMAGE_CAUSES,
    ...DOCUMENT_CAUSES,
  ],
  refuses: [refuseVersionId],
})
