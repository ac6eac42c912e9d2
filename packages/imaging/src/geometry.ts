/** Sizes and positions, in whole pixels. */
import type { Crop, Gravity, Indexcrop, Resize } from './actions.js'
import { ImageFault } from './fault.js'
import { RESULT_PIXELS_MAX, RESULT_SIDE_MAX } from './limits.js'

/** The size of an image, in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** A part of an image: its size, and the position of its upper left corner. */
export interface Area extends Size {
  readonly left: number
  readonly top: number
}

/** How an image is resized: scaled, then cut or padded in its middle. */
export interface Resizing {
  readonly scaled: Size
  /** The size of the result, where it differs from the scaled image. */
  readonly box?: Size
}

const round = (value: number) => Math.max(1, Math.floor(value + 0.5))

/**
 * The sizes to which an image is scaled and, in some modes, cropped or padded. Throws ImageFault where the result
 * would be too large.
 */
export function resizing(resize: Resize, source: Size): Resizing {
  const found = unchecked(resize, source)
  const { width, height } = found.box ?? found.scaled
  if (Math.max(width, height) > RESULT_SIDE_MAX || width * height > RESULT_PIXELS_MAX) {
    throw new ImageFault('ResultTooLarge')
  }
  return found
}

function unchecked(resize: Resize, source: Size): Resizing {
  const { enlarges, mode, percent } = resize
  const kept = { width: source.width, height: source.height }
  const scale = (factor: number): Size =>
    factor > 1 && !enlarges ? kept : { width: round(source.width * factor), height: round(source.height * factor) }
  const box = boxOf(resize, source)
  if (box === undefined) return { scaled: scale((percent ?? 100) / 100) }
  const { width, height } = box
  const [byWidth, byHeight] = [(width ?? 0) / source.width, (height ?? 0) / source.height]
  if (mode === 'lfit' || mode === 'mfit') {
    if (width === undefined) return { scaled: scaledTo(source, byHeight, enlarges, 'height', height) }
    if (height === undefined) return { scaled: scaledTo(source, byWidth, enlarges, 'width', width) }
    const smaller = byWidth < byHeight
    const follows = (mode === 'lfit') === smaller ? 'width' : 'height'
    const factor = follows === 'width' ? byWidth : byHeight
    return { scaled: scaledTo(source, factor, enlarges, follows, follows === 'width' ? width : height) }
  }
  const full = { width: width ?? height ?? 1, height: height ?? width ?? 1 }
  if (mode === 'fixed') {
    const grows = full.width > source.width || full.height > source.height
    return { scaled: grows && !enlarges ? kept : full }
  }
  const [x, y] = [full.width / source.width, full.height / source.height]
  if (mode === 'pad') {
    const scaled = scale(Math.min(x, y))
    return { scaled, box: { width: Math.max(full.width, scaled.width), height: Math.max(full.height, scaled.height) } }
  }
  const scaled = scale(Math.max(x, y))
  return { scaled, box: { width: Math.min(full.width, scaled.width), height: Math.min(full.height, scaled.height) } }
}

/** One side exactly as it is wanted, the other in proportion. */
function scaledTo(source: Size, factor: number, enlarges: boolean, side: keyof Size, wanted: number | undefined): Size {
  if (factor > 1 && !enlarges) return { width: source.width, height: source.height }
  const scaled = { width: round(source.width * factor), height: round(source.height * factor) }
  return { ...scaled, [side]: wanted ?? scaled[side] }
}

type Box = { readonly width?: number | undefined; readonly height?: number | undefined }

/** The box to fit into, by its sides, or by the longer and the shorter one; undefined for a percentage. */
function boxOf({ width, height, long, short }: Resize, source: Size): Box | undefined {
  if (width !== undefined || height !== undefined) return { width, height }
  if (long === undefined && short === undefined) return undefined
  const isWide = source.width >= source.height
  return isWide ? { width: long, height: short } : { width: short, height: long }
}

const COLUMN: Readonly<Record<Gravity, 0 | 1 | 2>> = {
  nw: 0,
  west: 0,
  sw: 0,
  north: 1,
  center: 1,
  south: 1,
  ne: 2,
  east: 2,
  se: 2,
}
const ROW: Readonly<Record<Gravity, 0 | 1 | 2>> = {
  nw: 0,
  north: 0,
  ne: 0,
  west: 1,
  center: 1,
  east: 1,
  sw: 2,
  south: 2,
  se: 2,
}

/** The start of something of a length in the first, middle or last third of a whole. */
const startIn = (third: 0 | 1 | 2, whole: number, length: number) =>
  third === 0 ? 0 : third === 1 ? Math.floor(whole / 2 - length / 2) : whole - length

/**
 * The area of an image that a crop keeps. Throws ImageFault where the area begins outside the image; one that ends
 * outside is cut at the edge.
 */
export function cropArea(crop: Crop, source: Size): Area {
  const wanted = { width: crop.width || source.width, height: crop.height || source.height }
  const left = Math.max(0, startIn(COLUMN[crop.gravity], source.width, wanted.width)) + crop.x
  const top = Math.max(0, startIn(ROW[crop.gravity], source.height, wanted.height)) + crop.y
  if (left >= source.width || top >= source.height) throw new ImageFault('OutOfImage')
  return {
    left,
    top,
    width: Math.min(wanted.width, source.width - left),
    height: Math.min(wanted.height, source.height - top),
  }
}

/** Undefined where there is no slice of that index: the image stays as it is. */
export function sliceArea({ axis, length, index }: Indexcrop, { width, height }: Size): Area | undefined {
  const whole = axis === 'x' ? width : height
  const start = index * length
  if (start >= whole) return undefined
  const size = Math.min(length, whole - start)
  return axis === 'x' ? { left: start, top: 0, width: size, height } : { left: 0, top: start, width, height: size }
}

/** Where an overlay lies on an image, by its anchor and its distances from the edge; it may reach beyond. */
export function placeOf(
  { gravity, x, y, voffset }: { gravity: Gravity; x: number; y: number; voffset: number },
  base: Size,
  overlay: Size,
): { readonly left: number; readonly top: number } {
  const [column, row] = [COLUMN[gravity], ROW[gravity]]
  const left = startIn(column, base.width, overlay.width) + (column === 0 ? x : column === 2 ? -x : 0)
  const top = startIn(row, base.height, overlay.height) + (row === 0 ? y : row === 2 ? -y : voffset)
  return { left, top }
}
