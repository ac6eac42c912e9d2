import { isImageProcess, parseSaveas } from '@bindery/imaging'
import { bucketName, OssError, objectKey } from '@bindery/protocol'
import { handler } from '../../call.js'
import { findDocument } from '../../domain/buckets/documents.js'
import { sourceOf } from '../../domain/bytes/sources.js'
import { putObject } from '../../domain/objects/objects.js'
import { forbidsOverwrite } from '../../overwrite-rules.js'
import { chosenEncryption } from '../encryption.js'
import { readableObject } from './follow-symlink.js'
import { asOssErrors, processImage } from './process-image.js'

export const processObject = handler('ProcessObject', async (call) => {
  const { domain, document } = call
  const { process: asked, key, bucket } = await asOssErrors(() => parseSaveas(document))
  if (!isImageProcess(asked) && !asked.startsWith('style/')) throw new OssError('imageProcessEmpty')
  const target = { bucket: bucket === undefined ? call.bucket.name : bucketName(bucket), key: objectKey(key) }
  const targetBucket = await call.authoriseTarget(target)
  const { bytes, contentType } = await processImage(call, asked, await readableObject(call))
  const overwriteConfig = await findDocument(domain, target.bucket, 'overwriteConfig')
  const description = { headers: { contentType }, userMetadata: {}, tagging: [] }
  const object = {
    ...target,
    owner: targetBucket.owner,
    description,
    acl: 'default',
    forbidOverwrite: forbidsOverwrite(overwriteConfig?.rules ?? [], call.requester, key),
    encryption: await chosenEncryption({ domain, bucket: targetBucket, input: {} }),
    contentMd5: undefined,
    expected: [],
  } as const
  const { size } = await putObject(domain, object, sourceOf([bytes]))
  return { output: {}, result: { bucket: bucket ?? '', fileSize: size, object: key } }
})
