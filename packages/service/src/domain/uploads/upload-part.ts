import type { ByteSource } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { completeIfWhole } from './auto-complete.js'
import { type NewPart, type StoredPart, storePart } from './uploads.js'

/**
 * Stores a part, in place of an earlier one of its number, and completes its upload if that was requested and the part
 * makes it whole.
 * Throws what storePart throws.
 */
export async function uploadPart(domain: Domain, part: NewPart, source: ByteSource): Promise<StoredPart> {
  const stored = await storePart(domain, part, source)
  if (stored.upload.autoComplete !== undefined) await completeIfWhole(domain, stored.upload)
  return stored
}
