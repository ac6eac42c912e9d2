/** Images that are requested as KEY, a delimiter and the name of a style; and images that only styles show to everyone. */
import { type BucketSettings, objectKey } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Found } from './call.js'
import { readDocument } from './domain/stored/documents.js'
import type { Head } from './find-named.js'
import { requireUnprotected } from './source-protection.js'

type Config = BucketSettings['processConfiguration']

/**
 * The head of the read of an image by a style that its key names, or undefined to continue unchanged: an object with
 * the whole key takes precedence. Throws sourceProtected.
 */
export function enterStyle(head: Head, { bucket, object }: Found): Awaitable<Head | undefined> {
  if (bucket?.documents?.processConfiguration === undefined || head.operation.name !== 'GetObject') return undefined
  const { process: asked } = head.input as { readonly process?: string }
  // to everyone else a process of their own would show as much as the source
  const isAnyones = head.requester.kind === 'anonymous'
  if (asked !== undefined && (!isAnyones || asked.startsWith('style/'))) return undefined
  const read = head.domain.metadata.read((reader) => readDocument(reader, bucket, 'processConfiguration'))
  return andThen(read, (config) => {
    if (config === undefined) return undefined
    const styled = object === undefined && asked === undefined ? styledHead(head, config) : undefined
    if (styled === undefined && isAnyones && head.objectName !== undefined)
      requireUnprotected(head.objectName.key, config)
    return styled
  })
}

function styledHead(head: Head, { styleDelimiters }: Config): Head | undefined {
  const { objectName } = head
  if (objectName === undefined) return undefined
  const { key } = objectName
  const at = Math.max(...[...styleDelimiters].map((one) => (one === ',' ? -1 : key.lastIndexOf(one))), -1)
  const style = key.slice(at + 1)
  if (at < 1 || style === '') return undefined
  const input = { ...head.input, process: `style/${style}` }
  return { ...head, input, objectName: { ...objectName, key: objectKey(key.slice(0, at)) } }
}
