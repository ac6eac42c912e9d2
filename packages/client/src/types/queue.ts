/** Uploads that take turns. */
import type { Parallel } from './client.js'
import type { FileHandleLike } from './file-handle.js'
import type { UploadOptions, UploadSource, UploadTask } from './upload.js'

/** How many uploads of a queue run at a time, and which is next. */
export interface QueueOptions {
  /** Uploads that run at a time. Default: `limits.files` of the client. */
  readonly files?: number
  /** Which of the uploads with the highest priority is next. `round-robin`: uploads with different labels take turns. Default `fifo`. */
  readonly order?: 'fifo' | 'smallest-first' | 'round-robin'
  /** Parts in flight per upload. Default: `limits.parts` of the client. */
  readonly parts?: Parallel
  /**
   * Remembers uploads also while they wait for their turn, so that `restore` brings them back with their object options. Default false:
   * those that have begun.
   */
  readonly persist?: boolean
  /** Keeps the screen on while uploads run, where the browser can. Default false. */
  readonly keepAwake?: boolean
  /** Makes the browser warn a user who leaves the page while uploads run or wait. Default false. */
  readonly warnOnUnload?: boolean
}

/** An upload to add. `priority`: a higher one is started first; default 0. */
export type QueueItem = Omit<UploadOptions, 'start'> & { readonly source: UploadSource; readonly priority?: number }

/** A file and its path below the folder that it was chosen or dropped with, as `photos/2026/a.jpg`. */
export interface NamedFile {
  readonly file: File
  readonly path: string
}

/** How files are added: below `prefix`, under their paths or what `key` returns. */
export type AddFilesOptions = Omit<QueueItem, 'key' | 'source'> & {
  readonly prefix?: string
  readonly key?: (file: File | FileHandleLike, path: string) => string
}

/** The progress of all uploads of a queue. */
export interface QueueProgress {
  readonly files: {
    readonly total: number
    readonly done: number
    readonly failed: number
    readonly active: number
    /** Paused by themselves; those that wait for their turn are not counted. */
    readonly paused: number
  }
  readonly bytes: {
    /** Null while the length of a source is not known. */
    readonly total: number | null
    readonly committed: number
    readonly resumed: number
  }
  readonly bytesPerSecond: number
  /** Milliseconds; null where it cannot be estimated. */
  readonly etaMs: number | null
}

/** An upload of an earlier page or process. */
export interface RestoredUpload {
  readonly task: UploadTask
  /** Whether its file must be chosen again: `task.resume({ source })`. */
  readonly needsSource: boolean
}

/** The events of a queue: `task` when an upload was added or has changed its state; `idle` when none runs or waits. */
export interface QueueEvents {
  readonly progress: QueueProgress
  readonly task: UploadTask
  readonly idle: undefined
}
