import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc64 } from '@bindery/bytes'
import { createMemoryBlobStore } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { Scope } from '../scope.js'
import { manifestRows } from '../stored/keyspace.js'
import {
  BUCKET,
  blobCount,
  bytesOf,
  get,
  key,
  named,
  OWNER,
  PLAIN,
  put,
  sourceOf,
  sweepAll,
  testDomain,
} from '../testing.js'
import { type Append, appendObject, sealObject, type WrongPosition } from './append-object.js'
import { copyObject } from './copy-object.js'
import { deleteObject, findObject } from './objects.js'
import { openObject } from './open-object.js'

/** Stores of the kind whose records carry few bytes, and of the kind whose records carry none. */
const KINDS = { 'carried bytes': 4_096, 'no carried bytes': -1 }

const domainWith = (carriedBytesMax: number) => testDomain({ blobs: createMemoryBlobStore({ carriedBytesMax }) })

function append(domain: Domain, position: number, bytes: Uint8Array | string, more: Partial<Append> = {}) {
  const asked = {
    bucket: BUCKET,
    key: key('log'),
    position,
    owner: OWNER,
    description: PLAIN,
    acl: undefined,
    contentMd5: undefined,
    ...more,
  }
  return appendObject(domain, asked, sourceOf(bytes))
}

async function partCount(domain: Domain, name = 'log'): Promise<number> {
  const { manifest } = await findObject(domain, named(name))
  return domain.metadata.read(async (reader) => (await manifestRows.read(reader, { manifest }))?.partCount ?? 0)
}

/** Appends pieces of these sizes one after another; all bytes. */
async function appendAll(domain: Domain, sizes: readonly number[]): Promise<Buffer> {
  const pieces: Buffer[] = []
  let position = 0
  for (const [index, size] of sizes.entries()) {
    const piece = Buffer.alloc(size, `${index} `)
    pieces.push(piece)
    const { size: length } = await append(domain, position, piece)
    position += size
    assert.equal(length, position)
  }
  return Buffer.concat(pieces)
}

for (const [kind, carriedBytesMax] of Object.entries(KINDS)) {
  test(`with ${kind}: appends of all sizes read back as one object, with the CRC-64 of the whole`, async () => {
    const domain = await domainWith(carriedBytesMax)
    const whole = await appendAll(domain, [3, 0, 100, 5_000, 1, 70_000, 4_096, 4_097, 1_100_000, 10])
    assert.deepEqual(await get(domain, 'log'), whole)
    const { crc64: checksum, type, contentMd5 } = await findObject(domain, named('log'))
    assert.deepEqual([checksum, type, contentMd5], [crc64(whole), 'Appendable', undefined])
  })

  test(`with ${kind}: many small appends leave few parts and blobs`, async () => {
    const domain = await domainWith(carriedBytesMax)
    const whole = await appendAll(
      domain,
      Array.from({ length: 280 }, () => 100),
    )
    assert.deepEqual(await get(domain, 'log'), whole)
    assert.ok((await partCount(domain)) < 140)
    await sweepAll(domain)
    assert.ok((await blobCount(domain)) < 140)
    assert.deepEqual(await get(domain, 'log'), whole)
  })

  test(`with ${kind}: deleting the object frees all of it`, async () => {
    const domain = await domainWith(carriedBytesMax)
    await appendAll(domain, [...Array.from({ length: 200 }, () => 100), 1_100_000, 5])
    await deleteObject(domain, named('log'))
    await sweepAll(domain)
    assert.equal(await blobCount(domain), 0)
  })
}

test('large parts are joined once they are a mebibyte together', async () => {
  const domain = await domainWith(-1)
  const whole = await appendAll(domain, [300_000, 300_000, 300_000, 300_000, 2_000_000, 300_000])
  assert.equal(await partCount(domain), 3)
  assert.deepEqual(await get(domain, 'log'), whole)
})

