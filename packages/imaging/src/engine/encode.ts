/**
 * Encodes the result. Format, quality and interlacing are settings of the encoder, wherever they are among the actions.
 */
import type { Action, Format, Quality, Switch } from '../actions.js'
import { ImageFault } from '../fault.js'
import type { ImageResult } from '../job.js'
import { WEBP_SIDE_MAX } from '../limits.js'
import { writeBmp } from './bmp.js'
import { jpegFacts } from './jpeg.js'
import { imageOf, type Raster, type Source } from './raster.js'
import type { Sharp, SharpFactory } from './sharp-library.js'

/** Quality of what was encoded without any, from 1 to 100. */
const QUALITY_DEFAULT = 75

interface Settings {
  readonly format: Format
  /** Undefined: the encoder's own. */
  readonly quality: number | undefined
  readonly interlaced: boolean
  /** The EXIF orientation that the result keeps: its pixels are as they were stored. */
  readonly orientation: number | undefined
}

const TYPES: Readonly<Record<Format, string>> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  bmp: 'image/bmp',
  tiff: 'image/tiff',
  avif: 'image/avif',
  heic: 'image/heic',
}

/** The encoding that the actions request. Throws ImageFault. */
export function settingsOf(source: Source, actions: readonly Action[]): Settings {
  const wanted = lastOf(actions, (one) => one.name === 'format' && one)?.format ?? source.format
  if (wanted === 'heic') throw new ImageFault('NotAnImage')
  // only a GIF becomes one
  const format = wanted === 'gif' ? source.format : wanted
  const { orientation = 1 } = source.metadata ?? {}
  const isOriented = isOn(actions, 'auto-orient')
  const keepsTag = !isOriented && orientation > 1 && format === 'jpg'
  return {
    format,
    quality: qualityOf(
      source,
      lastOf(actions, (one) => one.name === 'quality' && one),
    ),
    interlaced: isOn(actions, 'interlace'),
    orientation: keepsTag ? orientation : undefined,
  }
}

function lastOf<T extends Action>(actions: readonly Action[], pick: (action: Action) => T | false): T | undefined {
  return actions.map(pick).findLast((one) => one !== false) || undefined
}

function isOn(actions: readonly Action[], name: Switch['name']): boolean {
  return lastOf(actions, (one) => one.name === name && one)?.on === true
}

function qualityOf(source: Source, asked: Quality | undefined): number | undefined {
  const before = source.format === 'jpg' ? jpegFacts(source.bytes).quality : undefined
  const { absolute, relative } = asked ?? {}
  if (absolute !== undefined) return before === undefined ? absolute : Math.min(before, absolute)
  if (relative === undefined) return before
  return before === undefined ? relative : Math.max(1, Math.round((before * relative) / 100))
}

/** Encodes an image with settings of its format. Throws ImageFault. */
export async function encode(sharp: SharpFactory, raster: Raster, settings: Settings): Promise<ImageResult> {
  const { format } = settings
  const [frame = Buffer.alloc(0)] = raster.frames
  if (format === 'webp' && Math.max(raster.width, raster.height) > WEBP_SIDE_MAX) throw new ImageFault('WebpTooLarge')
  if (format === 'bmp') return { contentType: TYPES.bmp, bytes: writeBmp({ ...raster, data: frame }) }
  const animates = raster.frames.length > 1 && (format === 'gif' || format === 'webp')
  const image = animates ? animation(sharp, raster) : imageOf(sharp, raster, frame)
  const bytes = await encoded(image, raster, settings, animates).toBuffer()
  return { contentType: TYPES[format], bytes }
}

/** All frames below one another, as the library takes them. */
function animation(sharp: SharpFactory, { width, height, channels, frames }: Raster): Sharp {
  return sharp(Buffer.concat(frames), {
    raw: { width, height: height * frames.length, channels, pageHeight: height },
    limitInputPixels: false,
  })
}

function encoded(image: Sharp, raster: Raster, settings: Settings, animates: boolean): Sharp {
  const { format, quality = QUALITY_DEFAULT, interlaced, orientation } = settings
  const timing = animates ? { ...(raster.delay && { delay: [...raster.delay] }), loop: raster.loop ?? 0 } : {}
  switch (format) {
    case 'jpg': {
      const flat = image.flatten({ background: '#ffffff' })
      const tagged = orientation === undefined ? flat : flat.withMetadata({ orientation })
      return tagged.jpeg({ quality, progressive: interlaced })
    }
    case 'webp':
      return image.webp({ quality, ...timing })
    case 'gif':
      return image.gif(timing)
    case 'tiff':
      return image.tiff({ quality })
    case 'avif':
      return image.avif({ quality })
    default:
      return image.png()
  }
}
