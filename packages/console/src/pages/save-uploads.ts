import { saveText } from '../parts/save-text.js'
import type { PartsMap, UploadEntry } from '../wire/uploads.js'
import { readFacts } from './upload-facts.js'

/** The formats in which a list is saved. */
export const FORMATS = ['csv', 'json'] as const
/** The name of a format. */
export type Format = (typeof FORMATS)[number]

const NAMES = [
  ...(['bucket', 'key', 'uploadId', 'initiated', 'storageClass'] as const),
  ...(['initiator', 'accessKeyId', 'remoteAddress', 'userAgent'] as const),
  ...(['lastActivity', 'parts', 'bytes', 'bytesOfLastMinute'] as const),
]
type Saved = Readonly<Record<(typeof NAMES)[number], string | number>>

/** Saves a list of uploads with what each holds, as values separated by commas or as JSON. */
export async function saveUploads(uploads: readonly UploadEntry[], format: Format): Promise<void> {
  const facts = await readFacts(uploads)
  const rows = uploads.map((one) => savedOf(one, facts.get(one.uploadId)))
  if (format === 'json') saveText('uploads.json', `${JSON.stringify(rows, undefined, 2)}\n`, 'application/json')
  else {
    const lines = rows.map((row) => NAMES.map((name) => cell(String(row[name]))).join(','))
    saveText('uploads.csv', `\ufeff${[NAMES.join(','), ...lines].join('\r\n')}\r\n`, 'text/csv')
  }
}

/** Times in ISO 8601. What is not known is an empty text. */
function savedOf({ bucket, key, uploadId, initiated, storageClass }: UploadEntry, facts: PartsMap | undefined): Saved {
  const { initiator = '', lastActivity = '', partCount: parts = '', bytes = '', bytesOfLastMinute = '' } = facts ?? {}
  const { accessKeyId = '', remoteAddress = '', userAgent = '' } = facts?.client ?? {}
  const began = new Date(initiated).toISOString()
  const names = { bucket, key, uploadId, initiated: began, storageClass }
  return { ...names, initiator, accessKeyId, remoteAddress, userAgent, lastActivity, parts, bytes, bytesOfLastMinute }
}

/** A cell; one that a spreadsheet would take for a formula begins with an apostrophe. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return `"${harmless.replaceAll('"', '""')}"`
}
