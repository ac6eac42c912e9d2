/** Buckets, and the versions that they keep. */

/** A bucket as ListBuckets returns it. */
export interface ListedBucket {
  readonly name: string
  /** As `oss-cn-hangzhou`. */
  readonly location: string
  readonly created: Date
  readonly storageClass: string
}

/** A bucket as GetBucketInfo describes it. */
export interface BucketInfo extends ListedBucket {
  /** `private`, `public-read` or `public-read-write`. */
  readonly acl: string
  /** `Enabled` or `Suspended`; absent where versioning was never set. */
  readonly versioning?: string
  readonly owner: string
}

/** The settings of a new bucket; absent ones are the server's defaults. */
export interface BucketOptions {
  readonly acl?: 'private' | 'public-read' | 'public-read-write'
  readonly storageClass?: string
}

/** An entry of a listing of versions, newest first for each key. */
export type ListedVersion =
  | { readonly kind: 'prefix'; readonly prefix: string }
  | {
      readonly kind: 'version'
      readonly key: string
      readonly versionId: string
      readonly isLatest: boolean
      /** Bytes. */
      readonly size: number
      /** Without quotes. */
      readonly etag: string
      readonly lastModified: Date
      readonly storageClass: string
    }
  | {
      readonly kind: 'deleteMarker'
      readonly key: string
      readonly versionId: string
      readonly isLatest: boolean
      readonly lastModified: Date
    }
