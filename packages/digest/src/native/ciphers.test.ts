import assert from 'node:assert/strict'
import { createCipheriv, createHmac, getCiphers } from 'node:crypto'
import { test } from 'node:test'
import { type CipherName, loadNative, type NativeEngine } from './native.js'

const native = loadNative()
const skip = native === undefined && 'the addon was not built'

const content = Uint8Array.from({ length: 300_000 }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24)
const nonce = Uint8Array.from({ length: 12 }, (_, index) => index * 3)
const keys: Readonly<Record<CipherName, Uint8Array>> = {
  'aes-256-gcm': content.subarray(0, 32),
  'sm4-ctr-hmac': content.subarray(0, 48),
}

/** The same texts by node:crypto. */
function expected(name: CipherName, bytes: Uint8Array): { readonly text: Buffer; readonly tag: Buffer } {
  const key = keys[name]
  if (name === 'aes-256-gcm') {
    const cipher = createCipheriv(name, key, nonce)
    return { text: Buffer.concat([cipher.update(bytes), cipher.final()]), tag: cipher.getAuthTag() }
  }
  const text = createCipheriv('sm4-ctr', key.subarray(0, 16), Buffer.concat([nonce, Buffer.alloc(4)])).update(bytes)
  return { text, tag: createHmac('sha256', key.subarray(16)).update(nonce).update(text).digest().subarray(0, 16) }
}

async function withEngine<T>(body: (engine: NativeEngine) => Promise<T>): Promise<T> {
  assert.ok(native)
  const engine = native.createEngine()
  try {
    return await body(engine)
  } finally {
    await engine.close()
  }
}

async function updateAll(cipher: { update(bytes: Uint8Array): Promise<void> }, bytes: Uint8Array, cuts: number[]) {
  const edges = [0, ...cuts.filter((cut) => cut < bytes.length), bytes.length]
  for (const [index, start] of edges.slice(0, -1).entries())
    await cipher.update(bytes.subarray(start, edges[index + 1]))
}

test('the addon runs all ciphers that OpenSSL has', { skip }, () =>
  withEngine(async ({ ciphers }) => {
    assert.ok(ciphers.includes('aes-256-gcm'))
    assert.equal(ciphers.includes('sm4-ctr-hmac'), getCiphers().includes('sm4-ctr'))
  }),
)

test('texts of all lengths, cut anywhere, are encrypted as by node:crypto, and decrypted again', { skip }, () =>
  withEngine(async (engine) => {
    for (const name of engine.ciphers) {
      for (const length of [0, 1, 15, 16, 17, 64, 1_000, 16_383, 16_384, 100_001, content.length]) {
        const plain = content.subarray(0, length)
        const { text, tag } = expected(name, plain)
        for (const cuts of [[], [1], [16, 33, 20_000, 20_001, 90_000], [length - 1]]) {
          const bytes = Uint8Array.from(plain)
          const encryption = engine.createCipher(name, true, keys[name], nonce)
          await updateAll(encryption, bytes, cuts)
          assert.ok(text.equals(bytes), `${name}, ${length} bytes`)
          assert.deepEqual(Buffer.from(encryption.finish()), tag)
          const decryption = engine.createCipher(name, false, keys[name], nonce)
          await updateAll(
            decryption,
            bytes,
            cuts.toReversed().toSorted((a, b) => a - b),
          )
          assert.ok(Buffer.compare(bytes, plain) === 0)
          assert.equal(decryption.verify(tag), true)
        }
      }
    }
  }),
)

test('a changed tag, text, key or nonce is not verified', { skip }, () =>
  withEngine(async (engine) => {
    for (const name of engine.ciphers) {
      const { text, tag } = expected(name, content)
      const verify = async (bytes: Uint8Array, key = keys[name], nonceUsed = nonce, tagUsed: Uint8Array = tag) => {
        const decryption = engine.createCipher(name, false, key, nonceUsed)
        await decryption.update(Uint8Array.from(bytes))
        return decryption.verify(tagUsed)
      }
      assert.equal(await verify(text), true)
      const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))
      for (const at of [0, 100_000, text.length - 1]) assert.equal(await verify(flipped(text, at)), false)
      assert.equal(await verify(text.subarray(1)), false)
      assert.equal(await verify(text, flipped(keys[name], keys[name].length - 1)), false)
      assert.equal(await verify(text, keys[name], flipped(nonce, 11)), false)
      assert.equal(await verify(text, keys[name], nonce, flipped(tag, 15)), false)
      assert.equal(await verify(text, keys[name], nonce, tag.subarray(1)), false)
    }
  }),
)

test('many texts are encrypted at once, each with its own state', { skip }, () =>
  withEngine(async (engine) => {
    await Promise.all(
      Array.from({ length: 600 }, async (_, index) => {
        const name = engine.ciphers[index % engine.ciphers.length] ?? 'aes-256-gcm'
        const plain = content.subarray(index, index + 20_000 + index)
        const bytes = Uint8Array.from(plain)
        const cipher = engine.createCipher(name, true, keys[name], nonce)
        await updateAll(cipher, bytes, [17_000])
        const { text, tag } = expected(name, plain)
        assert.ok(text.equals(bytes))
        assert.deepEqual(Buffer.from(cipher.finish()), tag)
      }),
    )
  }),
)
