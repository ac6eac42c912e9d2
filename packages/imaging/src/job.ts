/** Messages between a server and the process that handles images. */
import type { Action } from './actions.js'
import type { FaultName } from './fault.js'

/** A request to the process. */
export interface ImageJob {
  readonly id: number
  readonly source: Uint8Array
  readonly actions: readonly Action[]
  /** The bytes of the logos, in the order of the watermarks that have one. */
  readonly logos: readonly Uint8Array[]
}

/** The image that a job makes, or a text about its source. */
export interface ImageResult {
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** The answer to the job with the same id. */
export type ImageAnswer =
  | { readonly id: number; readonly kind: 'made'; readonly result: ImageResult }
  | {
      readonly id: number
      readonly kind: 'refused'
      readonly fault: FaultName
      readonly parameter: string
      readonly value: string
    }
  /** The library is not installed, or cannot be loaded on this machine. */
  | { readonly id: number; readonly kind: 'unavailable'; readonly why: string }
  | { readonly id: number; readonly kind: 'failed'; readonly why: string }

/** The exit code of a process that needed more memory than it may. */
export const EXIT_MEMORY = 77