test('D3: a reader that began before appends and joins reads the old bytes, whole, also through a copy', async () => {
  const domain = await domainWith(-1)
  const before = await appendAll(
    domain,
    Array.from({ length: 120 }, () => 100),
  )
  const copy = { bucket: BUCKET, key: key('copy'), owner: OWNER, acl: 'default', forbidOverwrite: false } as const
  await copyObject(domain, { ...copy, source: named('log'), descriptionOf: () => PLAIN })
  for (const name of ['log', 'copy']) {
    const scope = new Scope()
    const pieces = (await openObject(domain, scope, named(name))).read()[Symbol.asyncIterator]()
    const first = await pieces.next()
    assert.equal(first.done, false)
    const read = [Buffer.from(first.value.bytes)]
    first.value.release()
    let position = (await findObject(domain, named('log'))).size
    for (let time = 0; time < 140; time += 1) position = (await append(domain, position, 'x'.repeat(100))).size
    await sweepAll(domain)
    const rest = await bytesOf({ [Symbol.asyncIterator]: () => pieces })
    assert.deepEqual(Buffer.concat([...read, rest]), before, name)
    scope.close()
  }
  await sweepAll(domain)
  assert.deepEqual(await get(domain, 'copy'), before)
})

test('of concurrent appends at one position exactly one wins, small or large', async () => {
  for (const size of [10, 6_000]) {
    const domain = await domainWith(4_096)
    for (const position of [0, size]) {
      const tries = await Promise.allSettled(
        Array.from({ length: 6 }, (_, index) => append(domain, position, Buffer.alloc(size, String(index)))),
      )
      assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1)
      for (const one of tries)
        if (one.status === 'rejected') assert.equal(one.reason.reason, 'positionNotEqualToLength')
    }
    const bytes = await get(domain, 'log')
    assert.equal(bytes.length, 2 * size)
    for (const half of [bytes.subarray(0, size), bytes.subarray(size)]) assert.equal(new Set(half).size, 1)
    await deleteObject(domain, named('log'))
    await sweepAll(domain)
    assert.equal(await blobCount(domain), 0)
  }
})

test('an append elsewhere than at the end, to another type, or after a seal is refused', async () => {
  const domain = await testDomain()
  await assert.rejects(append(domain, 1, 'x'), (error: WrongPosition) => error.length === 0)
  await append(domain, 0, 'abc')
  await assert.rejects(append(domain, 0, 'x'), (error: WrongPosition) => error.length === 3)
  await assert.rejects(sealObject(domain, named('log'), 2), (error: WrongPosition) => error.length === 3)
  const sealedAt = await sealObject(domain, named('log'), 3)
  assert.equal(await sealObject(domain, named('log'), 3), sealedAt)
  await assert.rejects(append(domain, 3, 'x'), { reason: 'appendableSealed' })
  await put(domain, 'log', 'normal')
  await assert.rejects(append(domain, 6, 'x'), { reason: 'objectNotAppendable' })
  await assert.rejects(sealObject(domain, named('none'), 0), { reason: 'noSuchKey' })
})

test('a copy of an appendable object keeps what it copied, is of the type Normal, and does not keep its source from growing', async () => {
  const domain = await testDomain()
  for (const bytes of ['', 'abc']) {
    await append(domain, 0, bytes)
    const copy = { bucket: BUCKET, owner: OWNER, acl: 'default', forbidOverwrite: false, source: named('log') } as const
    const { made } = await copyObject(domain, { ...copy, key: key('copy'), descriptionOf: () => PLAIN })
    assert.deepEqual([made.type, made.size], ['Normal', bytes.length])
    await append(domain, bytes.length, 'more')
    assert.equal((await get(domain, 'copy')).toString(), bytes)
    await deleteObject(domain, named('log'))
    await sweepAll(domain)
    assert.equal((await get(domain, 'copy')).toString(), bytes)
  }
})

test('an appendable object that is copied onto itself can still be appended to', async () => {
  const domain = await testDomain()
  await append(domain, 0, 'abc')
  const headers = { contentType: 'text/plain' }
  const copy = { ...named('log'), owner: OWNER, acl: undefined, forbidOverwrite: false, source: named('log') }
  await copyObject(domain, { ...copy, descriptionOf: () => ({ ...PLAIN, headers }) })
  const record = await append(domain, 3, 'def')
  assert.deepEqual([record.type, record.headers], ['Appendable', headers])
  await sweepAll(domain)
  assert.equal((await get(domain, 'log')).toString(), 'abcdef')
})
