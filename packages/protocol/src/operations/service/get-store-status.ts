import { json } from '../../json.js'
import { operation } from '../../operation.js'

/** Sizes are bytes. */
export interface StoreStatus {
  readonly garbage: {
    readonly rows: number
    readonly byKind: { readonly blob: number; readonly manifest: number; readonly rows: number }
    /** At most; what a copy still holds is not freed. */
    readonly bytes: number
    /** Rows whose bytes are not known. */
    readonly rowsUnsized: number
    /** There are more rows than were counted. */
    readonly isTruncated: boolean
  }
  /** The requester's, by name. */
  readonly buckets: readonly {
    readonly name: string
    readonly objects: number
    readonly objectBytes: number
    readonly uploads: number
    readonly parts: number
    /** Of the parts of incomplete uploads. */
    readonly partBytes: number
  }[]
}

export const getStoreStatus = operation({
  name: 'GetStoreStatus',
  summary: "Says what waits to be freed, and what the incomplete uploads of each of the requester's buckets hold.",
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
