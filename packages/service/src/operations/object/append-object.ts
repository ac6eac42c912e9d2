import { encodeFields, nextAppendPosition, OssError } from '@bindery/protocol'
import { handler } from '../../call.js'
import { appendObject as append, checkAppend, sealObject, WrongPosition } from '../../domain/objects/append-object.js'
import { shownVersionOf } from '../../domain/stored/version-id.js'
import { pacedSource, paceOf } from '../../traffic.js'
import { describeObject } from '../describe.js'
import { chosenEncryption, encryptionHeaders } from '../encryption.js'
import { aclOfObject } from '../require-acls.js'

const POSITION_FIELDS = { nextAppendPosition }

/** A bucket or an object that takes no appends, and a wrong position, are detected before the body is read. */
export const appendObject = handler('AppendObject', {
  async find(call) {
    const { position } = call.input
    const description = describeObject(call.input)
    if (call.input.encryptionKeyId !== undefined) throw new OssError('invalidArgument')
    if (call.bucket.documents?.objectWorm !== undefined) throw new OssError('appendUnderObjectWorm')
    const acl = await aclOfObject(call)
    const encryption = await chosenEncryption(call)
    await withLength(checkAppend(call.domain, { ...call.objectName, position }))
    return { description, acl, encryption }
  },
  async handle(call, { description, acl, encryption }) {
    const { domain, bucket, key, input } = call
    const pace = paceOf(call, 'Upload')
    const asked = {
      bucket: bucket.name,
      key,
      position: input.position,
      owner: bucket.owner,
      description,
      acl,
      contentMd5: input.contentMd5,
      encryption,
    }
    const record = await withLength(append(domain, asked, pacedSource(call.content.source, pace)))
    const { etag, size, crc64 } = record
    const versionId = shownVersionOf(bucket, record)
    const shown = { versionId, ...encryptionHeaders(record.encryption) }
    return { output: { etag, nextAppendPosition: size, crc64, qosDelayTime: pace?.delayedMs, ...shown } }
  },
})

export const sealAppendObject = handler('SealAppendObject', async (call) => {
  if (call.isStrict) throw new OssError('sealNotSupported')
  return { output: { sealedTime: await withLength(sealObject(call.domain, call.objectName, call.input.position)) } }
})

/** A wrong position is answered with the length of the object, from which SDKs go on. */
async function withLength<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof WrongPosition)) throw error
    const output = { nextAppendPosition: error.length }
    throw new OssError(error.reason, {}, { headers: (notation) => encodeFields(POSITION_FIELDS, output, notation) })
  }
}
