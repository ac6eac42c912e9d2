/** The headers, tags and access rules that an object is stored with. */

export type StorageClass = 'Standard' | 'IA' | 'Archive' | 'ColdArchive' | 'DeepColdArchive'
/**
 * The ACL of an object; `default` applies that of its bucket. The names are those of the header `x-oss-object-acl`.
 */
export type ObjectAcl = 'default' | 'private' | 'public-read' | 'public-read-write'

/** A request that OSS makes to an application when an object was stored. */
export interface UploadCallback {
  /** Up to five; the next is called where one fails. */
  readonly url: string | readonly string[]
  /** With variables, as `bucket=${bucket}&object=${object}&mine=${x:mine}`. */
  readonly body: string
  /** Default `application/x-www-form-urlencoded`. */
  readonly contentType?: 'application/x-www-form-urlencoded' | 'application/json'
  /** The Host header of the request. Default: that of the URL. */
  readonly host?: string
  /** Values of variables of one's own; names without `x:`. */
  readonly vars?: Readonly<Record<string, string>>
}

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
  /** An application that the server calls when the object is stored; its answer is in the result. */
  readonly callback?: UploadCallback
  /** Further headers, by any name. */
  readonly headers?: Readonly<Record<string, string>>
}
