import { utf8Bytes, utf8Text } from '@bindery/bytes'
import type { Document } from './document.js'
import { OssError } from './errors/oss-error.js'

/**
 * A JSON document, the form of the answers of extensions. `T` contains only JSON values, and numbers that are exact.
 * `lines` docLines it for the reference pages, one path per line.
 */
export function json<T extends object>(root: string, lines: readonly string[]): Document<T> {
  return {
    root,
    contentType: 'application/json',
    decode(_, body) {
      try {
        return JSON.parse(utf8Text(body) ?? '') as T
      } catch (error) {
        throw new OssError('malformedXml', {}, { cause: error })
      }
    },
    encode: (value) => utf8Bytes(JSON.stringify(value)),
    docLines: () => [...lines],
  }
}
