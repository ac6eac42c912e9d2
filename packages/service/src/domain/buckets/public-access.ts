import type { Reader } from '@bindery/storage'
import { together } from '@bindery/storage'
import { readDocument } from '../stored/documents.js'
import type { BucketRecord } from '../stored/model.js'
import { readAccountSetting } from './account-settings.js'

/** Whether public access to a bucket is blocked, by a setting of its own or of its owner's account. */
export async function readPublicAccessBlock(reader: Reader, bucket: BucketRecord): Promise<boolean> {
  const [own, ofAccount] = await together(
    readDocument(reader, bucket, 'publicAccessBlock'),
    readAccountSetting(reader, bucket.owner, 'publicAccessBlock'),
  )
  return own?.blockPublicAccess === true || ofAccount?.blockPublicAccess === true
}
