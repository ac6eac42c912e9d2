/** The actions of a process, with their parameters decoded. */

export const GRAVITIES = ['nw', 'north', 'ne', 'west', 'center', 'east', 'sw', 'south', 'se'] as const
/** A point of the compass, from which positions are measured. */
export type Gravity = (typeof GRAVITIES)[number]

/**
 * The modes of a resize: into the box, around it, around and cropped, into and padded, and without regard to
 * proportions.
 */
export const MODES = ['lfit', 'mfit', 'fill', 'pad', 'fixed'] as const
/** The formats of results. */
export const FORMATS = ['jpg', 'png', 'webp', 'bmp', 'gif', 'tiff', 'heic', 'avif'] as const
/** The format of a result. */
export type Format = (typeof FORMATS)[number]

/** `#rrggbb`. */
export type Colour = string

/**
 * Scales to a box, to a side, or by percent (1 to 1,000). Sides are pixels, 1 to 16,384; at least one measure is
 * present. `colour` fills the padding.
 */
export interface Resize {
  readonly name: 'resize'
  readonly mode: (typeof MODES)[number]
  readonly width?: number | undefined
  readonly height?: number | undefined
  readonly long?: number | undefined
  readonly short?: number | undefined
  readonly percent?: number | undefined
  /** The size of a logo, in percent of the main image. */
  readonly percentOfMain?: number | undefined
  readonly enlarges: boolean
  readonly colour: Colour
}

/** 0 for a side: to the edge. */
export interface Crop {
  readonly name: 'crop'
  readonly width: number
  readonly height: number
  readonly x: number
  readonly y: number
  readonly gravity: Gravity
}

/** Cuts an image into slices along an axis and keeps the one at `index`, from 0. */
export interface Indexcrop {
  readonly name: 'indexcrop'
  readonly axis: 'x' | 'y'
  /** Pixels of a slice along the axis. */
  readonly length: number
  readonly index: number
}

/** An action with one number: a radius, an angle, or a strength. */
export interface Plain {
  readonly name: 'circle' | 'rounded-corners' | 'rotate' | 'bright' | 'contrast' | 'sharpen'
  readonly value: number
}

/** Gaussian blur; both numbers are from 1 to 50. */
export interface Blur {
  readonly name: 'blur'
  readonly radius: number
  readonly sigma: number
}

/** Whether the image is rotated as its EXIF data demand, or saved progressively. */
export interface Switch {
  readonly name: 'auto-orient' | 'interlace'
  readonly on: boolean
}

/** Saves the image in another format. */
export interface Convert {
  readonly name: 'format'
  readonly format: Format
}

/** The quality of a lossy result, 1 to 100: relative to the source's, or absolute. At least one is present. */
export interface Quality {
  readonly name: 'quality'
  readonly relative?: number | undefined
  readonly absolute?: number | undefined
}

/** The text of a watermark, 1 to 64 characters. */
export interface WatermarkText {
  readonly text: string
  /** OSS's name of the font. */
  readonly font: string
  readonly colour: Colour
  /** Pixels. */
  readonly size: number
  /** Percent. */
  readonly shadow: number
  /** Degrees, clockwise. */
  readonly angle: number
}

/** An image that is used as a watermark, after actions of its own. */
export interface Logo {
  /** An object of the same bucket. */
  readonly key: string
  readonly actions: readonly Action[]
}

/**
 * Draws a text, a logo, or both side by side. Distances are pixels; `x` and `y` are measured from the edges at
 * `gravity`, `voffset` from the middle. `opacity` is percent. With `fills` the watermark is repeated over the image,
 * `padX` and `padY` apart. `align` and `interval` arrange text and logo.
 */
export interface Watermark {
  readonly name: 'watermark'
  readonly opacity: number
  readonly gravity: Gravity
  readonly x: number
  readonly y: number
  readonly voffset: number
  readonly fills: boolean
  readonly padX: number
  readonly padY: number
  readonly text?: WatermarkText | undefined
  readonly logo?: Logo | undefined
  readonly textFirst: boolean
  readonly align: 'top' | 'center' | 'bottom'
  readonly interval: number
}

/** Describes the image in text instead of changing it. */
export interface Describe {
  readonly name: 'info' | 'average-hue'
}

/** One action of a process. */
export type Action = Resize | Crop | Indexcrop | Plain | Blur | Switch | Convert | Quality | Watermark | Describe
