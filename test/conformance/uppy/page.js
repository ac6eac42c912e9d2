// A page that uploads with Uppy's AwsS3, whose requests its application signs.
import AwsS3 from '@uppy/aws-s3'
import Uppy from '@uppy/core'

const json = async (path, body) => (await fetch(path, { method: 'POST', body: JSON.stringify(body) })).json()

/** Uploads bytes, and resolves with the outcome that Uppy reports. */
globalThis.upload = async (key, size, shouldUseMultipart) => {
  const bytes = new Uint8Array(size).map((_, index) => index % 251)
  const uppy = new Uppy().use(AwsS3, {
    shouldUseMultipart,
    generateObjectKey: () => key,
    getChunkSize: () => 5 * 1024 * 1024,
    signRequest: (request) => json('/sign', request),
  })
  const parts = []
  uppy.on('s3-multipart:part-uploaded', (_, { PartNumber, ETag }) => parts.push([PartNumber, ETag]))
  uppy.addFile({ name: 'file.bin', type: 'application/x-test', data: new Blob([bytes]) })
  const { successful, failed } = await uppy.upload()
  return {
    failed: failed.map(({ error }) => error),
    key: successful.map(({ response }) => response.body.key),
    parts: parts.sort(([one], [other]) => one - other),
  }
}
