import { type Awaitable, andThen, type Reader, together } from '@bindery/storage'
import { readDocument } from '../stored/documents.js'
import type { BucketRecord } from '../stored/model.js'
import { readAccountSetting } from './account-settings.js'

/** Whether public access to a bucket is blocked, by a setting of its own or of its owner's account. */
export function readPublicAccessBlock(reader: Reader, bucket: BucketRecord): Awaitable<boolean> {
  const settings = together(
    readDocument(reader, bucket, 'publicAccessBlock'),
    readAccountSetting(reader, bucket.owner, 'publicAccessBlock'),
  )
  return andThen(
    settings,
    ([own, ofAccount]) => own?.blockPublicAccess === true || ofAccount?.blockPublicAccess === true,
  )
}
