/** The grammar of x-oss-process for images. */
import {
  type Action,
  FORMATS,
  GRAVITIES,
  type Logo,
  MODES,
  type Quality,
  type Resize,
  type Watermark,
  type WatermarkText,
} from './actions.js'
import { type FaultName, ImageFault } from './fault.js'
import { isFont } from './fonts.js'
import { ACTIONS_MAX, LOGOS_MAX, RESULT_SIDE_MAX, SOURCE_SIDE_MAX, TEXT_CHARACTERS_MAX } from './limits.js'
import { Parameters } from './parameters.js'

const PREFIX = 'image/'

/** Whether a value of x-oss-process is about images. */
export function isImageProcess(process: string): boolean {
  return process === 'image' || process.startsWith(PREFIX)
}

/** The actions of `image/ACTION,PARAM…/ACTION…`, in their order. Throws ImageFault. */
export function parseProcess(process: string): readonly Action[] {
  const actions = parseActions(process.slice(PREFIX.length))
  const describes = actions.some(isDescription)
  if (describes && actions.length > 1) throw new ImageFault('ValuesTooMany', actions.find(isDescription)?.name)
  if (actions.filter((one) => one.name === 'watermark' && one.logo !== undefined).length > LOGOS_MAX) {
    throw new ImageFault('LogosTooMany')
  }
  return actions
}

const isDescription = ({ name }: Action) => name === 'info' || name === 'average-hue'

function parseActions(text: string): Action[] {
  const raw = splitActions(text)
  if (raw.length === 0) throw new ImageFault('ActionMissing')
  if (raw.length > ACTIONS_MAX) throw new ImageFault('ValuesTooMany')
  return raw.map((one) => {
    const [name = '', ...values] = one.split(',')
    const reader = READERS[name]
    if (reader === undefined) throw new ImageFault('ActionUnknown', 'action', name)
    return reader(new Parameters(name, values))
  })
}

/** A slash separates actions, unless it is part of base64 of the standard alphabet. */
function splitActions(text: string): string[] {
  const found: string[] = []
  for (const piece of text.split('/')) {
    const before = found.at(-1)
    const [name = ''] = piece.split(',')
    const continues =
      before !== undefined && !Object.hasOwn(READERS, name) && /,(?:text|image|type)_[^,]*$/.test(before)
    if (continues) found[found.length - 1] = `${before}/${piece}`
    else if (piece !== '') found.push(piece)
  }
  return found
}

const READERS: Readonly<Record<string, (parameters: Parameters) => Action>> = {
  resize: readResize,
  crop: (p) => ({
    name: 'crop',
    width: p.integer('w', [0, SOURCE_SIDE_MAX], 'CropWidth') ?? 0,
    height: p.integer('h', [0, SOURCE_SIDE_MAX], 'CropHeight') ?? 0,
    x: p.integer('x', [0, SOURCE_SIDE_MAX]) ?? 0,
    y: p.integer('y', [0, SOURCE_SIDE_MAX]) ?? 0,
    gravity: p.word('g', GRAVITIES, 'CropGravity') ?? 'nw',
  }),
  indexcrop(p) {
    const axis = p.has('y') ? 'y' : 'x'
    const length = p.integer(axis, [1, SOURCE_SIDE_MAX], 'IndexcropSide')
    if (length === undefined) throw new ImageFault('IndexcropSide', 'x')
    return { name: 'indexcrop', axis, length, index: p.integer('i', [0, SOURCE_SIDE_MAX], 'IndexcropIndex') ?? 0 }
  },
  circle: (p) => ({ name: 'circle', value: radius(p, 'Circle') }),
  'rounded-corners': (p) => ({ name: 'rounded-corners', value: radius(p, 'RoundedCorners') }),
  rotate: (p) => ({ name: 'rotate', value: p.bareInteger('RotateMissing', [0, 360], 'Rotate') }),
  bright: (p) => ({ name: 'bright', value: p.bareInteger('BrightMissing', [-100, 100], 'Bright') }),
  contrast: (p) => ({ name: 'contrast', value: p.bareInteger('ValueMissing', [-100, 100], 'Parameter') }),
  sharpen: (p) => ({ name: 'sharpen', value: p.bareInteger('SharpenMissing', [50, 399], 'Sharpen') }),
  blur(p) {
    const radius = p.integer('r', [1, 50], 'Blur')
    const sigma = p.integer('s', [1, 50], 'Blur')
    if (radius === undefined || sigma === undefined) throw new ImageFault('Blur', radius === undefined ? 'r' : 's')
    return { name: 'blur', radius, sigma }
  },
  'auto-orient': (p) => ({ name: 'auto-orient', on: p.bareInteger('ValueMissing', [0, 1], 'Parameter') === 1 }),
  interlace: (p) => ({ name: 'interlace', on: p.bareInteger('InterlaceMissing', [0, 1], 'Interlace') === 1 }),
  format(p) {
    const value = p.bare('FormatMissing')
    const format = FORMATS.find((one) => one === (value === 'jpeg' ? 'jpg' : value))
    if (format === undefined) throw new ImageFault('Parameter', 'format', value)
    return { name: 'format', format }
  },
  quality: readQuality,
  watermark: readWatermark,
  info: () => ({ name: 'info' }),
  'average-hue': () => ({ name: 'average-hue' }),
}

