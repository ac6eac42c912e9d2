import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { KeyRing, type MasterKey, masterKeyOf } from '@bindery/encryption'
import type { EncryptionChoice } from '@bindery/service'
import { createKeyService } from './key-service.js'

const MANIFEST = 'A'.repeat(32)
const master = (fill: number): MasterKey => masterKeyOf(new Uint8Array(32).fill(fill))

/** A service over a ring of one key, which a test may exchange. */
function started(masters: readonly [MasterKey, ...MasterKey[]] = [master(1)]) {
  const { ring, key } = new KeyRing().with('', { master: masters[0], now: 0, random: randomBytes })
  const state = { ring }
  return { state, key, service: createKeyService({ masters, ring: async () => state.ring, random: randomBytes }) }
}

type Service = ReturnType<typeof started>['service']

async function isSameKey(service: Service, choice: EncryptionChoice, other: Service = service): Promise<boolean> {
  const { encryption, cipher } = await service.create(choice, MANIFEST)
  const opened = await other.open(encryption, MANIFEST)
  const bytes = [Buffer.from('the same bytes'), Buffer.from('the same bytes')] as const
  await cipher.forBlob('name').encrypt(0).update(bytes[0])
  await opened.forBlob('name').encrypt(0).update(bytes[1])
  return bytes[0].equals(bytes[1])
}

test('a data key opens for its own manifest only', async () => {
  const { service } = started()
  for (const choice of [{ algorithm: 'AES256' }, { algorithm: 'SM4' }, { algorithm: 'KMS' }] as const) {
    assert.ok(await isSameKey(service, choice))
    const { encryption } = await service.create(choice, MANIFEST)
    await assert.rejects(service.open(encryption, 'B'.repeat(32)), { reason: 'encryptionKeyForbidden' })
  }
})

test('a data key of KMS is bound to the text of its writer, and another opens nothing', async () => {
  const { service } = started()
  const choice = { algorithm: 'KMS', context: '{"a":"b"}' } as const
  assert.ok(await isSameKey(service, choice))
  const { encryption } = await service.create(choice, MANIFEST)
  for (const context of ['{"a":"c"}', '']) {
    await assert.rejects(service.open({ ...encryption, context }, MANIFEST), { reason: 'encryptionKeyForbidden' })
  }
  const { context: _, ...without } = encryption
  await assert.rejects(service.open(without, MANIFEST), { reason: 'encryptionKeyForbidden' })
  const moved = await service.rewrap(encryption, MANIFEST, { algorithm: 'KMS' })
  assert.equal(moved.context, undefined)
  await service.open(moved, MANIFEST)
})

test("a customer's key opens what it wraps, with and without another, and leaves nothing of itself", async () => {
  const { service } = started()
  const [own, source] = [randomBytes(32), randomBytes(32)]
  const choice = { algorithm: 'customer' } as const
  const both = service.withCustomerKeys({ own, source })
  assert.ok(await isSameKey(service.withCustomerKeys({ own }), choice))
  assert.ok(await isSameKey(service.withCustomerKeys({ own: source }), choice, both))
  const { encryption } = await service.withCustomerKeys({ own }).create(choice, MANIFEST)
  assert.ok(!Buffer.from(encryption.dataKey).includes(masterKeyOf(own).id, 'hex'))
  await assert.rejects(service.open(encryption, MANIFEST), { reason: 'customerKeyNeeded' })
  await assert.rejects(service.create(choice, MANIFEST), { reason: 'customerKeyNeeded' })
  const wrong = service.withCustomerKeys({ own: source })
  await assert.rejects(wrong.open(encryption, MANIFEST), { reason: 'customerKeyWrong' })
  const moved = await both.rewrap(encryption, MANIFEST, { algorithm: 'AES256' })
  assert.equal(moved.algorithm, 'AES256')
  await service.open(moved, MANIFEST)
})

test('KMS without a key id uses the default key, and names it', async () => {
  const { service, key } = started()
  const { encryption } = await service.create({ algorithm: 'KMS', dataEncryption: 'SM4' }, MANIFEST)
  assert.deepEqual(
    { ...encryption, dataKey: undefined },
    {
      algorithm: 'KMS',
      keyId: key.id,
      dataEncryption: 'SM4',
      dataKey: undefined,
    },
  )
  const unknown = service.create({ algorithm: 'KMS', keyId: 'none' }, MANIFEST)
  await assert.rejects(unknown, { reason: 'encryptionKeyNotFound' })
})

test('a disabled key neither wraps nor opens, until it is enabled again', async () => {
  const { service, key, state } = started()
  const { encryption } = await service.create({ algorithm: 'KMS' }, MANIFEST)
  state.ring = state.ring.withState(key.id, 'disabled')
  await assert.rejects(service.open(encryption, MANIFEST), { reason: 'encryptionKeyForbidden' })
  await assert.rejects(service.create({ algorithm: 'KMS' }, MANIFEST), { reason: 'encryptionKeyForbidden' })
  assert.ok(await isSameKey(service, { algorithm: 'AES256' }))
  state.ring = state.ring.withState(key.id, 'enabled')
  await service.open(encryption, MANIFEST)
})

test('after a rotation old data keys open, and can be wrapped again without another cipher', async () => {
  const { service, key, state } = started()
  const { encryption } = await service.create({ algorithm: 'KMS' }, MANIFEST)
  state.ring = state.ring.withNewVersion(key.id, { master: master(1), now: 1, random: randomBytes })
  await service.open(encryption, MANIFEST)
  const renewed = await service.rewrap(encryption, MANIFEST, { algorithm: 'KMS' })
  assert.notDeepEqual(renewed.dataKey.subarray(1, 9), encryption.dataKey.subarray(1, 9))
  await service.open(renewed, MANIFEST)
})

test('a key under another master key opens as long as that is kept', async () => {
  const old = started([master(1)])
  const both = createKeyService({
    masters: [master(2), master(1)],
    ring: async () => old.state.ring,
    random: randomBytes,
  })
  const only = createKeyService({ masters: [master(2)], ring: async () => old.state.ring, random: randomBytes })
  for (const choice of [{ algorithm: 'AES256' }, { algorithm: 'KMS' }] as const) {
    assert.ok(await isSameKey(old.service, choice, both))
    const { encryption } = await old.service.create(choice, MANIFEST)
    await assert.rejects(only.open(encryption, MANIFEST), { reason: 'encryptionKeyForbidden' })
    const renewed = await both.rewrap(encryption, MANIFEST, { algorithm: 'AES256' })
    await only.open(renewed, MANIFEST)
  }
})
