import { json } from '../../json.js'
import { operation } from '../../operation.js'

/** Sizes are bytes. */
export interface StoreStatus {
  readonly garbage: {
    readonly rows: number
    readonly byKind: { readonly blob: number; readonly manifest: number; readonly rows: number }
    /** An upper bound; data that a copy still references are not freed. */
    readonly bytes: number
    /** The number of rows whose bytes are unknown. */
    readonly rowsUnsized: number
    /** There are more rows than were counted. */
    readonly isTruncated: boolean
  }
  /** The requester's buckets, by name. */
  readonly buckets: readonly {
    readonly name: string
    readonly objects: number
    readonly objectBytes: number
    readonly uploads: number
    readonly parts: number
    /** The bytes of the parts of incomplete uploads. */
    readonly partBytes: number
  }[]
}

export const getStoreStatus = operation({
  name: 'GetStoreStatus',
  summary:
    "Returns the garbage that waits to be freed, and the usage of each of the requester's buckets, including incomplete uploads.",
  extension: true,
  source: 'docs/guides/extensions.md#space-usage',
  method: 'GET',
  level: 'service',
  when: [{ query: ['x-oss-ext-status'] }],
  permissions: ['oss:ListBuckets'],
  input: {},
  status: 200,
  output: {},
  result: json<StoreStatus>('StoreStatus', [
    'garbage: { rows, byKind: { blob, manifest, rows }, bytes, rowsUnsized, isTruncated }',
    'buckets[]: { name, objects, objectBytes, uploads, parts, partBytes }',
  ]),
  errors: [],
})
