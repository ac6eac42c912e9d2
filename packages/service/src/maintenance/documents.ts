import { bucketDocuments, otherDocuments, type StoredDocument } from '@bindery/protocol'
import { parseXml } from '../xml-parser.js'

const KINDS: ReadonlyMap<string, StoredDocument<string, unknown>> = new Map(
  [...bucketDocuments, ...otherDocuments].map((one) => [one.kind, one as StoredDocument<string, unknown>]),
)

/** Whether stored data are a valid document of this kind: whether they can be written and read back. */
export function isDocument(kind: string, stored: unknown): boolean {
  const document = KINDS.get(kind)?.document
  if (document === undefined) return false
  try {
    document.decode(parseXml, document.encode(stored))
    return true
  } catch {
    return false
  }
}
