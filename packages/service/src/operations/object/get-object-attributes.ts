import { handler } from '../../call.js'
import { verifyCustomerKey } from '../../domain/bytes/encryption.js'
import { countParts, findPartsAfter, hasParts } from '../../domain/objects/parts.js'
import type { ObjectRecord } from '../../domain/stored/model.js'
import { shownVersionOf } from '../../domain/stored/version-id.js'
import { checksumsOf } from '../describe.js'
import { customerKeyHeaders } from '../encryption.js'
import { checksumOfPart } from './part-of-object.js'

/** Returns the requested attributes. S3 leaves the number of parts out of the checksum here. */
export const getObjectAttributes = handler('GetObjectAttributes', async (call) => {
  const { domain, input } = call
  const { record } = call.openObject
  await verifyCustomerKey(domain, record.encryption, record.manifest, input.customerKey)
  const asked = new Set(input.attributes)
  const parts = asked.has('objectParts') && hasParts(record) ? await partsOf(call, record) : undefined
  const checksum = record.checksum && { ...record.checksum, value: record.checksum.value.replace(/-\d+$/, '') }
  const result = {
    etag: asked.has('etag') ? call.etagOf(record) : undefined,
    checksum: asked.has('checksum') && checksum !== undefined ? checksumsOf(checksum) : undefined,
    objectParts: parts,
    storageClass: asked.has('storageClass') ? record.storageClass : undefined,
    objectSize: asked.has('objectSize') ? record.size : undefined,
  }
  const encrypted = customerKeyHeaders(record.encryption, input)
  const versionId = shownVersionOf(call.bucket, record)
  return { output: { lastModified: record.modifiedAt, versionId, ...encrypted }, result }

  async function partsOf({ input: { maxParts, partNumberMarker } }: typeof call, object: ObjectRecord) {
    const found = await findPartsAfter(domain, object, partNumberMarker, maxParts + 1)
    const shown = found.slice(0, maxParts)
    return {
      partsCount: await countParts(domain, object),
      partNumberMarker,
      nextPartNumberMarker: shown.at(-1)?.partNumber ?? 0,
      maxParts,
      isTruncated: maxParts > 0 && found.length > maxParts,
      parts: shown.map((part) => {
        const { checksumType, ...own } = { checksumType: undefined, ...checksumOfPart(part, object) }
        return { partNumber: part.partNumber, size: part.range.end - part.range.start, ...own }
      }),
    }
  }
})
