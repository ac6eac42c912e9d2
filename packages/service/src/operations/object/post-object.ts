import { percentEncode } from '@bindery/bytes'
import { type CallOf, handler } from '../../call.js'
import { askedCallback } from '../../callback/ask.js'
import { answerOf } from '../../callback/outcome.js'
import { checkOverwrite, putObject as storeObject } from '../../domain/objects/objects.js'
import type { ObjectRecord } from '../../domain/stored/model.js'
import { pacedSource, paceOf } from '../../traffic.js'
import { checksumsOf, describeObject } from '../describe.js'
import { chosenEncryption, customerKeyHeaders, encryptionHeaders } from '../encryption.js'
import { aclOfNew } from '../require-acls.js'

/** Stores the file of a form. Its fields were read before the requester was known, because they name it. */
export const postObject = handler('PostObject', {
  async find(call) {
    const callback = await askedCallback(call)
    const { forbidsOverwrite: forbidOverwrite } = call
    await checkOverwrite(call.domain, call.bucket, call.objectName, { forbidOverwrite })
    const [acl, encryption] = [await aclOfNew(call), await chosenEncryption(call)]
    return { description: describeObject(call.input), callback, acl, encryption }
  },
  async handle(call, { description, callback, acl = 'default', encryption }) {
    const { domain, bucket, key, input, content } = call
    const object = {
      bucket: bucket.name,
      key,
      owner: bucket.owner,
      description,
      acl,
      forbidOverwrite: call.forbidsOverwrite,
      contentMd5: undefined,
      expected: content.expected,
      encryption,
    } as const
    const record = await storeObject(domain, object, pacedSource(content.source, paceOf(call, 'Upload')))
    const { crc64, version } = record
    const location = `${call.bucketUrl}/${percentEncode(key, { keepSlash: true })}`
    const output = {
      etag: call.etagOf(record),
      crc64,
      versionId: version?.id,
      location: input.showsLocation === true ? location : undefined,
      ...encryptionHeaders(record.encryption),
      ...customerKeyHeaders(record.encryption, call.input),
      ...checksumsOf(record.checksum),
    }
    if (callback !== undefined) {
      return { status: 200, output, result: undefined, answer: answerOf(await callback.make(record)) }
    }
    const redirect = redirectOf(call, record)
    if (redirect !== undefined) return { status: 303, output: { ...output, location: redirect }, result: undefined }
    const status = statusOf(input.successActionStatus)
    if (status !== 201) return { status, output, result: undefined }
    return { status, output, result: { bucket: bucket.name, location, key, etag: call.shownEtagOf(record) } }
  },
})

/** Any other status than these means 204. */
function statusOf(asked: string | undefined): number {
  return asked === '200' || asked === '201' ? Number(asked) : 204
}

/** The URL of the form's choice with the object's name; undefined if it chose none, or an invalid one. */
function redirectOf(call: CallOf<'PostObject'>, record: ObjectRecord): string | undefined {
  const { successActionRedirect: url } = call.input
  if (url === undefined || !/^https?:\/\/[^\s]+$/i.test(url)) return undefined
  const [beforeFragment = '', ...fragment] = url.split('#')
  const named = { bucket: call.bucket.name, key: call.key, etag: call.shownEtagOf(record) }
  const added = Object.entries(named).map(([name, value]) => `${name}=${percentEncode(value)}`)
  const target = `${beforeFragment}${beforeFragment.includes('?') ? '&' : '?'}${added.join('&')}`
  return [target, ...fragment].join('#')
}
