/** A multipart upload as it is begun. */
import type { Checkpoint, CheckpointPart, CheckpointStore } from '../types/checkpoint.js'
import type { IntegrityPolicy, NewMd5 } from '../types/client.js'
import type { ObjectOptions } from '../types/object-options.js'
import type { UploadOptions } from '../types/upload.js'
import type { Checksum } from '../wire/checksum.js'
import type { Requester } from '../wire/requester.js'
import type { OpenedSource } from './source.js'

/** The source of a multipart upload, its target, and the earlier upload that it may continue. */
export interface MultipartOptions {
  readonly requester: Requester
  readonly checksum: Checksum
  readonly integrity: IntegrityPolicy
  readonly bufferBytes: number
  /** Bytes of the smallest part of a source that can be read anywhere; undefined: 1 MiB. */
  readonly partBytesMin: number | undefined
  readonly checkpoints: CheckpointStore | undefined
  readonly onCheckpoint: (checkpoint: Checkpoint) => void
  readonly options: UploadOptions & { readonly bucket: string }
  readonly object: ObjectOptions
  readonly source: OpenedSource
  readonly id: string
  readonly fingerprint: string
  /** The upload to continue. */
  readonly resume: Checkpoint | { readonly uploadId: string } | undefined
  /** Whether the caller named that upload: then it is an error if it is gone. */
  readonly isForced: boolean
  /** Whether an upload of the same bytes is looked for on the server where none is known. */
  readonly searchesServer: boolean
  /** MD5 of the platform, which is faster. */
  readonly newMd5: NewMd5 | undefined
}

/** A part that the server has. */
export interface SentPart extends CheckpointPart {
  readonly offset: number
}
