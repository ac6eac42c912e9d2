import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCrcCombine } from './crc-combine.js'
import { CRC_PARAMETERS, createPlainCrc } from './plain-crc.js'
import { utf8Bytes } from './text.js'

test('the CRC of two texts together is combined from that of each', () => {
  const texts = ['', 'a', 'hello s3', 'x'.repeat(1000)].map(utf8Bytes)
  for (const [name, parameters] of Object.entries(CRC_PARAMETERS)) {
    const crc = createPlainCrc(parameters)
    const combine = createCrcCombine(parameters)
    for (const first of texts) {
      for (const second of texts) {
        const together = combine(crc(first), crc(second), second.length)
        assert.equal(together, crc(Uint8Array.of(...first, ...second)), `${name} ${first.length} ${second.length}`)
      }
    }
  }
})
