import type { BucketSettings } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { readDocument } from '../stored/documents.js'
import type { BucketRecord, EncryptionChoice } from '../stored/model.js'

/** How a bucket encrypts objects whose requests do not state it; undefined: not at all. */
export function findDefaultEncryption(domain: Domain, bucket: BucketRecord): Awaitable<EncryptionChoice | undefined> {
  if (bucket.documents?.encryption === undefined) return undefined
  const rule = domain.metadata.read((reader) => readDocument(reader, bucket, 'encryption'))
  return andThen(rule, (found) => found && choiceIn(found.byDefault))
}

function choiceIn({
  sseAlgorithm: algorithm,
  kmsMasterKeyId: keyId,
  kmsDataEncryption: dataEncryption,
}: BucketSettings['encryption']['byDefault']): EncryptionChoice {
  if (algorithm !== 'KMS') return { algorithm }
  return { algorithm, ...(keyId && { keyId }), ...(dataEncryption && { dataEncryption }) }
}
