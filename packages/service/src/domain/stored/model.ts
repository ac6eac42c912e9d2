import type { BucketName, ObjectKey } from '@bindery/protocol'
import type { BlobId, DigestName } from '@bindery/storage'
import type { InitiatingClient } from './initiating-client.js'

/** The ACL of a bucket. */
export type BucketAcl = 'private' | 'public-read' | 'public-read-write'
/** The ACL of an object; `default` applies that of its bucket. */
export type ObjectAcl = 'default' | BucketAcl
/** The storage class of an object, or that of new objects of a bucket. */
export type StorageClass = 'Standard' | 'IA' | 'Archive' | 'ColdArchive' | 'DeepColdArchive'
/** The redundancy of a bucket: a label, which does not change how bytes are stored. */
export type Redundancy = 'LRS' | 'ZRS'
/** Whether overwritten and deleted objects are kept as versions. */
export type Versioning = 'Enabled' | 'Suspended'
/** How an object was made. */
export type ObjectType = 'Normal' | 'Multipart' | 'Appendable' | 'Symlink'

/** A bucket. */
export interface BucketRecord {
  readonly name: BucketName
  /** Account id. */
  readonly owner: string
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number
  readonly acl: BucketAcl
  /** Set by S3, where a bucket's ACL governs listing, and not the reading of its objects. Absent: by OSS. */
  readonly aclOrigin?: 's3'
  readonly storageClass: StorageClass
  readonly redundancy: Redundancy
  /** Absent as long as it was never set. */
  readonly versioning?: Versioning
  /** The documents of its configuration that are set: how many rows each has, by its kind. Absent: no document was ever set. */
  readonly documents?: Readonly<Record<string, number>>
}

/** Headers kept with an object and echoed as they came, as byte strings. */
export interface StoredHeaders {
  readonly contentType?: string
  readonly cacheControl?: string
  readonly contentDisposition?: string
  readonly contentEncoding?: string
  readonly contentLanguage?: string
  readonly expires?: string
  /** Where a website sends the readers of the object: a path of its bucket, or a URL; S3 alone sets it. */
  readonly websiteRedirect?: string
}

/** The client's description of an object, sent before its bytes. */
export interface ObjectDescription {
  readonly headers: StoredHeaders
  /** Lower-case names without the prefix of their header; values are byte strings. */
  readonly userMetadata: Readonly<Record<string, string>>
  readonly tagging: readonly (readonly [key: string, value: string])[]
  /** Absent: the bucket's. */
  readonly storageClass?: StorageClass
  /** Absent: nothing holds it but the bucket's default retention. */
  readonly holds?: Holds
}

/** Until when a version may not be deleted, and how strictly: GOVERNANCE can be bypassed with a permission. */
export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE'
  readonly until: number
}

/** Keeps a version from being deleted, besides the retention policy of its bucket. */
export interface Holds {
  readonly retention?: Retention
  /** `OFF`: there was one, and it was taken back. */
  readonly legalHold?: 'ON' | 'OFF'
}

/** A tag of content, bare: `5D41…` or `…-N`. */
export type ETag = string

/**
 * A data key, encrypted under the key of a bucket or of a key service: at most 1,024 bytes, opaque here. A data key
 * encrypts the bytes of one manifest, under whatever id they are read; each reference to the manifest holds a copy that is
 * wrapped for its own bucket.
 */
export type WrappedKey = Uint8Array

/** How an object's bytes are encrypted at rest; absent where they are plain. */
export interface Encryption {
  /** As OSS names it; `customer`: AES-256; each request brings the key that wraps the data key, and it is never stored. */
  readonly algorithm: 'AES256' | 'KMS' | 'SM4' | 'customer'
  /** The id of the key that wraps the data key; of `KMS` only. */
  readonly keyId?: string
  /** The cipher of the bytes, where `KMS` does not use its default. */
  readonly dataEncryption?: 'SM4'
  /** The text that the data key is bound to, besides its manifest: JSON of names and values; of `KMS` only. */
  readonly context?: string
  readonly dataKey: WrappedKey
}

/** How bytes are to be encrypted; without a `keyId`, `KMS` uses the default key. */
export type EncryptionChoice = Omit<Encryption, 'dataKey'>

/** The id of a version: 64 characters, or `null` for the one that is written while its bucket keeps no versions. */
export type VersionId = string

/** Names an object, or one of its versions. */
export interface ObjectName {
  readonly bucket: BucketName
  readonly key: ObjectKey
  /** Absent: the current version. */
  readonly version?: VersionId | undefined
}

/** Distinguishes a version of a key from the others. */
export interface Version {
  readonly id: VersionId
  /**
   * Later versions of the key have greater places: the time in milliseconds at which the version was made, or the first
   * number after the place of the one before it.
   */
  readonly place: number
}

/** Where an object's bytes lie: in one blob, or in the parts of the manifest named by the record's `manifest`. */
export type ObjectBytes = { readonly kind: 'blob'; readonly blob: BlobId } | { readonly kind: 'manifest' }

/** A checksum that clients may state: a digest that is computed on request, or the MD5 that all bytes have. */
export type ChecksumName = DigestName | 'md5'