function radius(parameters: Parameters, fault: FaultName): number {
  const value = parameters.integer('r', [1, 4_096], fault)
  if (value === undefined) throw new ImageFault(fault, 'r')
  return value
}

function readResize(p: Parameters): Resize {
  const side = [1, RESULT_SIDE_MAX] as const
  const orNone = [0, RESULT_SIDE_MAX] as const
  const width = p.integer('w', orNone, 'ResizeBox') || undefined
  const height = p.integer('h', orNone, 'ResizeBox') || undefined
  const resize = {
    name: 'resize',
    mode: p.word('m', MODES, 'ResizeMode') ?? 'lfit',
    width,
    height,
    long: p.integer('l', side, 'ResizeLong'),
    short: p.integer('s', side),
    percent: p.integer('p', [1, 1_000]),
    percentOfMain: p.integer('P', [1, 100]),
    enlarges: p.integer('limit', [0, 1], 'ResizeLimit') === 0,
    colour: p.colour('color', 'Parameter') ?? '#ffffff',
  } as const
  const { long, short, percent, percentOfMain } = resize
  if ([width, height, long, short, percent, percentOfMain].every((one) => one === undefined)) {
    throw new ImageFault('ResizeBox', 'w', p.text('w') ?? '')
  }
  return resize
}

function readQuality(p: Parameters): Quality {
  if (p.hasBare) return { name: 'quality', absolute: p.bareInteger('QualityMissing', [1, 100], 'QualityBare') }
  const absolute = p.integer('Q', [1, 100], 'QualityAbsolute')
  const relative = p.integer('q', [1, 100], 'QualityRelative')
  if (absolute === undefined && relative === undefined) throw new ImageFault('QualityMissing', 'quality')
  return { name: 'quality', absolute, relative }
}

const ALIGNMENTS = ['top', 'center', 'bottom'] as const

function readWatermark(p: Parameters): Watermark {
  const text = readText(p)
  const image = p.base64('image', 'WatermarkImage')
  if (text === undefined && image === undefined) throw new ImageFault('WatermarkEmpty', 'text')
  return {
    name: 'watermark',
    opacity: p.integer('t', [0, 100], 'WatermarkT') ?? 100,
    gravity: p.word('g', GRAVITIES, 'WatermarkGravity') ?? 'se',
    x: p.integer('x', [0, 4_096], 'WatermarkX') ?? 10,
    y: p.integer('y', [0, 4_096], 'WatermarkY') ?? 10,
    voffset: p.integer('voffset', [-1_000, 1_000], 'WatermarkVoffset') ?? 0,
    fills: p.integer('fill', [0, 1], 'WatermarkFill') === 1,
    padX: p.integer('padx', [0, 4_096]) ?? 0,
    padY: p.integer('pady', [0, 4_096]) ?? 0,
    text,
    logo: image === undefined ? undefined : readLogo(image),
    textFirst: p.integer('order', [0, 1], 'WatermarkOrder') === 1,
    align: ALIGNMENTS[p.integer('align', [0, 2], 'WatermarkAlign') ?? 2] ?? 'bottom',
    interval: p.integer('interval', [0, 1_000]) ?? 0,
  }
}

function readText(p: Parameters): WatermarkText | undefined {
  const text = p.base64('text', 'WatermarkText')
  if (text === undefined) return undefined
  if (text === '') throw new ImageFault('WatermarkTextEmpty', 'text')
  if ([...text].length > TEXT_CHARACTERS_MAX) throw new ImageFault('Parameter', 'text', text)
  const font = p.base64('type', 'WatermarkType') ?? 'wqy-zenhei'
  if (!isFont(font)) throw new ImageFault('Parameter', 'type', font)
  return {
    text,
    font,
    colour: p.colour('color', 'WatermarkColor') ?? '#000000',
    size: p.integer('size', [1, 1_000], 'WatermarkSize') ?? 40,
    shadow: p.integer('shadow', [0, 100]) ?? 0,
    angle: p.integer('rotate', [0, 360], 'WatermarkRotate') ?? 0,
  }
}

const ON_LOGOS: readonly string[] = ['resize', 'crop', 'indexcrop', 'rounded-corners', 'rotate']

/** `KEY`, or `KEY?x-oss-process=image/…`. */
function readLogo(image: string): Logo {
  const mark = '?x-oss-process='
  const at = image.indexOf(mark)
  if (at === -1) return { key: image, actions: [] }
  const process = image.slice(at + mark.length)
  if (!process.startsWith(PREFIX)) throw new ImageFault('WatermarkImage', 'image', image)
  const actions = parseActions(process.slice(PREFIX.length))
  for (const { name } of actions) {
    if (name === 'watermark') throw new ImageFault('LogoWatermark', 'image', image)
    if (name === 'info') throw new ImageFault('LogoInfo', 'image', image)
    if (!ON_LOGOS.includes(name)) throw new ImageFault('ActionUnknown', 'action', name)
  }
  return { key: image.slice(0, at), actions }
}
