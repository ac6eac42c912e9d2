/** Uploads: their sources, options, state, progress and results. */
import type { Checkpoint, CheckpointStore } from './checkpoint.js'
import type { IntegrityPolicy, Parallel, RetryPolicy } from './client.js'
import type { OssError } from './error.js'
import type { FileHandleLike } from './file-handle.js'
import type { ObjectInfo } from './object.js'
import type { ObjectOptions } from './object-options.js'

/** The bytes of a part, in any of the forms in which a source may return them. */
export type PartBytes = Uint8Array | Blob | AsyncIterable<Uint8Array>

/** Bytes that can be read anywhere, and again. */
export interface RandomAccessSource {
  /** Bytes. */
  readonly size: number
  /** The bytes `[start, end)`. With `lends` each piece may be valid only until the next is requested. An iterable is ended by `return()`. */
  read(start: number, end: number, lends?: boolean): PartBytes | Promise<PartBytes>
  /** Differs where the content differs, as far as that can be seen without reading everything. */
  fingerprint(): Promise<string>
  /** Throws where the content has changed since the first read. */
  checkUnchanged?(): Promise<void>
  /** The file, in Node.js. */
  readonly path?: string
  close?(): Promise<void>
}

/** Bytes that can be read once. Strings are sent as UTF-8. */
export type SequentialSource = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>

/** A value that can be uploaded. A string is sent as UTF-8. Do not change a buffer before the upload has ended. */
export type UploadSource =
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | string
  | RandomAccessSource
  | SequentialSource
  | FileHandleLike
  /** A file, in Node.js. */
  | { readonly path: string }
  /** Bytes from an offset on, as often as they are requested. With `size` they need no memory. */
  | ((offset: number) => SequentialSource | Promise<SequentialSource>)

/**
 * Returns the bytes of part `partNumber`, given the bytes of the source (null: unknown) and those of all parts before. It must return
 * the same sizes again when the upload is continued.
 */
export type PartSizer = (partNumber: number, context: { readonly size: number | null; readonly done: number }) => number

/** Bytes per part; `auto`: from the size, the smallest of 8, 16, … MiB (in browsers 1, 2, …) that needs no more than 1,000 parts. */
export type PartSizing = number | 'auto' | PartSizer

/** The reaction to an object that already has the key. */
export type ExistsDecision = 'overwrite' | 'skip' | 'skip-if-same' | 'fail'
/** The same, or a function that decides by what is known of that object. */
export type OnExists = ExistsDecision | ((existing: ObjectInfo) => ExistsDecision | Promise<ExistsDecision>)

/** Where a source is uploaded, and how. Without `bucket` that of the client is used. */
export interface UploadOptions extends ObjectOptions {
  readonly bucket?: string
  readonly key: string
  /** Bytes of a sequential source. A source of another length fails with SizeMismatch; no short object is left. */
  readonly size?: number
  /** Sources of fewer bytes are sent by one PutObject. Default 8 MiB. */
  readonly multipartThreshold?: number
  readonly partSize?: PartSizing
  readonly parallel?: Parallel
  readonly integrity?: Partial<IntegrityPolicy>
  readonly retry?: Partial<RetryPolicy>
  /**
   * `stored`, the default: continues what the checkpoint store knows of the same source and key. `true`: where it knows nothing, also
   * an upload of that key on the server that has a part of the source; this lists the uploads of the bucket. An upload id continues that
   * upload from what the server has, wherever it was begun. `false` starts a new one. Every part that is reused is verified.
   */
  readonly resume?: boolean | 'stored' | Checkpoint | { readonly uploadId: string }
  readonly checkpoints?: CheckpointStore | false
  /** The fingerprint of the source in a checkpoint: another source fails with SourceChanged. */
  readonly expectFingerprint?: string
  /** Default `overwrite`. */
  readonly onExists?: OnExists
  /** Whether a failure keeps the stored parts. Default `keep`. */
  readonly onFailure?: 'keep' | 'abort'
  readonly label?: string
  /** Default `now`. With `queued` and `paused`, which name the state that it has meanwhile, it waits for `start`. */
  readonly start?: 'now' | 'queued' | 'paused'
  /** Bytes per second; 0: no limit. */
  readonly bytesPerSecond?: number
  readonly signal?: AbortSignal
}

/**
 * The states of a transfer. `paused` and `failed` can be resumed; `done` and `aborted` are final. In `offline` it
 * waits for the network; in `completing` all bytes have arrived.
 */
export type TransferState =
  | 'queued'
  | 'preparing'
  | 'running'
  | 'pausing'
  | 'paused'
  | 'offline'
  | 'completing'
  | 'done'
  | 'failed'
  | 'aborted'

