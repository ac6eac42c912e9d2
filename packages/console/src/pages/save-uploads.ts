import type { UploadEntry } from '../wire/uploads.js'
import { saveText } from './download.js'

/** Saves a list of uploads as a file of comma-separated values. */
export function saveUploads(uploads: readonly UploadEntry[]): void {
  const lines = uploads.map(({ bucket, key, uploadId, initiated, storageClass }) =>
    [bucket, key, uploadId, new Date(initiated).toISOString(), storageClass].map(cell).join(','),
  )
  const text = `\ufeff${['bucket,key,uploadId,initiated,storageClass', ...lines].join('\r\n')}\r\n`
  saveText('uploads.csv', text, 'text/csv')
}

/** A cell; one that a spreadsheet would take for a formula begins with an apostrophe. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return `"${harmless.replaceAll('"', '""')}"`
}
