/** Watermarks: text, a logo, or both side by side, put on an image or tiled over it. */
import type { Watermark, WatermarkText } from '../actions.js'
import { ImageFault } from '../fault.js'
import { familiesOf } from '../fonts.js'
import { placeOf } from '../geometry.js'
import { cut } from './masks.js'
import { eachFrame, imageOf, pixelsOf, type Raster, readable, withAlpha } from './raster.js'
import type { SharpFactory } from './sharp-library.js'

/** Puts a watermark on each frame; `logo` is ready to be put there. Throws ImageFault. */
export async function putWatermark(
  sharp: SharpFactory,
  base: Raster,
  mark: Watermark,
  logo: Raster | undefined,
): Promise<Raster> {
  const text = mark.text && (await drawText(sharp, mark.text))
  const joined = text && logo ? await sideBySide(sharp, mark, text, logo) : (text ?? logo)
  if (joined === undefined) throw new ImageFault('WatermarkEmpty', 'text')
  const overlay = faded(withAlpha(joined), mark.opacity)
  const made = mark.fills ? await tiled(sharp, base, overlay, mark) : await placed(sharp, base, overlay, mark)
  return made
}

/** Pixels around text, so that it stands where its line would. */
async function drawText(
  sharp: SharpFactory,
  { text, font, colour, size, shadow, angle }: WatermarkText,
): Promise<Raster> {
  const front = await write(sharp, text, font, colour, size)
  const drawn =
    shadow === 0
      ? front
      : await withShadow(sharp, front, await write(sharp, text, font, '#000000', size), { shadow, size })
  if (angle % 360 === 0) return drawn
  return eachFrame(sharp, drawn, (image) => image.rotate(angle, { background: '#00000000' }))
}

async function write(sharp: SharpFactory, text: string, font: string, colour: string, size: number): Promise<Raster> {
  const markup = `<span foreground="${colour}">${escapeMarkup(text)}</span>`
  const image = sharp({ text: { text: markup, font: `${familiesOf(font)} ${size}`, dpi: 72, rgba: true } })
  const { data, info } = await pixelsOf(image)
  return withAlpha({ width: info.width, height: info.height, channels: info.channels === 4 ? 4 : 3, frames: [data] })
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

async function withShadow(
  sharp: SharpFactory,
  front: Raster,
  back: Raster,
  { shadow, size }: { readonly shadow: number; readonly size: number },
): Promise<Raster> {
  const offset = Math.max(1, Math.round(size / 20))
  const canvas = blank(front.width + offset, front.height + offset)
  const below = await overlaid(sharp, canvas, faded(back, shadow), { left: offset, top: offset })
  return overlaid(sharp, below, front, { left: 0, top: 0 })
}

function blank(width: number, height: number): Raster {
  return { width, height, channels: 4, frames: [Buffer.alloc(width * height * 4)] }
}

async function sideBySide(sharp: SharpFactory, mark: Watermark, text: Raster, logo: Raster): Promise<Raster> {
  const [first, second] = mark.textFirst ? [text, withAlpha(logo)] : [withAlpha(logo), text]
  const height = Math.max(first.height, second.height)
  const canvas = blank(first.width + mark.interval + second.width, height)
  const topOf = (one: Raster) =>
    mark.align === 'top' ? 0 : mark.align === 'center' ? Math.floor((height - one.height) / 2) : height - one.height
  const half = await overlaid(sharp, canvas, first, { left: 0, top: topOf(first) })
  return overlaid(sharp, half, second, { left: first.width + mark.interval, top: topOf(second) })
}

/** An image of that opacity, in percent. */
function faded(raster: Raster, opacity: number): Raster {
  if (opacity === 100) return raster
  const frames = raster.frames.map((frame) => {
    const changed = Buffer.from(frame)
    for (let at = 3; at < changed.length; at += 4) changed[at] = Math.round(((changed[at] ?? 0) * opacity) / 100)
    return changed
  })
  return { ...raster, frames }
}

function placed(sharp: SharpFactory, base: Raster, overlay: Raster, mark: Watermark): Promise<Raster> {
  return overlaid(sharp, base, overlay, placeOf(mark, base, overlay))
}

async function tiled(sharp: SharpFactory, base: Raster, overlay: Raster, { padX, padY }: Watermark): Promise<Raster> {
  const tile = await overlaid(sharp, blank(overlay.width + padX, overlay.height + padY), overlay, { left: 0, top: 0 })
  const fitting = cut(tile, {
    left: 0,
    top: 0,
    width: Math.min(tile.width, base.width),
    height: Math.min(tile.height, base.height),
  })
  return composite(sharp, base, fitting, { tile: true, left: 0, top: 0 })
}

/** Puts the part of an overlay that lies on the image on it. */
async function overlaid(
  sharp: SharpFactory,
  base: Raster,
  overlay: Raster,
  at: { readonly left: number; readonly top: number },
): Promise<Raster> {
  const left = Math.max(0, -at.left)
  const top = Math.max(0, -at.top)
  const width = Math.min(overlay.width - left, base.width - Math.max(0, at.left))
  const height = Math.min(overlay.height - top, base.height - Math.max(0, at.top))
  if (width <= 0 || height <= 0) return base
  const visible = cut(overlay, { left, top, width, height })
  return composite(sharp, base, visible, { left: Math.max(0, at.left), top: Math.max(0, at.top) })
}

function composite(
  sharp: SharpFactory,
  base: Raster,
  { width, height, channels, frames: [input = Buffer.alloc(0)] }: Raster,
  options: { readonly left: number; readonly top: number; readonly tile?: boolean },
): Promise<Raster> {
  return readable(async () => {
    const frames: Buffer[] = []
    for (const frame of base.frames) {
      const image = imageOf(sharp, base, frame).composite([{ input, raw: { width, height, channels }, ...options }])
      const { data } = await pixelsOf(base.channels === 4 ? image : image.removeAlpha())
      frames.push(data)
    }
    return { ...base, frames }
  })
}
