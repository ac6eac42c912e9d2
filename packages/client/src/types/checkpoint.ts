/** Records of unfinished transfers, with which they continue later or elsewhere. */

import type { FileHandleLike } from './file-handle.js'
import type { ObjectOptions } from './object-options.js'

/** A part that the server has confirmed. */
export interface CheckpointPart {
  readonly partNumber: number
  /** Bytes. */
  readonly size: number
  readonly etag: string
  /** Decimal. */
  readonly crc64?: string
}

/** An unfinished upload. It holds no credentials. */
export interface Checkpoint {
  readonly v: 1
  /** Derived from endpoint, bucket, key and source; stores keep the checkpoint under this name. */
  readonly id: string
  readonly endpoint: string
  readonly bucket: string
  readonly key: string
  /** Empty: the upload waits in a queue, and has not begun. */
  readonly uploadId: string
  /** Bytes; null while the length of the source is unknown. */
  readonly size: number | null
  /** Bytes of a part, 0 where that is not decided; of the first one where the layout is `planned`. */
  readonly partSize: number
  /** `planned`: a function chose the size of each part. Absent: `fixed`. */
  readonly layout?: 'fixed' | 'planned'
  /** Identifies the source that the upload began with, so that another one is not continued. Empty: not known. */
  readonly fingerprint: string
  /** Acknowledged parts, by number. */
  readonly parts: readonly CheckpointPart[]
  readonly options: ObjectOptions
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly label?: string
  /** The uploaded file, in Node.js. */
  readonly path?: string
}

/** Which checkpoints are listed; `prefix`: of their keys. */
export interface CheckpointFilter {
  readonly endpoint?: string
  readonly bucket?: string
  readonly prefix?: string
}

/** Keeps checkpoints. Calls for one id do not overlap. */
export interface CheckpointStore {
  get(id: string): Promise<Checkpoint | undefined>
  /** Replaces the checkpoint as a whole: a crash leaves the old one or the new one. */
  put(checkpoint: Checkpoint): Promise<void>
  delete(id: string): Promise<void>
  /** Those that match everything that is given. */
  list(filter?: CheckpointFilter): AsyncIterable<Checkpoint>
  /** Takes a lock that keeps two tabs or processes from driving one transfer. Undefined: it is taken. */
  lock?(id: string): Promise<(() => Promise<void>) | undefined>
  /** Keeps the handle of a file next to its checkpoint, with which it is deleted. */
  putHandle?(id: string, handle: FileHandleLike): Promise<void>
  getHandle?(id: string): Promise<FileHandleLike | undefined>
}
