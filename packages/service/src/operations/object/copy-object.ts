import { isEnvelopeName, type Operations, OssError } from '@bindery/protocol'
import { type CallOf, type HandledInput, handler, type Reply } from '../../call.js'
import { type AskedCallback, askedCallback } from '../../callback/ask.js'
import { answerOf } from '../../callback/outcome.js'
import { requireCustomerKey } from '../../domain/bytes/encryption.js'
import { copyObject as copy } from '../../domain/objects/copy-object.js'
import { findDirectRead, requireReadable } from '../../domain/objects/restore.js'
import type { ObjectDescription, ObjectRecord } from '../../domain/stored/model.js'
import { shownVersionOf } from '../../domain/stored/version-id.js'
import { requireWanted } from '../../response/conditions.js'

import { checksumsOf, conditionOf, describeObject, given } from '../describe.js'
import { chosenEncryption, customerKeyHeaders, encryptionHeaders } from '../encryption.js'
import { aclOfNew } from '../require-acls.js'
import { statedHolds } from './holds.js'

type Input = HandledInput<Operations['CopyObject']>
type Copied = Reply<Operations['CopyObject']>

export const copyObject = handler('CopyObject', {
  find: askedCallback,
  handle: copyAndCallBack,
})

/** Makes the copy, then its callback. */
async function copyAndCallBack(call: CallOf<'CopyObject'>, callback: AskedCallback | undefined): Promise<Copied> {
  const { domain, bucket, key, input } = call
  const sourceBucket = await call.authoriseSource(input.copySource, input.sourceOwner)
  const isDirectlyRead = await findDirectRead(domain, sourceBucket)
  const asked = { ...describeObject(input), holds: statedHolds(call) }
  const named = { ...input.copySource, bucket: sourceBucket.name }
  const isSameKey = named.bucket === bucket.name && named.key === key
  if (isSameKey && input.mustChange === true && !changes(input)) throw new OssError('copyOntoItself')
  const ontoItself = isSameKey && bucket.versioning === undefined
  const stated = await aclOfNew(call)
  const { made, source } = await copy(domain, {
    bucket: bucket.name,
    key,
    owner: bucket.owner,
    acl: stated ?? (ontoItself ? undefined : 'default'),
    forbidOverwrite: call.forbidsOverwrite,
    condition: conditionOf(input),
    source: named,
    encryption: await chosenEncryption(call),
    checksum: input.checksumAlgorithm,
    descriptionOf: (source) => {
      requireReadable(source, domain.clock, isDirectlyRead)
      requireCustomerKey(source.encryption, input.sourceKey)
      requireWanted(input, source)
      return ontoItself && input.mustChange !== true
        ? describeAnew(input, asked, source)
        : describeCopy(input, asked, source)
    },
  })
  const { crc64, modifiedAt, version, encryption } = made
  const etag = call.etagOf(made)
  const versions = { versionId: version?.id, copySourceVersionId: shownVersionOf(sourceBucket, source) }
  const output = {
    etag,
    crc64,
    ...versions,
    ...encryptionHeaders(encryption),
    ...customerKeyHeaders(encryption, input),
  }
  const result = { etag, lastModified: modifiedAt, ...checksumsOf(made.checksum) }
  return callback === undefined ? { output, result } : { output, result, answer: answerOf(await callback.make(made)) }
}

function changes(input: Input): boolean {
  const { metadataDirective, storageClass, serverSideEncryption, customerKey, copySource, websiteRedirect } = input
  const isEncrypted = serverSideEncryption !== undefined || customerKey !== undefined
  return (
    metadataDirective === 'REPLACE' ||
    storageClass !== undefined ||
    isEncrypted ||
    websiteRedirect !== undefined ||
    copySource.version !== undefined
  )
}

function describeCopy(input: Input, asked: ObjectDescription, source: ObjectRecord): ObjectDescription {
  const { headers, userMetadata } = input.metadataDirective === 'REPLACE' ? asked : source
  // where a website sends readers is no more copied than an ACL
  const { websiteRedirect: _, ...kept } = headers
  const redirected = given({ ...kept, websiteRedirect: asked.headers.websiteRedirect })
  return { ...asked, headers: redirected, userMetadata, tagging: taggingOf(input, asked, source) }
}

/**
 * An object copied onto itself takes the metadata of the request, whatever the directive. Only its type and its client's
 * encryption envelope, without which it could not be read as before, stay where the request does not name them.
 */
function describeAnew(input: Input, asked: ObjectDescription, source: ObjectRecord): ObjectDescription {
  const { contentType } = source.headers
  return {
    ...asked,
    headers: contentType === undefined ? asked.headers : { contentType, ...asked.headers },
    userMetadata: { ...clientEncryption(asked.userMetadata, source.userMetadata), ...asked.userMetadata },
    tagging: taggingOf(input, asked, source),
  }
}

function taggingOf(input: Input, asked: ObjectDescription, source: ObjectRecord): ObjectDescription['tagging'] {
  return input.taggingDirective === 'REPLACE' ? asked.tagging : source.tagging
}

type UserMetadata = ObjectDescription['userMetadata']

/** The envelope by which clients decrypt the source, unless the request brings one: one half of each would be of no use. */
function clientEncryption(asked: UserMetadata, source: UserMetadata): UserMetadata {
  if (Object.keys(asked).some(isEnvelopeName)) return {}
  return Object.fromEntries(Object.entries(source).filter(([name]) => isEnvelopeName(name)))
}
