import { OssError } from '@bindery/protocol'
import { handler } from '../../call.js'
import { putSymlink as makeSymlink } from '../../domain/objects/symlinks.js'
import { describeObject, plainHeaders } from '../describe.js'
import { aclOfObject } from '../require-acls.js'
import { statedHolds } from './holds.js'

export const putSymlink = handler('PutSymlink', async (call) => {
  const { domain, bucket, key, input } = call
  const { etag, version } = await makeSymlink(domain, {
    bucket: bucket.name,
    key,
    owner: bucket.owner,
    description: { ...describeObject(input), holds: statedHolds(call) },
    acl: (await aclOfObject(call)) ?? 'default',
    forbidOverwrite: call.forbidsOverwrite,
    target: input.target,
  })
  return { output: { etag, versionId: version?.id } }
})

export const getSymlink = handler('GetSymlink', (call) => {
  const { target } = call.object
  if (target === undefined) throw new OssError('notSymlink')
  const { contentLength, contentType, etag, lastModified, versionId, userMetadata } = plainHeaders(call, call.object)
  return { output: { contentLength, contentType, etag, lastModified, target, versionId, userMetadata } }
})
