/** The actions of a process, with their parameters decoded. */

export const GRAVITIES = ['nw', 'north', 'ne', 'west', 'center', 'east', 'sw', 'south', 'se'] as const
export type Gravity = (typeof GRAVITIES)[number]

export const MODES = ['lfit', 'mfit', 'fill', 'pad', 'fixed'] as const
export const FORMATS = ['jpg', 'png', 'webp', 'bmp', 'gif', 'tiff', 'heic', 'avif'] as const
export type Format = (typeof FORMATS)[number]

/** `#rrggbb`. */
export type Colour = string

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

export interface Blur {
  readonly name: 'blur'
  readonly radius: number
  readonly sigma: number
}

export interface Switch {
  readonly name: 'auto-orient' | 'interlace'
  readonly on: boolean
}

export interface Convert {
  readonly name: 'format'
  readonly format: Format
}

export interface Quality {
  readonly name: 'quality'
  readonly relative?: number | undefined
  readonly absolute?: number | undefined
}

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

export interface Logo {
  /** An object of the same bucket. */
  readonly key: string
  readonly actions: readonly Action[]
}

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

export type Action = Resize | Crop | Indexcrop | Plain | Blur | Switch | Convert | Quality | Watermark | Describe
