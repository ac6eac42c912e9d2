import type { HandlerOf } from '../call.js'
import { checkOverwrite, putObject as storeObject } from '../domain/objects.js'
import { describeObject } from './describe.js'

/** An object that must not be overwritten is found before the body is read. */
export const putObject: HandlerOf<'PutObject'> = async (call) => {
  const { domain, bucket, key, input } = call
  const { contentMd5, forbidOverwrite } = input
  const description = describeObject(input)
  await checkOverwrite(domain, bucket.name, key, forbidOverwrite)
  const object = {
    bucket: bucket.name,
    key,
    owner: bucket.owner,
    description,
    acl: input.objectAcl ?? 'default',
    forbidOverwrite,
    contentMd5,
  }
  const { etag, crc64, contentMd5: digest } = await storeObject(domain, object, call.content())
  return { output: { etag, contentMd5: digest, crc64 } }
}
