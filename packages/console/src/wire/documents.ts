/** The documents of a bucket's configuration, read and written. */
import { parseXml } from '@bindery/client/xml'
import { type DocumentKind, type DocumentName, documentKind } from './document-kinds.js'
import { send } from './request.js'
import { ServerError } from './server-error.js'

/** The text of a document; undefined where it was never set. Throws ServerError. */
export async function readDocument(
  bucket: string,
  name: DocumentName,
  signal?: AbortSignal,
): Promise<string | undefined> {
  try {
    return await (await send({ method: 'GET', bucket, query: queryOf(name), signal })).text()
  } catch (error) {
    if (error instanceof ServerError && error.status === 404 && error.code !== 'NoSuchBucket') return undefined
    throw error
  }
}

function queryOf(name: DocumentName): Readonly<Record<string, string>> {
  return documentKind(name).query ?? { [name]: '' }
}

/** Replaces a document. Throws ServerError MalformedXML and others for one that is not accepted. */
export async function writeDocument(bucket: string, name: DocumentName, text: string): Promise<void> {
  await send({ method: 'PUT', bucket, query: queryOf(name), body: text })
}

/** Deletes a document. Throws ServerError. */
export async function deleteDocument(bucket: string, name: DocumentName): Promise<void> {
  await send({ method: 'DELETE', bucket, query: queryOf(name) })
}

/** Why a text is not XML or JSON at all; undefined for one that is. The server checks the rest. */
export function faultOf(text: string, format: DocumentKind['format']): string | undefined {
  try {
    if (format === 'json') JSON.parse(text)
    else parseXml(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** A document with one element per line, for people; other text is returned as it is. */
export function indented(text: string, format: DocumentKind['format']): string {
  if (faultOf(text, format) !== undefined) return text
  if (format === 'json') return JSON.stringify(JSON.parse(text), undefined, 2)
  let depth = 0
  const tags =
    text
      .replace(/<\?[^>]*>\s*/, '')
      .replace(/>\s+</g, '><')
      .match(/<[^>]+>[^<]*/g) ?? []
  const lines: string[] = []
  for (const tag of tags) {
    const isEnd = tag.startsWith('</')
    if (isEnd) depth -= 1
    const previous = lines.at(-1)
    const closesLeaf = isEnd && previous !== undefined && opensLeaf(previous, tag)
    if (closesLeaf) lines[lines.length - 1] = previous + tag
    else lines.push('  '.repeat(Math.max(0, depth)) + tag)
    if (!isEnd && !/\/>/.test(tag)) depth += 1
  }
  return lines.join('\n')
}

function opensLeaf(line: string, end: string): boolean {
  const [, name] = /^\s*<([\w:]+)[^>]*>[^<]*$/.exec(line) ?? []
  return name !== undefined && end.startsWith(`</${name}>`)
}