/** A checksum that is kept at the request of a client, and was verified. */
export interface Checksum {
  readonly name: ChecksumName
  /** Whether it is that of the bytes, or of the checksums of parts. */
  readonly type: ChecksumType
  /** Base64; of a composite checksum, a hyphen and the number of parts follow. */
  readonly value: string
}

/** Whether a checksum is that of all bytes, or one of the checksums of parts. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE'

/** The tags of an object's content. */
export interface MultipartETags {
  readonly etag: ETag
  /**
   * The tag that S3 has for a multipart object: a digest of its parts' digests, where the other one is of their texts.
   * Absent where both are the same, and from objects that older servers made.
   */
  readonly digestETag?: ETag | undefined
}

/** A version of an object that has data. Sizes are bytes. */
export interface ObjectRecord extends MultipartETags, Holds {
  readonly type: ObjectType
  readonly owner: string
  readonly size: number
  readonly crc64: bigint
  /** Base64, where OSS shows one: objects that were put at once, and sequential uploads. */
  readonly contentMd5?: string
  readonly checksum?: Checksum
  readonly modifiedAt: number
  readonly headers: StoredHeaders
  readonly userMetadata: Readonly<Record<string, string>>
  readonly tagging: readonly (readonly [key: string, value: string])[]
  readonly acl: ObjectAcl
  readonly storageClass: StorageClass
  /** The id of the object's manifest, minted with it, whether the manifest has rows or not. */
  readonly manifest: string
  /** This record's reference among the holders of its manifest. */
  readonly reference: string
  readonly bytes: ObjectBytes
  readonly encryption?: Encryption
  /** Absent: it was written before its bucket kept versions, so it is the null version, made at `modifiedAt`. */
  readonly version?: Version
  /** The object of the same bucket for which a symlink stands. */
  readonly target?: ObjectKey
  /** When the appends to it were ended; only of an appendable object. */
  readonly sealedAt?: number
  /** A restore of an archived object: from when on it can be read, and until when; how fast, absent for Standard. */
  readonly restore?: {
    readonly readyAt: number
    readonly expiresAt: number
    readonly tier?: 'Expedited' | 'Bulk'
  }
  /** When a lifecycle rule moved it to its class; absent: it is in its first class. */
  readonly movedAt?: number
  /** The last read of its bytes that was recorded; absent: none since it was written. */
  readonly accessedAt?: number
  /** Where its bucket has mirrored it from; absent: it was written by a client. */
  readonly mirroredFrom?: string
  /** The rows of its bytes as CSV or JSON, where they were counted. */
  readonly rows?: CountedRows
}

/** Marks a key as deleted in a bucket that keeps versions; it is a version itself, without data. */
export interface DeleteMarker {
  readonly deleteMarker: true
  readonly owner: string
  readonly modifiedAt: number
  readonly version: Version
}

/** A version that is not current: data, or a delete marker, which may be the newest but never is the current object. */
export type VersionRecord = ObjectRecord | DeleteMarker

/** Where the null version of a key lies, which is not current. */
export interface NullVersionRecord {
  readonly place: number
}

/** Counts that CreateSelectObjectMeta keeps, and the format by which it counted. */
export interface CountedRows {
  /** Compared as a whole: ranges of rows are those of this format alone. */
  readonly format: string
  readonly rows: number
  /** Columns of the first row; absent for JSON. */
  readonly columns?: number
  /** The first row of each split, from 0. */
  readonly splits: readonly number[]
}

/** An upload is whole when parts 1 to a number exist and no others, or when all parts together have a number of bytes. */
export type Whole =
  | { readonly parts: number; readonly size?: undefined }
  | { readonly size: number; readonly parts?: undefined }

/** When the server completes an upload by itself. */
export type AutoComplete = Whole & {
  /** The expected CRC-64 of the object. */
  readonly crc64?: bigint
  readonly forbidOverwrite: boolean
}

/** An open multipart upload. */
export interface UploadRecord extends Holds {
  /** The checksum that each part gets, and how the object's is made of them; absent: parts and object have none. */
  readonly checksum?: Omit<Checksum, 'value'>
  readonly bucket: BucketName
  readonly key: ObjectKey
  /** 32 upper-case hex digits; also the id of the manifest that its parts are rows of. */
  readonly uploadId: string
  readonly initiatedAt: number
  readonly initiator: string
  /** Absent in rows that were written before it was noted. */
  readonly client?: InitiatingClient
  readonly owner: string
  readonly headers: StoredHeaders
  readonly userMetadata: Readonly<Record<string, string>>
  readonly tagging: readonly (readonly [key: string, value: string])[]
  readonly storageClass: StorageClass
  /** The ACL of the object that it becomes, if its Complete names no other; absent: the object follows its bucket. */
  readonly acl?: ObjectAcl
  readonly sequential: boolean
  /** Absent: only a Complete completes it. */
  readonly autoComplete?: AutoComplete
  /** Encryption of the future object. */
  readonly encryption?: Encryption
}

/** State of an open upload that completes itself. */
export interface AutoCompleteRecord {
  /** Why it could not, though it was whole. */
  readonly failure?: AutoCompleteFailure
}

