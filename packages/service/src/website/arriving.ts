/** Answers a read with an object that is being fetched from its origin. */
import { encodeHeaders, operations } from '@bindery/protocol'
import { isSignedBy } from '../access/authorise.js'
import { requireLease } from '../domain/cluster/cluster.js'
import type { BucketRecord } from '../domain/stored/model.js'
import type { Head } from '../find-named.js'
import { DEFAULT_CONTENT_TYPE, shownOrigin } from '../operations/describe.js'
import type { Answer } from '../response/answer.js'
import { LentStream } from '../response/lent-stream.js'
import type { Arriving } from './mirror.js'

/** Fields of a request that change nothing of its answer. */
const HARMLESS: ReadonlySet<string> = new Set(['acceptEncoding'])

/**
 * Whether a read takes an object as it arrives: a GetObject of the whole object without conditions, in a bucket whose settings
 * change no answer. Any other waits until the object is stored.
 */
export function takesArriving({ operation, input }: Head, { documents = {}, versioning }: BucketRecord): boolean {
  if (operation.name !== 'GetObject' || versioning !== undefined) return false
  if (documents.responseHeader !== undefined || documents.requestPayment !== undefined) return false
  return Object.entries(input).every(([name, value]) => value === undefined || HARMLESS.has(name))
}

/** The answer without what only the stored object shows: its ETag and its CRC-64. */
export async function answerArriving(head: Head, bucket: BucketRecord, arriving: Arriving): Promise<Answer> {
  const { exchange } = head
  const { domain } = exchange.surroundings
  const { headers: stored, size, encryption, mirroredFrom } = arriving
  const { contentType = DEFAULT_CONTENT_TYPE, cacheControl, contentDisposition, contentEncoding } = stored
  const output = {
    contentLength: size,
    contentType,
    cacheControl,
    contentDisposition,
    contentEncoding,
    contentLanguage: stored.contentLanguage,
    expires: stored.expires,
    lastModified: domain.clock(),
    objectType: 'Normal',
    storageClass: bucket.storageClass,
    serverSideEncryption: encryption?.algorithm === 'customer' ? undefined : encryption?.algorithm,
    dataEncryption: encryption?.dataEncryption,
    encryptionKeyId: encryption?.keyId,
    mirrored: shownOrigin({ isOfOwner: isSignedBy(head, bucket.owner) }, mirroredFrom),
    userMetadata: {},
  } as const
  const body = await LentStream.begin(arriving.bytes, size, {
    beforePiece: () => requireLease(domain.cluster),
    onEnd: () => exchange.scope.close(),
  })
  return { status: 200, headers: encodeHeaders(operations.GetObject, output, exchange.dialect), body }
}
