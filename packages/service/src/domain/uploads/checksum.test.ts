import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base64Bytes, CRC_PARAMETERS, createPlainCrc, utf8Bytes } from '@bindery/bytes'
import type { PartRecord, UploadRecord } from '../stored/model.js'
import { PartTable } from '../stored/part-table.js'
import { nodeDigests } from '../testing.js'
import { checksumOfParts, digestOf } from './checksum.js'

const texts = Array.from({ length: 1_000 }, (_, index) => `${index} `.repeat(index % 7))

function partOf(text: string, index: number): PartRecord {
  const bytes = digestOf('crc64nvme', utf8Bytes(text), nodeDigests)
  return {
    partNumber: index + 1,
    size: text.length,
    etag: 'E',
    crc64: 0n,
    modifiedAt: 0,
    bytes: { kind: 'blob', blob: 'b' },
    checksum: { name: 'crc64nvme', bytes },
  }
}

test('the checksum of a thousand parts is that of their bytes, and other requests run while it is combined', async () => {
  let pauses = 0
  const sleep = async () => {
    pauses += 1
  }
  const upload = { checksum: { name: 'crc64nvme', type: 'FULL_OBJECT' } } as UploadRecord
  const whole = await checksumOfParts({ digests: nodeDigests, sleep }, upload, PartTable.of(texts.map(partOf)))
  const value = createPlainCrc(CRC_PARAMETERS.crc64nvme)(utf8Bytes(texts.join('')))
  assert.equal(Buffer.from(base64Bytes(whole?.value ?? '') ?? []).readBigUInt64BE(), value)
  assert.ok(pauses >= 4, String(pauses))
})