/** The reason for which a whole upload could not be completed. */
export interface AutoCompleteFailure {
  /** OSS's, or one of the extension's own. */
  readonly code: string
  readonly message: string
  /** The edition of the upload's usage at the failure; another attempt waits until it changes. */
  readonly edition: number
}

/** The checksum of a part's bytes. */
export interface PartChecksum {
  readonly name: ChecksumName
  readonly bytes: Uint8Array
}

/** A part of an upload, and later of the object's manifest. Its size is in bytes. */
export interface PartRecord {
  readonly partNumber: number
  readonly size: number
  readonly etag: ETag
  readonly crc64: bigint
  readonly modifiedAt: number
  readonly bytes: PartBytes
  /** Sequential uploads only: the state of MD5 after the bytes of all parts up to this one. */
  readonly md5State?: Uint8Array
  /** The checksum of its bytes, where its upload has one. */
  readonly checksum?: PartChecksum
}

/** A range of another manifest's bytes; the holder row of its reference keeps that manifest. */
export interface Slice {
  readonly manifest: string
  /** Bytes from the start of the manifest. */
  readonly offset: number
  /** Bytes. */
  readonly length: number
  readonly reference: string
  /** The manifest's data key, where its bytes are encrypted. */
  readonly dataKey?: WrappedKey
}

/**
 * A part holds a blob, or slices: what a copy by reference names. `depth` counts the manifests that a read may have to
 * go through: 1 where the slices' bytes are blobs.
 */
export type PartBytes =
  /** `dataKey`: one of the blob's own, where the manifest's does not encrypt it. */
  | { readonly kind: 'blob'; readonly blob: BlobId; readonly dataKey?: WrappedKey }
  | { readonly kind: 'slices'; readonly slices: readonly Slice[]; readonly depth: number }

/** A domain of a user that is bound to a bucket. */
export interface BoundDomainRecord {
  readonly bucket: BucketName
}

/** The access point that a name in place of a bucket's leads to. */
export interface EntranceRecord {
  readonly bucket: BucketName
  /** The name of the access point. */
  readonly accessPoint: string
}

/** The reads that run in a process, as it has last reported them. */
export interface ReportRecord {
  /** The epoch that it read before it collected its reads. */
  readonly seen: number
  /** Ids of the manifests that its reads use; `any`: it may use whatever there is. */
  readonly busy: readonly string[] | 'any'
}

/** A process that wrote blobs and is not a member any more. */
export interface GraveRecord {
  /** Milliseconds since 1970. */
  readonly diedAt: number
  /** How often its blobs have been searched for orphans; absent: never. */
  readonly searches?: number
}

/** The process of a cluster that runs a background task. */
export interface LeaderRecord {
  /** Its incarnation. */
  readonly holder: string
  /** Changes while the holder runs the task: a process that sees the same number for long may take the task over. */
  readonly beat: number
}

/** manifest: a manifest that lost a holder · rows: part rows that no manifest lists · blob: a blob. */
export type GarbageKind = 'blob' | 'manifest' | 'rows'

/** A dropped reference, and the reason. */
export interface GarbageRecord {
  readonly why: 'overwritten' | 'deleted' | 'aborted' | 'replaced' | 'unlisted' | 'orphan'
  /** Where the blob was an object: the manifest by whose id its reads are registered. */
  readonly manifest?: string
  /** Byte string of the key whose record named the blob. */
  readonly owner?: string
  /** An upper bound of the bytes that it frees, where that is known; for users to see. */
  readonly bytes?: number
}

/** The parts that a Complete lists, in its order; as columns, so that 10,000 parts do not cost an object each. */
export interface PartList {
  readonly length: number
  readonly partNumbers: Uint16Array
  partNumber(index: number): number
  /** As the client wrote it, without quotes. */
  etag(index: number): ETag
  /** Whether an ETag is the text of the bytes `[start, end)`, which hold no small letters; its own count as capitals. */
  hasETag(index: number, bytes: Uint8Array, start: number, end: number): boolean
  /** The bytes of all ETags one after the other, `a` to `z` in upper case, and where each ends in them. */
  joinETags(): { readonly joinedETags: Uint8Array; readonly etagEnds: Uint32Array }
}

/**
 * How far the callback of a Complete has come. It is made at most once: a request that finds `committed` does not make it,
 * because the process that completed the upload is about to, or has died.
 */
export type CallbackState =
  | { readonly state: 'committed' }
  /** The answer to the first request; opaque here. */
  | { readonly state: 'answered'; readonly answer: string }

/** The stored answer of a Complete. */
export interface ReceiptRecord extends MultipartETags {
  readonly checksum?: Checksum
  readonly bucket: string
  readonly key: string
  readonly requester: string
  /** `all`, or a digest of the requested list of parts. */
  readonly list: string
  /** A digest of the list of the parts that the object has. */
  readonly exactList: string
  readonly completedAt: number
  readonly crc64: bigint
  /** The version that was made; absent in a bucket that never kept versions. */
  readonly version?: VersionId
  /** Absent if no callback was requested. */
  readonly callback?: CallbackState
}
