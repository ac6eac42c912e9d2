/** Decoded images, on which actions work one after the other. */
import type { Format } from '../actions.js'
import { ImageFault } from '../fault.js'
import type { Size } from '../geometry.js'
import { AVIF_SIDE_MAX, SOURCE_PIXELS_MAX, SOURCE_SIDE_MAX, TIFF_SIDE_MAX } from '../limits.js'
import { bmpSize, readBmp } from './bmp.js'
import type { Metadata, Sharp, SharpFactory } from './sharp-library.js'
import { formatOf } from './sniff.js'

/** One frame or more, of one size: rows of pixels from the top. */
export interface Raster extends Size {
  readonly channels: 3 | 4
  readonly frames: readonly Buffer[]
  /** Milliseconds of each frame, and how often all are shown, of an animation. */
  readonly delay?: readonly number[]
  readonly loop?: number
}

/** A source whose head has been read and found acceptable. */
export interface Source extends Size {
  readonly bytes: Buffer
  readonly format: Format
  readonly frames: number
  /** The library's own; undefined for BMP. */
  readonly metadata: Metadata | undefined
}

/** Reads the head of a source and checks its size. Throws ImageFault. */
export async function readSource(sharp: SharpFactory, bytes: Buffer): Promise<Source> {
  const format = formatOf(bytes)
  if (format === undefined || format === 'heic') throw new ImageFault('NotAnImage')
  if (format === 'bmp') return checked({ bytes, format, frames: 1, metadata: undefined, ...bmpSize(bytes) })
  const metadata = await readable(() => sharp(bytes, { limitInputPixels: false, animated: true }).metadata())
  const { width, height = 0, pages: frames = 1, pageHeight = height } = metadata
  return checked({ bytes, format, frames, metadata, width, height: pageHeight })
}

/** Runs what fails on damaged images. Throws ImageFault. */
export async function readable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ImageFault) throw error
    throw new ImageFault('NotAnImage')
  }
}

function checked(source: Source): Source {
  const { format, width, height, frames } = source
  const side = Math.max(width, height)
  if (!(width > 0 && height > 0)) throw new ImageFault('NotAnImage')
  if (format === 'tiff' && side > TIFF_SIDE_MAX) throw new ImageFault('TiffTooLarge', '', String(TIFF_SIDE_MAX))
  if (format === 'avif' && side > AVIF_SIDE_MAX) throw new ImageFault('AvifTooLarge', '', String(AVIF_SIDE_MAX))
  if (side > SOURCE_SIDE_MAX) throw new ImageFault('SideTooLong', '', String(SOURCE_SIDE_MAX))
  if (width * height * frames > SOURCE_PIXELS_MAX) {
    throw new ImageFault('PixelsTooMany', '', String(SOURCE_PIXELS_MAX))
  }
  return source
}

/** The pixels of a source: all of its frames, or the first. Throws ImageFault. */
export async function decode(sharp: SharpFactory, source: Source, allFrames: boolean): Promise<Raster> {
  const { bytes, format, metadata } = source
  if (format === 'bmp') {
    const { data, ...size } = readBmp(bytes)
    return { ...size, frames: [data] }
  }
  const animated = allFrames && source.frames > 1
  const image = sharp(bytes, { limitInputPixels: SOURCE_PIXELS_MAX, animated, failOn: 'error' }).toColourspace('srgb')
  const { data, info } = await readable(() => pixelsOf(metadata?.hasAlpha === true ? image.ensureAlpha() : image))
  const channels = info.channels === 4 ? 4 : 3
  const frames = animated ? source.frames : 1
  const frameBytes = info.width * (info.height / frames) * channels
  return {
    width: info.width,
    height: info.height / frames,
    channels,
    frames: Array.from({ length: frames }, (_, index) => data.subarray(index * frameBytes, (index + 1) * frameBytes)),
    ...(animated && metadata?.delay && { delay: metadata.delay }),
    ...(animated && metadata?.loop !== undefined && { loop: metadata.loop }),
  }
}

/** Three or four channels of 8 bits; grey ones are spread over three. */
export function pixelsOf(image: Sharp) {
  return image.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
}

/** The frame as an image of the library. */
export function imageOf(sharp: SharpFactory, { width, height, channels }: Raster, frame: Buffer): Sharp {
  return sharp(frame, { raw: { width, height, channels }, limitInputPixels: false })
}

/** Changes each frame by the library. All frames must come out in one size. */
export async function eachFrame(sharp: SharpFactory, raster: Raster, change: (image: Sharp) => Sharp): Promise<Raster> {
  const frames: Buffer[] = []
  let changed: Pick<Raster, 'width' | 'height' | 'channels'> = raster
  for (const frame of raster.frames) {
    const { data, info } = await pixelsOf(change(imageOf(sharp, raster, frame)))
    changed = { width: info.width, height: info.height, channels: info.channels === 4 ? 4 : 3 }
    frames.push(data)
  }
  return { ...raster, ...changed, frames }
}

/** With an alpha channel, opaque where there was none. */
export function withAlpha(raster: Raster): Raster {
  if (raster.channels === 4) return raster
  const frames = raster.frames.map((frame) => {
    const widened = Buffer.alloc((frame.length / 3) * 4, 0xff)
    for (let from = 0, to = 0; from < frame.length; from += 3, to += 4) frame.copy(widened, to, from, from + 3)
    return widened
  })
  return { ...raster, channels: 4, frames }
}
