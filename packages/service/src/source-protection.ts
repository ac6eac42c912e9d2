/** Images that everyone may see by styles alone. */
import { type BucketSettings, OssError } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Requester } from './access/requester.js'
import type { Domain } from './domain/domain.js'
import { readDocument } from './domain/stored/documents.js'
import type { BucketRecord } from './domain/stored/model.js'

type Protection = BucketSettings['processConfiguration']

/** Throws sourceProtected for a key that the configuration of its bucket protects. */
export function requireUnprotected(key: string, { sourceFileProtect, sourceFileProtectSuffix }: Protection): void {
  if (sourceFileProtect !== 'Enabled') return
  const lowered = key.toLowerCase()
  const isProtected = (suffix: string) => suffix === '*' || lowered.endsWith(`.${suffix.toLowerCase()}`)
  if (sourceFileProtectSuffix.split(',').some(isProtected)) throw new OssError('sourceProtected')
}

/** Throws sourceProtected if the bytes of a protected image would reach an anonymous requester, by a copy or within another image. */
export function requireShown(
  { requester, domain }: { readonly requester: Requester; readonly domain: Domain },
  bucket: BucketRecord,
  key: string,
): Awaitable<void> {
  if (requester.kind !== 'anonymous' || bucket.documents?.processConfiguration === undefined) return
  const read = domain.metadata.read((reader) => readDocument(reader, bucket, 'processConfiguration'))
  return andThen(read, (config) => {
    if (config !== undefined) requireUnprotected(key, config)
  })
}
