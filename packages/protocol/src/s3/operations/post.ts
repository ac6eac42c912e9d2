import { utf8Bytes } from '@bindery/bytes'
import { etag, text } from '../../codec.js'
import type { Document } from '../../document.js'
import { header, implied, omit } from '../../field.js'
import { refuseHeader } from '../../operation.js'
import { encryptionOutput } from '../../operations/encryption-fields.js'
import { postObject as ossPostObject } from '../../operations/object/post-object.js'
import { element, xml } from '../../xml.js'
import { customerKeyOutput } from './customer-keys.js'
import { s3Operation, s3Page, sharedWith } from './declare.js'
import { encryptionContext } from './encryption-context.js'
import { checksumHeaders, DESCRIPTION_CAUSES, DESCRIPTION_PERMISSIONS, description } from './shared.js'

const posted = xml('PostResponse', {
  location: element('Location', text),
  bucket: element('Bucket', text),
  key: element('Key', text),
  etag: element('ETag', text),
})

type Posted = typeof posted extends Document<infer T> ? T : never

/** Only the status 201 has a document; unlike others, it is in no namespace. */
const postedIfAsked: Document<Posted | undefined> = {
  ...posted,
  encode: (value) => (value === undefined ? utf8Bytes('') : posted.encode(value)),
}

/** A form of a browser. Each of its fields needs a condition in its policy. */
export const postObject = s3Operation({
  ...sharedWith(ossPostObject),
  name: 'PostObject',
  source: s3Page('RESTObjectPOST').replace('API_', ''),
  permissionsWith: DESCRIPTION_PERMISSIONS,
  input: {
    ...omit(description, 'wormMode', 'wormRetainUntil', 'wormLegalHold'),
    userMetadata: ossPostObject.input.userMetadata,
    successActionStatus: ossPostObject.input.successActionStatus,
    successActionRedirect: ossPostObject.input.successActionRedirect,
    forbidOverwrite: implied(false),
    /** Answers name the object's URL whatever their status. */
    showsLocation: implied(true),
  },
  body: 'bytes',
  output: {
    etag: header('ETag', etag),
    versionId: ossPostObject.output.versionId,
    location: ossPostObject.output.location,
    ...encryptionOutput,
    encryptionContext,
    ...customerKeyOutput,
    ...checksumHeaders,
  },
  result: postedIfAsked,
  errors: [...ossPostObject.errors, ...DESCRIPTION_CAUSES, 'postFieldsExtra', 'postFieldAbsent', 'sigV4DoesNotMatch'],
  refuses: [refuseHeader('x-amz-object-lock-mode'), refuseHeader('x-amz-object-lock-legal-hold', ['OFF'])],
})
