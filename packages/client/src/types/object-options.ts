/** The headers, tags and access rules that an object is stored with. */

export type StorageClass = 'Standard' | 'IA' | 'Archive' | 'ColdArchive' | 'DeepColdArchive'
/**
 * The ACL of an object; `default` applies that of its bucket. The names are those of the header `x-oss-object-acl`.
 */
export type ObjectAcl = 'default' | 'private' | 'public-read' | 'public-read-write'

/** Absent options leave the server's default. */
export interface ObjectOptions {
  readonly contentType?: string
  readonly cacheControl?: string
  readonly contentDisposition?: string
  readonly contentEncoding?: string
  readonly expires?: Date
  /** User metadata; names without `x-oss-meta-`. */
  readonly meta?: Readonly<Record<string, string>>
  readonly tags?: Readonly<Record<string, string>>
  readonly acl?: ObjectAcl
  readonly storageClass?: StorageClass
  /** Makes the server refuse to replace an object. */
  readonly forbidOverwrite?: boolean
  /** Further headers, by any name. */
  readonly headers?: Readonly<Record<string, string>>
}
