/** Why an image cannot be processed as requested. */

/** Names of all faults; the protocol has a row for each. */
export const FAULTS = [
  'ActionMissing',
  'ActionUnknown',
  'AvifTooLarge',
  'Blur',
  'Bright',
  'BrightMissing',
  'Circle',
  'CropGravity',
  'CropHeight',
  'CropWidth',
  'FormatMissing',
  'IndexcropIndex',
  'IndexcropSide',
  'Interlace',
  'InterlaceMissing',
  'LogoFormat',
  'LogoInfo',
  'LogoMissing',
  'LogosTooMany',
  'LogoWatermark',
  'NotAnImage',
  'OutOfImage',
  'Parameter',
  'PixelsTooMany',
  'QualityAbsolute',
  'QualityBare',
  'QualityMissing',
  'QualityRelative',
  'ResizeBox',
  'ResizeLimit',
  'ResizeLong',
  'ResizeMode',
  'ResultTooLarge',
  'Rotate',
  'RotateMissing',
  'RotateTooLarge',
  'RoundedCorners',
  'SaveasTarget',
  'Sharpen',
  'SharpenMissing',
  'SideTooLong',
  'SourceTooLarge',
  'TiffTooLarge',
  'TooCostly',
  'ValueMissing',
  'ValuesTooMany',
  'WatermarkAlign',
  'WatermarkColor',
  'WatermarkEmpty',
  'WatermarkFill',
  'WatermarkGravity',
  'WatermarkImage',
  'WatermarkOrder',
  'WatermarkRotate',
  'WatermarkSize',
  'WatermarkT',
  'WatermarkText',
  'WatermarkTextEmpty',
  'WatermarkType',
  'WatermarkVoffset',
  'WatermarkX',
  'WatermarkY',
  'WebpTooLarge',
] as const

/** The name of a fault; the protocol has a row for each. */
export type FaultName = (typeof FAULTS)[number]

/** An image that cannot be processed, or a request that cannot be. */
export class ImageFault extends Error {
  override readonly name = 'ImageFault'
  readonly fault: FaultName
  /** The name of a wrong parameter, and the value that was sent. */
  readonly parameter: string
  readonly value: string

  constructor(fault: FaultName, parameter = '', value = '') {
    super(`${fault} ${parameter} ${value}`)
    this.fault = fault
    this.parameter = parameter
    this.value = value
  }
}
