import type { Target } from '../wire/objects.js'
import { presigned } from '../wire/request.js'

/** Seconds in which a download must begin. */
const BEGIN_SECONDS = 300

/** Has the browser download an object. It is never opened as a page: its scripts would run next to the console. */
export async function downloadObject(bucket: string, { key, versionId }: Target): Promise<void> {
  const element = document.createElement('a')
  element.href = await attachmentUrl(bucket, { key, versionId }, BEGIN_SECONDS)
  element.rel = 'noopener noreferrer'
  element.download = ''
  element.click()
}

/** A URL from which browsers download an object under its name, for `seconds`. */
export function attachmentUrl(bucket: string, { key, versionId }: Target, seconds: number): Promise<string> {
  const name = key.split('/').filter(Boolean).at(-1) ?? 'object'
  const query = {
    'response-content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", '%27')}`,
    ...(versionId === undefined ? {} : { versionId }),
  }
  return presigned({ method: 'GET', bucket, key, query }, seconds)
}
