import { json } from '../../json.js'
import { operation } from '../../operation.js'
import { bucketLifecycle } from './lifecycle.js'

/** The actions that lifecycle rules would take at once; `bytes` are those of the object or of the parts. */
export interface LifecyclePreview {
  readonly actions: readonly {
    readonly action: 'abort' | 'expire' | 'move'
    readonly rule: string
    readonly key: string
    readonly uploadId?: string | undefined
    readonly versionId?: string | undefined
    /** Absent for uploads and delete markers. */
    readonly bytes?: number | undefined
    readonly storageClass?: string | undefined
    /** The class that it would be moved to. */
    readonly targetClass?: string | undefined
  }[]
  /** There are more than are listed. */
  readonly isTruncated: boolean
}

/** OSS applies rules without a rehearsal. */
export const previewBucketLifecycle = operation({
  name: 'PreviewBucketLifecycle',
  summary: 'Lists what lifecycle rules would do to a bucket now, without setting them; at most 1,000 actions.',
  extension: true,
  source: 'docs/guides/extensions.md#lifecycle-rules',
  method: 'POST',
  level: 'bucket',
  when: [{ query: ['lifecycle', 'x-oss-ext-preview'] }],
  // it shows names of objects, versions and uploads
  permissions: ['oss:PutBucketLifecycle', 'oss:ListObjects', 'oss:ListObjectVersions', 'oss:ListMultipartUploads'],
  input: bucketLifecycle.put.input,
  body: bucketLifecycle.document,
  decodeWith: (read, _, input) => bucketLifecycle.check(read(), input),
  status: 200,
  output: {},
  result: json<LifecyclePreview>('LifecyclePreview', [
    'actions[]: { action, rule, key, uploadId, versionId, bytes, storageClass, targetClass }',
    'isTruncated',
  ]),
  errors: bucketLifecycle.put.errors,
})
