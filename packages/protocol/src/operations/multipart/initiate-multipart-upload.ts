import { text } from '../../codec.js'
import { flag, header, optional, userMetadata } from '../../field.js'
import { operation } from '../../operation.js'
import { element, optionalElement, xml } from '../../xml.js'
import { ENCRYPTION_CAUSES, encryptionInput, encryptionOutput, refuseEncryptionContext } from '../encryption-fields.js'
import { HOLD_CAUSES, HOLD_PERMISSIONS, holdHeaders } from '../object/holds.js'
import { tagging } from '../object/tags.js'
import { encodingType, encodingTypeElement, forbidOverwrite, page, storageClass, storedHeaders } from '../shared.js'
import { autoComplete } from './auto-complete.js'
import { ENVELOPE_CAUSES } from './client-encryption.js'

/** Conditional headers, the ACL, the traffic limit and the metadata directive are ignored here, as on OSS. */
export const initiateMultipartUpload = operation({
  name: 'InitiateMultipartUpload',
  summary: 'Starts a multipart upload and returns its upload id.',
  source: page(31992),
  method: 'POST',
  level: 'object',
  when: [{ query: ['uploads'] }],
  permissions: ['oss:PutObject'],
  permissionsWith: { 'x-oss-tagging': 'oss:PutObjectTagging', ...HOLD_PERMISSIONS },
  input: {
    encodingType,
    sequential: flag('sequential'),
    ...storedHeaders,
    forbidOverwrite,
    storageClass: optional(header('x-oss-storage-class', storageClass)),
    tagging,
    userMetadata,
    ...holdHeaders,
    ...encryptionInput,
    autoComplete,
  },
  status: 200,
  output: encryptionOutput,
  result: xml('InitiateMultipartUploadResult', {
    encodingType: optionalElement('EncodingType', encodingTypeElement),
    bucket: element('Bucket', text),
    key: element('Key', text, { url: true }),
    uploadId: element('UploadId', text),
  }),
  errors: [...ENCRYPTION_CAUSES, ...ENVELOPE_CAUSES, 'noSuchBucket', 'fileAlreadyExists', ...HOLD_CAUSES],
  refuses: [refuseEncryptionContext],
})
