import { json } from '../../json.js'
import { operation } from '../../operation.js'

/** The objects of an access log that were written. */
export interface DeliveredLogs {
  readonly logs: readonly {
    /** The bucket that holds the object. */
    readonly target: string
    readonly key: string
  }[]
}

/** OSS writes logs at its own times alone. */
export const deliverBucketLogs = operation({
  name: 'DeliverBucketLogs',
  summary: 'Writes what the access log of a bucket holds so far into its target bucket, whatever the hour.',
  extension: true,
  source: 'docs/guides/extensions.md#access-logs',
  method: 'POST',
  level: 'bucket',
  when: [{ query: ['logging', 'x-oss-ext-run'] }],
  permissions: ['oss:PutBucketLogging'],
  input: {},
  status: 200,
  output: {},
  result: json<DeliveredLogs>('DeliveredLogs', ['logs[]: { target, key }']),
  errors: ['noSuchBucket'],
})
