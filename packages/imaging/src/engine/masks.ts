/** Circles and rounded corners: what lies outside becomes transparent. */
import type { Size } from '../geometry.js'
import { type Raster, withAlpha } from './raster.js'

/** The middle of an image, as a circle of that radius in a square. */
export function toCircle(raster: Raster, wanted: number): Raster {
  const radius = Math.min(wanted, Math.floor(Math.min(raster.width, raster.height) / 2))
  if (radius < 1) return raster
  const side = radius * 2
  const area = {
    left: Math.floor((raster.width - side) / 2),
    top: Math.floor((raster.height - side) / 2),
    width: side,
    height: side,
  }
  return masked(cut(raster, area), (x, y) => radius - Math.hypot(x - radius, y - radius))
}

/** The image with its corners cut to circles of `wanted` pixels, at most half its shorter side. */
export function roundCorners(raster: Raster, wanted: number): Raster {
  const { width, height } = raster
  const radius = Math.min(wanted, Math.floor(Math.min(width, height) / 2))
  if (radius < 1) return raster
  return masked(raster, (x, y) => {
    const [dx, dy] = [Math.max(radius - x, x - (width - radius), 0), Math.max(radius - y, y - (height - radius), 0)]
    return dx > 0 && dy > 0 ? radius - Math.hypot(dx, dy) : 1
  })
}

/** A part of each frame. */
export function cut(raster: Raster, { left, top, width, height }: Size & { left: number; top: number }): Raster {
  const { channels } = raster
  const frames = raster.frames.map((frame) => {
    const target = Buffer.allocUnsafe(width * height * channels)
    for (let row = 0; row < height; row += 1) {
      const from = ((top + row) * raster.width + left) * channels
      frame.copy(target, row * width * channels, from, from + width * channels)
    }
    return target
  })
  return { ...raster, width, height, frames }
}

/** `inside`: how far the middle of a pixel lies within the shape, in pixels; its edge is half a pixel wide on each side. */
function masked(raster: Raster, inside: (x: number, y: number) => number): Raster {
  const made = withAlpha(raster)
  const { width, height } = made
  const frames = made.frames.map((frame) => Buffer.from(frame))
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const coverage = Math.min(1, Math.max(0, inside(x + 0.5, y + 0.5) + 0.5))
      if (coverage === 1) continue
      const at = (y * width + x) * 4 + 3
      for (const frame of frames) frame[at] = Math.round((frame[at] ?? 0) * coverage)
    }
  }
  return { ...made, frames }
}
