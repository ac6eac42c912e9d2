/** Objects, listings, downloads and copies. */
import type { CheckpointStore } from './checkpoint.js'
import type { Parallel } from './client.js'
import type { OssError } from './error.js'
import type { WritableHandleLike } from './file-handle.js'
import type { ObjectOptions } from './object-options.js'
import type { PartSizing, Transfer } from './upload.js'

/** An object as a HeadObject or GetObject response describes it. */
export interface ObjectInfo {
  readonly bucket: string
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** Without quotes. */
  readonly etag: string
  /** Decimal. */
  readonly crc64?: string
  readonly lastModified: Date
  readonly contentType?: string
  readonly storageClass: string
  /** `Normal`, `Multipart`, `Appendable` or `Symlink`. */
  readonly type: string
  readonly versionId?: string
  /** Parts that it was completed from, as its ETag states; absent for an object that was stored in one request. */
  readonly partCount?: number
  readonly meta: Readonly<Record<string, string>>
  /** All headers of the response; names in lower case, values as they came. */
  readonly headers: Readonly<Record<string, string>>
}

/** An entry of a listing of objects. */
export type ListedObject =
  | { readonly kind: 'prefix'; readonly prefix: string }
  | {
      readonly kind: 'object'
      readonly key: string
      readonly size: number
      readonly etag: string
      readonly lastModified: Date
      readonly storageClass: string
      readonly type: string
    }

/** Which objects of a bucket are listed. Without `bucket` that of the client is used. */
export interface ListOptions {
  readonly bucket?: string
  readonly prefix?: string
  readonly delimiter?: string
  /** Keys after this one. */
  readonly startAfter?: string
  /** Entries per request, 1 to 1,000. */
  readonly pageSize?: number
  readonly signal?: AbortSignal
}

/**
 * What is downloaded, and how. Without `bucket` that of the client is used; without `versionId` the current version
 * when the download begins.
 */
export interface DownloadOptions {
  readonly bucket?: string
  readonly key: string
  readonly versionId?: string
  /** Bytes `[start, end)`; without `end`, to the end of the object. */
  readonly range?: { readonly start: number; readonly end?: number }
  /** Bytes per request. Default 8 MiB. */
  readonly partSize?: number | 'auto'
  readonly parallel?: Parallel
  /** Compares the CRC-64 of the whole object. Default `crc64`. */
  readonly verify?: 'crc64' | 'none'
  /** Whether a file goes on from what an earlier run left of it. Default true. */
  readonly resume?: boolean
  /** The ETag that the object must have. Default `pin`: any, but the same one for all of its bytes. Another one fails with ObjectChanged. */
  readonly ifMatch?: 'pin' | (string & {})
  /** Bytes per second; 0: no limit. */
  readonly bytesPerSecond?: number
  readonly signal?: AbortSignal
}

/**
 * Where a download goes: into memory as `bytes` or `blob`, into the file at a path (Node.js) or of a handle (browsers), or in order into a
 * stream, which it closes at the end. The value of the download is the bytes, the blob or the path.
 */
export type DownloadDestination<Value> =
  | DownloadTarget<Value>
  | 'bytes'
  | 'blob'
  | { readonly path: string }
  | WritableHandleLike
  | WritableStream<Uint8Array>

/** The value of a download, by its destination. */
export type DownloadedValue<Destination> = Destination extends 'bytes'
  ? Uint8Array
  : Destination extends 'blob'
    ? Blob
    : Destination extends DownloadTarget<infer Value>
      ? Value
      : Destination extends { readonly path: string }
        ? string
        : undefined

/** Bytes `[start, end)` of a download that are written, and their CRC-64 (decimal) where it is known. */
export type WrittenRange = readonly [start: number, end: number] | readonly [start: number, end: number, crc64: string]

/** How a download is divided. */
export interface DownloadLayout {
  /** Offset of its first byte in the object. */
  readonly start: number
  /** Ranges in which its bytes are requested. */
  readonly ranges: number
}

/** A place of one's own for the bytes of a download: pieces may come in any order. */
export interface DownloadTarget<Value> {
  /** Whether an earlier run left a part of an object: then the object is described before its bytes are requested. */
  isBegun?(): Promise<boolean>
  /** Prepares for `size` bytes of an object; returns the ranges that it has of them already. */
  open(info: ObjectInfo, size: number, layout: DownloadLayout): Promise<readonly WrittenRange[]>
  /** The bytes are valid until the promise is resolved. Where it waits, it ends when the signal is aborted. */
  write(offset: number, bytes: Uint8Array, signal: AbortSignal): Promise<void>
  /** A range has been written; it may be remembered. Its CRC-64 is absent where nothing is verified. */
  written?(start: number, end: number, crc64: bigint | undefined): Promise<void>
  /**
   * A run ended too early: remembers what was written, since another may follow, also in another process. False: some of it could not be
   * kept, and `open` is called again before more is written.
   */
  keep?(): Promise<boolean>
  /** Bytes that were written, for checking what an earlier run left. */
  read?(start: number, end: number): AsyncIterable<Uint8Array>
  /** Everything is there and verified. */
  finish(): Promise<Value>
  /** Gives up; keeps what can be continued unless `discard` is set. */
  close(options: { readonly discard: boolean }): Promise<void>
}

/** A finished download: the object, and what the target made of its bytes. */
export interface DownloadResult<Value> {
  readonly info: ObjectInfo
  readonly value: Value
}

/** A running download. */
export type DownloadTask<Value> = Transfer<DownloadResult<Value>>

/**
 * What is copied, and where to. Without a `bucket` that of the client is used. The options of the new object apply
 * over those of the source.
 */
export interface CopyOptions extends ObjectOptions {
  /** `ifMatch`: the ETag that the source must have, else the copy fails with ObjectChanged. */
  readonly from: {
    readonly bucket?: string
    readonly key: string
    readonly versionId?: string
    readonly ifMatch?: string
  }
  readonly to: { readonly bucket?: string; readonly key: string }
  /** Larger objects are copied in parts. Default 1 GiB, OSS's limit for one request. */
  readonly multipartThreshold?: number
  readonly partSize?: PartSizing
  readonly parallel?: Parallel
  /** `copy`, the default, keeps the source's metadata; `replace` takes that of these options. */
  readonly metadata?: 'copy' | 'replace'
  /** `copy` keeps the source's tags; `replace` takes those of these options. Default: `replace` where these have `tags`. */
  readonly tagging?: 'copy' | 'replace'
  /** Where a copy in parts is remembered, so that it goes on in another process. Default: nowhere. */
  readonly checkpoints?: CheckpointStore
  /** `true`, the default: continues what the store knows of the same source, target and part size. */
  readonly resume?: boolean
  readonly signal?: AbortSignal
}

/** The outcome of a deletion of many keys. Deleting a key without an object succeeds. */
export interface DeleteResult {
  readonly deleted: readonly string[]
  readonly failed: readonly { readonly key: string; readonly error: OssError }[]
}
