import type { ManifestPart } from '@bindery/protocol'
import { handler } from '../../call.js'
import { countParts, findPartsAfter, hasParts, type ObjectPart } from '../../domain/objects/parts.js'

export const explainObject = handler('ExplainObject', async ({ domain, input, openObject: { record } }) => {
  const { maxParts, partNumberMarker } = input
  const [partCount, found] = hasParts(record)
    ? await Promise.all([countParts(domain, record), findPartsAfter(domain, record, partNumberMarker, maxParts + 1)])
    : [0, []]
  const parts = found.slice(0, maxParts).map(shown)
  const next = found.length > maxParts ? parts.at(-1)?.partNumber : undefined
  const { size, type, etag, crc64 } = record
  const result = { size, type, etag, crc64: String(crc64), partCount, parts }
  return { output: {}, result: next === undefined ? result : { ...result, nextPartNumberMarker: next } }
})

function shown({ partNumber, range: { start, end }, etag, crc64, modifiedAt }: ObjectPart): ManifestPart {
  const lastModified = new Date(modifiedAt).toISOString()
  return { partNumber, offset: start, size: end - start, etag, crc64: String(crc64), lastModified }
}
