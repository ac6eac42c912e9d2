/** Applies the actions that change pixels, in order, each to the result of the one before. */
import type { Action, Plain, Resize } from '../actions.js'
import { ImageFault } from '../fault.js'
import { cropArea, resizing, type Size, sliceArea } from '../geometry.js'
import { ROTATED_SIDE_MAX } from '../limits.js'
import { cut, roundCorners, toCircle } from './masks.js'
import { eachFrame, type Raster, withAlpha } from './raster.js'
import type { Sharp, SharpFactory } from './sharp-library.js'

/** Other facts that actions depend on. */
export interface Circumstances {
  /** The EXIF orientation of the source, from 1 to 8. */
  readonly orientation: number
  /** The size of the image that a logo is put on. */
  readonly main?: Size
}

type PixelAction = Exclude<
  Action,
  { readonly name: 'format' | 'quality' | 'interlace' | 'watermark' | 'info' | 'average-hue' }
>

/** Applies one action to all frames of an image. Throws ImageFault. */
export async function applyAction(
  sharp: SharpFactory,
  raster: Raster,
  action: PixelAction,
  circumstances: Circumstances,
): Promise<Raster> {
  switch (action.name) {
    case 'resize':
      return resize(sharp, raster, action, circumstances)
    case 'crop':
      return cut(raster, cropArea(action, raster))
    case 'indexcrop': {
      const area = sliceArea(action, raster)
      return area === undefined ? raster : cut(raster, area)
    }
    case 'circle':
      return toCircle(raster, action.value)
    case 'rounded-corners':
      return roundCorners(raster, action.value)
    case 'rotate':
      return rotate(sharp, raster, action.value)
    case 'auto-orient':
      return action.on ? orient(sharp, raster, circumstances.orientation) : raster
    case 'blur':
      return eachFrame(sharp, raster, (image) => image.blur(Math.min(action.sigma, action.radius)))
    case 'bright':
    case 'contrast':
    case 'sharpen':
      return adjust(sharp, raster, action)
    case 'interlace':
      return raster
  }
}

async function resize(sharp: SharpFactory, raster: Raster, action: Resize, { main }: Circumstances): Promise<Raster> {
  const wanted = action.percentOfMain === undefined || main === undefined ? action : ofMain(action, main)
  // an animation is only made smaller
  const enlarges = wanted.enlarges && raster.frames.length === 1
  const { scaled, box } = resizing({ ...wanted, enlarges }, raster)
  const made = await eachFrame(sharp, raster, (image) =>
    image.resize(scaled.width, scaled.height, { fit: 'fill', kernel: 'lanczos3' }),
  )
  if (box === undefined) return made
  if (action.mode !== 'pad') {
    const left = Math.floor((scaled.width - box.width) / 2)
    const top = Math.floor((scaled.height - box.height) / 2)
    return cut(made, { ...box, left: Math.max(0, left), top: Math.max(0, top) })
  }
  const [left, top] = [Math.floor((box.width - scaled.width) / 2), Math.floor((box.height - scaled.height) / 2)]
  const [right, bottom] = [box.width - scaled.width - left, box.height - scaled.height - top]
  return eachFrame(sharp, made, (image) => image.extend({ left, right, top, bottom, background: action.colour }))
}

/** A logo that is to have a share of the main image fits into that share of its sides. */
function ofMain(action: Resize, main: Size): Resize {
  const share = (side: number) => Math.max(1, Math.round((side * (action.percentOfMain ?? 100)) / 100))
  return { ...action, mode: 'lfit', width: share(main.width), height: share(main.height), enlarges: true }
}

/** The canvas grows for angles between the right ones; what is new of it is transparent. */
function rotate(sharp: SharpFactory, raster: Raster, angle: number): Promise<Raster> | Raster {
  if (Math.max(raster.width, raster.height) > ROTATED_SIDE_MAX) throw new ImageFault('RotateTooLarge')
  if (angle % 360 === 0) return raster
  const ready = angle % 90 === 0 ? raster : withAlpha(raster)
  return eachFrame(sharp, ready, (image) => image.rotate(angle, { background: '#ffffff00' }))
}

/** By orientation: mirrored first, then turned by degrees. */
const ORIENTATIONS: Readonly<Record<number, readonly [mirrored: boolean, degrees: number]>> = {
  2: [true, 0],
  3: [false, 180],
  4: [true, 180],
  5: [true, 270],
  6: [false, 90],
  7: [true, 90],
  8: [false, 270],
}

async function orient(sharp: SharpFactory, raster: Raster, orientation: number): Promise<Raster> {
  const [mirrored, degrees] = ORIENTATIONS[orientation] ?? [false, 0]
  const seen = mirrored ? await eachFrame(sharp, raster, (image) => image.flop()) : raster
  return degrees === 0 ? seen : eachFrame(sharp, seen, (image) => image.rotate(degrees))
}

function adjust(sharp: SharpFactory, raster: Raster, { name, value }: Plain): Promise<Raster> {
  if (name === 'sharpen') return eachFrame(sharp, raster, (image) => image.sharpen({ sigma: value / 100 }))
  const [factor, offset] = name === 'bright' ? [1, value * 2.55] : contrastOf(value)
  return eachFrame(sharp, raster, (image) => linear(image, raster.channels, factor, offset))
}

function contrastOf(value: number): readonly [factor: number, offset: number] {
  const factor = (100 + value) / 100
  return [factor, 127.5 * (1 - factor)]
}

/** Changes colours, and leaves alpha as it is. */
function linear(image: Sharp, channels: 3 | 4, factor: number, offset: number): Sharp {
  const alpha = channels === 4
  return image.linear([factor, factor, factor, ...(alpha ? [1] : [])], [offset, offset, offset, ...(alpha ? [0] : [])])
}