/** The progress of a transfer at one moment. */
export interface Progress {
  /** Bytes; null while the length is unknown. */
  readonly total: number | null
  /** Bytes that were acknowledged; never falls. */
  readonly committed: number
  /** Bytes on the wire; falls when a part is repeated. */
  readonly inFlight: number
  /** Bytes that did not have to be moved again. */
  readonly resumed: number
  /** 0 to 1, of committed bytes; null while the length is unknown. */
  readonly ratio: number | null
  /** Measured over the last five seconds. */
  readonly bytesPerSecond: number
  /** Milliseconds; null where it cannot be estimated. */
  readonly etaMs: number | null
  readonly parts: {
    readonly total: number | null
    readonly done: number
    readonly active: number
    readonly resumed: number
    readonly retries: number
    /** Parts of which an attempt has failed, whatever became of them. */
    readonly failedOnce: number
  }
}

/** The states of a part. `reused`: the server already had these bytes, so they were not sent. */
export type PartState = 'waiting' | 'active' | 'retrying' | 'done' | 'reused'

/** One part of a transfer, as it is now. */
export interface TransferPart {
  readonly partNumber: number
  readonly offset: number
  /** Bytes. */
  readonly size: number
  readonly state: PartState
  /** Bytes on the wire. */
  readonly sent: number
  readonly attempt: number
  /** Present where the server has this part of an upload or copy. */
  readonly etag?: string
  /** Decimal, where it is known. */
  readonly crc64?: string
  /** Milliseconds that a part took which is done, from its first attempt on. */
  readonly ms?: number
  readonly error?: OssError
}

/** A finished upload or copy. */
export interface UploadResult {
  readonly bucket: string
  readonly key: string
  readonly etag: string
  /** Bytes. */
  readonly size: number
  /** Decimal. */
  readonly crc64?: string
  readonly versionId?: string
  readonly uploadId?: string
  /** 1 for a PutObject. */
  readonly parts: number
  readonly reusedParts: number
  readonly retries: number
  /** Milliseconds since the task started. */
  readonly ms: number
  readonly requestId?: string
  /** The application's answer to a callback: the value of its JSON, or its text. */
  readonly callback?: unknown
  /** Whether nothing was sent, because of `onExists`. */
  readonly skipped?: boolean
}

/**
 * The events of a transfer, by name. `part` and `progress` occur many times per part; `done` or `error` is the last
 * one, unless the transfer is resumed after a failure.
 */
export interface TransferEvents<Result> {
  /** `reason`: the code of the error that a transfer failed with. */
  readonly state: { readonly from: TransferState; readonly to: TransferState; readonly reason?: string }
  readonly progress: Progress
  readonly part: TransferPart
  readonly checkpoint: Checkpoint
  readonly done: Result
  readonly error: OssError
}

/** One event of a transfer, as iterating over it yields. */
export type TransferEvent<Result> = {
  [Type in keyof TransferEvents<Result>]: { readonly type: Type; readonly event: TransferEvents<Result>[Type] }
}[keyof TransferEvents<Result>]

/** How long a listener is called. */
export interface ListenerOptions {
  readonly once?: boolean
  readonly signal?: AbortSignal
}

/** A running transfer. It is not a thenable: await `result`. Iterating over it yields its events until it ends. */
export interface Transfer<Result> extends AsyncIterable<TransferEvent<Result>> {
  /** Differs from that of every other transfer. */
  readonly id: string
  readonly bucket: string
  readonly key: string
  readonly state: TransferState
  readonly progress: Progress
  /** The parts in order, as they are now. */
  readonly parts: readonly TransferPart[]
  /** Rejects with OssError. A rejection that is not waited for is not reported as unhandled: see `error` events and `state`. */
  readonly result: Promise<Result>
  /** Starts a task that waits in state `queued` or `paused`: the same as `resume`. */
  start(): void
  /** Starts a task that waits, or continues one that is paused or failed. */
  resume(): void
  /**
   * Sends no more. With `drain` parts on the wire are finished first, else they are cut. Resolves when nothing is on the wire, to the
   * checkpoint with which an upload in parts can be continued elsewhere.
   */
  pause(options?: { readonly drain?: boolean }): Promise<Checkpoint | undefined>
  /** Ends this task and, unless `keepParts`, deletes what the server has of it. */
  abort(options?: { readonly keepParts?: boolean }): Promise<void>
  /** Parts in flight, from now on. */
  setParallel(parallel: Parallel): void
  /** Bytes per second, from now on; 0: no limit. */
  setBandwidth(bytesPerSecond: number): void
  /** Calls back on events of one type, until `signal` is aborted; with `once` at most once. Returns what ends that. */
  on<Type extends keyof TransferEvents<Result>>(
    type: Type,
    listener: (event: TransferEvents<Result>[Type]) => void,
    options?: ListenerOptions,
  ): () => void
}

/** A running upload. */
export interface UploadTask extends Transfer<UploadResult> {
  /** Undefined before Initiate, and for a PutObject. */
  readonly uploadId: string | undefined
  /** With which this upload can be continued elsewhere; undefined before Initiate. */
  readonly checkpoint: Checkpoint | undefined
  /** Starts or continues; `source` is the file of a restored upload, chosen again. */
  resume(options?: { readonly source?: UploadSource }): void
}
