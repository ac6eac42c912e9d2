/** Texts about a source: info and average-hue. */
import type { ImageResult } from '../job.js'
import { exifTags } from './exif.js'
import { jpegFacts } from './jpeg.js'
import { imageOf, type Raster, type Source } from './raster.js'
import type { SharpFactory } from './sharp-library.js'

const text = (contentType: string, value: string): ImageResult => ({ contentType, bytes: Buffer.from(value) })

/** Each value is a string, and the layout is OSS's, which clients compare. Width and height are those that are stored. */
export function infoOf(source: Source): ImageResult {
  const { bytes, format, frames, width, height, metadata } = source
  const facts = new Map<string, string>([
    ['FileSize', String(bytes.length)],
    ['Format', format],
    ['FrameCount', String(frames)],
    ['ImageHeight', String(height)],
    ['ImageWidth', String(width)],
  ])
  const density = format === 'jpg' ? jpegFacts(bytes).density : undefined
  if (density !== undefined) {
    facts.set('ResolutionUnit', String(density.unit))
    facts.set('XResolution', `${density.x}/1`)
    facts.set('YResolution', `${density.y}/1`)
  }
  if (metadata?.exif !== undefined && format !== 'png') {
    for (const [name, value] of exifTags(metadata.exif)) facts.set(name, value)
  }
  const lines = [...facts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `    ${JSON.stringify(name)}: {"value": ${JSON.stringify(value)}}`)
  return text('application/json', `{\n${lines.join(',\n')}}`)
}

/** The mean colour, `0xrrggbb`. */
export async function averageHue(sharp: SharpFactory, raster: Raster): Promise<ImageResult> {
  const [frame = Buffer.alloc(0)] = raster.frames
  const { channels } = await imageOf(sharp, raster, frame).removeAlpha().stats()
  const means = [0, 1, 2].map((index) => Math.round(channels[index]?.mean ?? 0))
  const hex = means.map((value) => value.toString(16).padStart(2, '0'))
  return text('text/plain', `0x${hex.join('')}`)
}
