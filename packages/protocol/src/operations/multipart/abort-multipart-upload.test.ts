import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { abortMultipartUpload } from './abort-multipart-upload.js'

test('an upload is aborted by its id, and the answer is empty', () => {
  assert.deepEqual(inputOf(abortMultipartUpload, 'DELETE /a?encoding-type=url&uploadId=ABC HTTP/1.1'), {
    uploadId: 'ABC',
  })
  assert.equal(responseOf(abortMultipartUpload, {}), '204')
})

test('an empty id is an upload that does not exist', () => {
  for (const query of ['uploadId', 'uploadId=']) {
    const [reason] = failureOf(() => inputOf(abortMultipartUpload, `DELETE /a?${query} HTTP/1.1`))
    assert.equal(reason, 'noSuchUploadIdMissing')
  }
})
