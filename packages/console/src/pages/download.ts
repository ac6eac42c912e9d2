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

/** The name under which an object is saved: the last part of its key. */
export function savedName(key: string): string {
  return key.split('/').filter(Boolean).at(-1) ?? 'object'
}

/** The parameter with which browsers save an object under a name. */
export function attachmentQuery(name: string): Readonly<Record<string, string>> {
  const encoded = encodeURIComponent(name).replaceAll("'", '%27')
  return { 'response-content-disposition': `attachment; filename*=UTF-8''${encoded}` }
}

/** A URL from which browsers download an object under its name, for `seconds`. */
export function attachmentUrl(bucket: string, { key, versionId }: Target, seconds: number): Promise<string> {
  const query = { ...attachmentQuery(savedName(key)), ...(versionId === undefined ? {} : { versionId }) }
  return presigned({ method: 'GET', bucket, key, query }, seconds)
}
