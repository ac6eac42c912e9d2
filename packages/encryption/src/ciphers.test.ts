import assert from 'node:assert/strict'
import { createCipheriv, hkdfSync } from 'node:crypto'
import { test } from 'node:test'
import { decryptChunk, encryptChunk, StorageError } from '@bindery/storage'
import { createBlobCipher } from './blob-cipher.js'
import { availableCiphers, beginHere, beginText, KEY_BYTES, nonceOf } from './text-cipher.js'

const content = Uint8Array.from({ length: 200_000 }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24)
const dataKey = content.subarray(1_000, 1_032)

test('AES-256-GCM gives the published text and tag, piece by piece', async () => {
  // McGrew and Viega, test case 15
  const key = Buffer.from('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308', 'hex')
  const nonce = Buffer.from('cafebabefacedbaddecaf888', 'hex')
  const plain =
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255'
  const bytes = Buffer.from(plain, 'hex')
  for (const begin of [beginText, beginHere]) {
    const text = Buffer.from(bytes)
    const cipher = begin('aes-256-gcm', true, key, nonce)
    await cipher.update(text.subarray(0, 5))
    await cipher.update(text.subarray(5))
    assert.equal(
      text.toString('hex'),
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad',
    )
    assert.equal(Buffer.from(cipher.finish()).toString('hex'), 'b094dac5d93471bdec1a502270e3cc6c')
  }
})

test('SM4 in counter mode encrypts as the published block cipher does', { skip: !hasSm4() }, async () => {
  // GB/T 32907-2016, A.1: one block
  const key = Buffer.from('0123456789abcdeffedcba9876543210', 'hex')
  const block = createCipheriv('sm4-ecb', key, null).update(key)
  assert.equal(block.toString('hex'), '681edf34d206965e86b3e94f536e4246')
  const stream = createCipheriv('sm4-ecb', key, null).update(Buffer.concat([nonceOf(7), Buffer.alloc(4)]))
  for (const begin of [beginText, beginHere]) {
    const text = Buffer.alloc(16)
    await begin('sm4-ctr-hmac', true, Buffer.concat([key, Buffer.alloc(32)]), nonceOf(7)).update(text)
    assert.deepEqual(text, stream)
  }
})

function hasSm4(): boolean {
  return availableCiphers().includes('sm4-ctr-hmac')
}

for (const name of availableCiphers()) {
  test(`${name} by the addon and by node:crypto are the same`, async () => {
    const key = content.subarray(0, KEY_BYTES[name])
    for (const length of [0, 1, 17, 20_000, content.length]) {
      const [native, here] = [content.slice(0, length), content.slice(0, length)]
      const ciphers = [beginText(name, true, key, nonceOf(3)), beginHere(name, true, key, nonceOf(3))] as const
      await ciphers[0].update(native)
      for (let at = 0; at < length; at += 70_000) await ciphers[1].update(here.subarray(at, at + 70_000))
      assert.deepEqual(native, here)
      const tag = ciphers[0].finish()
      assert.deepEqual(Buffer.from(tag), Buffer.from(ciphers[1].finish()))
      for (const begin of [beginText, beginHere]) {
        const text = native.slice()
        const decryption = begin(name, false, key, nonceOf(3))
        await decryption.update(text)
        assert.equal(decryption.verify(tag), true)
        assert.deepEqual(text, content.slice(0, length))
        const changed = begin(name, false, key, nonceOf(3))
        await changed.update(native.map((byte, index) => (index === length - 1 ? byte ^ 1 : byte)))
        assert.equal(changed.verify(tag), length === 0)
      }
    }
  })

  test(`chunks of a blob under ${name} are decrypted alone, also from an offset on`, async () => {
    const chunk = content.slice()
    const cipher = createBlobCipher(name, dataKey).forBlob('f00d-000000000001')
    const tag = await encryptChunk(cipher, 5, chunk)
    assert.notDeepEqual(chunk, content)
    const whole = chunk.slice()
    assert.equal(await decryptChunk(createBlobCipher(name, dataKey).forBlob('f00d-000000000001'), 5, whole, tag), true)
    assert.deepEqual(whole, content)
    for (const offset of [16, 65_536, 131_072]) {
      const rest = chunk.slice(offset)
      const decryption = cipher.decrypt(5, offset)
      await decryption.update(rest.subarray(0, 100))
      await decryption.update(rest.subarray(100))
      assert.deepEqual(rest, content.slice(offset))
      assert.equal(await decryption.verify(tag), false, 'what was not read from its beginning cannot be verified')
    }
  })

  test(`under ${name} every blob and every chunk has another key stream`, async () => {
    const seen = new Set<string>()
    for (const key of [dataKey, content.subarray(0, 32)]) {
      for (const blob of ['f00d-000000000001', 'f00d-000000000002']) {
        for (const index of [0, 1, 2]) {
          const zeros = new Uint8Array(64)
          await encryptChunk(createBlobCipher(name, key).forBlob(blob), index, zeros)
          seen.add(Buffer.from(zeros).toString('hex'))
        }
      }
    }
    assert.equal(seen.size, 12)
  })
}

test('the key of a blob is as the page on the format describes', async () => {
  const info = 'bindery blob\0aes-256-gcm f00d-000000000001'
  const key = new Uint8Array(hkdfSync('sha256', dataKey, '', info, 32))
  const expected = createCipheriv('aes-256-gcm', key, Buffer.from('000000000000000000000009', 'hex')).update('abc')
  const bytes = Buffer.from('abc')
  await encryptChunk(createBlobCipher('aes-256-gcm', dataKey).forBlob('f00d-000000000001'), 9, bytes)
  assert.deepEqual(bytes, expected)
})

test('a cipher that this Node.js lacks is refused by name', () => {
  assert.throws(
    () => beginHere('rot13' as 'aes-256-gcm', true, content.subarray(0, 32), nonceOf(0)),
    (error) => error instanceof StorageError && error.kind === 'misuse' && /rot13/.test(error.message),
  )
})
