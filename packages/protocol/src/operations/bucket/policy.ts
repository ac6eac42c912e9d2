import { utf8Bytes, utf8Text } from '@bindery/bytes'
import type { Document } from '../../document.js'
import { OssError } from '../../errors/oss-error.js'
import { bucketDocument } from '../document.js'

/** A policy as it was sent: its clients compare the text. */
export const policyText: Document<string> = {
  root: 'Policy',
  contentType: 'application/json',
  decode(_, body) {
    const text = utf8Text(body)
    if (text === undefined) throw new OssError('invalidPolicyDocument', { why: 'it is not UTF-8' })
    return text
  },
  encode: utf8Bytes,
  docLines: () => ['{ "Version": "1", "Statement": […] }'],
}

export const bucketPolicy = bucketDocument({
  noun: 'BucketPolicy',
  what: 'the policy',
  subresource: 'policy',
  document: policyText,
  unset: 'noSuchBucketPolicy',
  errors: ['invalidPolicyDocument', 'publicPolicyBlocked'],
})
