/** The port through which a service has images processed. */
import type { Action } from './actions.js'
import type { ImageResult } from './job.js'

/** Sources and actions of one result. */
export interface ImageWork {
  readonly source: Uint8Array
  readonly actions: readonly Action[]
  /** The bytes of the logos, in the order of the watermarks that have one. */
  readonly logos: readonly Uint8Array[]
}

/** Processes images, a limited number at a time. */
export interface ImageProcessor {
  /**
   * Calls `load` once there is room for its bytes, and processes what it resolves with.
   * Throws ImageFault, ImagesBusy, ImagesUnavailable, and what `load` throws.
   */
  process(load: () => Promise<ImageWork>): Promise<ImageResult>
}

/** Too many requests wait for their images already. */
export class ImagesBusy extends Error {
  override readonly name = 'ImagesBusy'
}

/** The library is not installed, or not for this machine. */
export class ImagesUnavailable extends Error {
  override readonly name = 'ImagesUnavailable'
}
