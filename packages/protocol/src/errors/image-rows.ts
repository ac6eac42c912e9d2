// size: exempt (a table: one row per cause)

/** A row of the catalogue. */
export interface ImageRow {
  readonly code: string
  readonly status: number
  readonly message: string
  readonly ec?: string
  readonly retry: 'never'
}

const INVALID = 'The value: {value} of parameter: {parameter} is invalid.'
const MISSING = 'The value of parameter: {parameter} is missing.'

type Spec = readonly [code: string, ec: string | undefined, message: string]

const invalid = (ec?: string): Spec => ['InvalidArgument', ec, INVALID]
const missing = (ec?: string): Spec => ['MissingArgument', ec, MISSING]
const bad = (ec: string | undefined, message: string): Spec => ['BadRequest', ec, message]
const tooLarge = (ec: string, message = 'Maximal size of image supported is {value}.'): Spec => [
  'ImageTooLarge',
  ec,
  message,
]
const notBase64 = (ec: string) => bad(ec, 'Input is not base64 decoding.')

/** Faults of image processing: OSS's code, the end of its EC where it has one, and the message. */
const FAULTS = {
  ActionMissing: ['InvalidArgument', '212', 'The image process has no action.'],
  ActionUnknown: invalid('213'),
  AvifTooLarge: tooLarge('014'),
  Blur: invalid('241'),
  Bright: invalid('246'),
  BrightMissing: missing('245'),
  Circle: invalid('233'),
  CropGravity: invalid('209'),
  CropHeight: invalid('226'),
  CropWidth: invalid('225'),
  FormatMissing: missing('207'),
  IndexcropIndex: invalid('229'),
  IndexcropSide: invalid('230'),
  Interlace: invalid('282'),
  InterlaceMissing: missing('281'),
  LogoFormat: ['WatermarkError', '027', 'The format of the watermark image is not supported.'],
  LogoInfo: ['InvalidArgument', '374', 'A watermark image cannot be preprocessed by info.'],
  LogoMissing: ['WatermarkError', '025', 'The watermark image does not exist.'],
  LogosTooMany: ['WatermarkError', '026', 'Too many watermark images.'],
  LogoWatermark: ['InvalidArgument', '373', 'A watermark image cannot be preprocessed by watermark.'],
  NotAnImage: bad('005', 'This image format is not supported.'),
  OutOfImage: bad(undefined, "Advance cut's position is out of image."),
  Parameter: invalid(),
  PixelsTooMany: tooLarge('012'),
  QualityAbsolute: invalid('308'),
  QualityBare: invalid('310'),
  QualityMissing: missing('307'),
  QualityRelative: invalid('309'),
  ResizeBox: invalid('321'),
  ResizeLimit: invalid('319'),
  ResizeLong: invalid('314'),
  ResizeMode: invalid('311'),
  ResultTooLarge: bad('007', 'The resized image would be too large.'),
  Rotate: invalid('217'),
  RotateMissing: missing('216'),
  RotateTooLarge: bad(undefined, 'The width or height of an image to rotate exceeds 4096.'),
  RoundedCorners: invalid('237'),
  SaveasTarget: invalid(),
  Sharpen: invalid('280'),
  SharpenMissing: missing('279'),
  SideTooLong: tooLarge('019'),
  SourceTooLarge: tooLarge('009'),
  TiffTooLarge: tooLarge('018'),
  TooCostly: tooLarge('009', 'Processing the image takes more time or memory than is allowed.'),
  ValueMissing: missing(),
  ValuesTooMany: ['InvalidArgument', '203', 'Too many values or actions.'],
  WatermarkAlign: invalid('271'),
  WatermarkColor: invalid('254'),
  WatermarkEmpty: ['InvalidArgument', '278', 'A watermark needs a text or an image.'],
  WatermarkFill: invalid('274'),
  WatermarkGravity: invalid('260'),
  WatermarkImage: notBase64('265'),
  WatermarkOrder: invalid('269'),
  WatermarkRotate: invalid('272'),
  WatermarkSize: invalid('256'),
  WatermarkT: invalid('263'),
  WatermarkText: notBase64('257'),
  WatermarkTextEmpty: ['InvalidArgument', '258', 'The text of a watermark is empty.'],
  WatermarkType: notBase64('250'),
  WatermarkVoffset: invalid('268'),
  WatermarkX: invalid('262'),
  WatermarkY: invalid('264'),
  WebpTooLarge: bad(undefined, 'Maximum width and height allowed is 16383 pixels for converting webp'),
} as const satisfies Readonly<Record<string, Spec>>

/** The name of a fault in the parameters or the source of an image process. */
export type ImageFaultName = keyof typeof FAULTS
/** The cause of an image fault. */
export type ImageCause = `image${ImageFaultName}`

/** Whether a fault of the imaging package has a row here. */
export function isImageFault(name: string): name is ImageFaultName {
  return Object.hasOwn(FAULTS, name)
}

/**
 * One row per fault.
 * @see https://help.aliyun.com/zh/oss/user-guide/0040-ec/
 */
export const IMAGE_ROWS = Object.fromEntries(
  Object.entries<Spec>(FAULTS).map(([name, [code, ec, message]]) => {
    const common = { code, status: 400, message, retry: 'never' } as const
    return [`image${name}`, ec === undefined ? common : { ...common, ec: `0040-00000${ec}` }]
  }),
) as { readonly [C in ImageCause]: ImageRow }

/** All causes of an image process: its faults, and those of the server that runs it. */
export const IMAGE_CAUSES = [
  ...(Object.keys(IMAGE_ROWS) as readonly ImageCause[]),
  'imagesBusy',
  'imagesUnavailable',
  'imageProcessTooLong',
  'noSuchStyle',
] as const
