/** One job: from the bytes of a source to those of the result. */
import type { Action, Watermark } from '../actions.js'
import { ImageFault } from '../fault.js'
import type { Size } from '../geometry.js'
import type { ImageJob, ImageResult } from '../job.js'
import { applyAction } from './apply.js'
import { averageHue, infoOf } from './describe.js'
import { encode, settingsOf } from './encode.js'
import { decode, type Raster, readSource, type Source } from './raster.js'
import type { SharpFactory } from './sharp-library.js'
import { formatOf } from './sniff.js'
import { putWatermark } from './watermark.js'

/** Decodes a source, applies the actions and encodes the result. Throws ImageFault. */
export async function processImage(
  sharp: SharpFactory,
  { source: bytes, actions, logos }: Pick<ImageJob, 'source' | 'actions' | 'logos'>,
): Promise<ImageResult> {
  const source = await readSource(sharp, Buffer.from(bytes))
  const [first] = actions
  if (first?.name === 'info') return infoOf(source)
  if (first?.name === 'average-hue') return averageHue(sharp, await decode(sharp, source, false))
  const settings = settingsOf(source, actions)
  let raster = await decode(sharp, source, isAnimated(settings.format, actions))
  const waiting = [...logos]
  const orientation = source.metadata?.orientation ?? 1
  for (const action of actions) {
    if (action.name === 'watermark') {
      const logo = action.logo && (await readLogo(sharp, action, waiting.shift(), raster))
      raster = await putWatermark(sharp, raster, action, logo)
    } else if (isOfPixels(action)) raster = await applyAction(sharp, raster, action, { orientation })
  }
  return encode(sharp, raster, settings)
}

/** Resizing in percent, and any format but those of animations, use the first frame alone. */
function isAnimated(format: Source['format'], actions: readonly Action[]): boolean {
  const inPercent = actions.some((one) => one.name === 'resize' && one.percent !== undefined)
  return (format === 'gif' || format === 'webp') && !inPercent
}

function isOfPixels(action: Action): action is Parameters<typeof applyAction>[2] {
  return !['format', 'quality', 'interlace', 'watermark', 'info', 'average-hue'].includes(action.name)
}

const LOGO_FORMATS: readonly (string | undefined)[] = ['jpg', 'png', 'bmp', 'webp', 'tiff']

async function readLogo(
  sharp: SharpFactory,
  { logo }: Watermark,
  bytes: Uint8Array | undefined,
  main: Size,
): Promise<Raster> {
  if (bytes === undefined || logo === undefined) throw new ImageFault('LogoMissing')
  if (!LOGO_FORMATS.includes(formatOf(bytes))) throw new ImageFault('LogoFormat', 'image', logo.key)
  const source = await readSource(sharp, Buffer.from(bytes))
  let raster = await decode(sharp, source, false)
  for (const action of logo.actions) {
    if (isOfPixels(action)) raster = await applyAction(sharp, raster, action, { orientation: 1, main })
  }
  return raster
}
