import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startService } from '@bindery/service/testing'
import type { Client } from '../client.js'
import { serviceTransport } from '../testing/service-transport.js'
import { BUCKET, content, KIB, rejection, startClient } from '../testing/support.js'
import type { Transport } from '../types/client.js'
import type { OssError } from '../types/error.js'

const ENABLE_VERSIONING = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
const INITIATE_WORM =
  '<InitiateWormConfiguration><RetentionPeriodInDays>3</RetentionPeriodInDays></InitiateWormConfiguration>'

test('buckets are created, listed over several pages, described and deleted', async () => {
  const { client } = await startClient()
  for (let index = 0; index < 25; index += 1) await client.createBucket(`b-${String(index).padStart(3, '0')}`)
  await client.createBucket('set', { acl: 'public-read', storageClass: 'IA' })
  const names: string[] = []
  for await (const { name } of client.listBuckets({ prefix: 'b-', pageSize: 10 })) names.push(name)
  assert.equal(names.length, 25)
  assert.deepEqual([names[0], names[24]], ['b-000', 'b-024'])
  const { acl, storageClass, location, versioning } = await client.bucketInfo('set')
  assert.deepEqual([acl, storageClass, location, versioning], ['public-read', 'IA', 'oss-cn-hangzhou', undefined])
  await client.deleteBucket('set')
  assert.equal((await rejection<OssError>(client.bucketInfo('set'))).code, 'NoSuchBucket')
})

test('versions and delete markers are listed by key, the newest first, over several pages', async () => {
  const { client } = await startClient()
  await configure(client, 'PUT', 'versioning', ENABLE_VERSIONING)
  for (const key of ['a', 'b+ %', 'c/d']) for (const size of [1, 2]) await client.put(key, content(size))
  await client.delete('b+ %')
  const listed: string[] = []
  for await (const one of client.listVersions({ pageSize: 2, delimiter: '/' })) {
    listed.push(
      one.kind === 'prefix'
        ? one.prefix
        : `${one.key} ${one.kind === 'version' ? one.size : 'deleted'} ${one.isLatest}`,
    )
  }
  assert.deepEqual(listed, ['a 2 true', 'a 1 false', 'b+ % deleted true', 'b+ % 2 false', 'b+ % 1 false', 'c/'])
})

test('a deletion of many names what a retention policy kept', async () => {
  const { client } = await startClient()
  await configure(client, 'POST', 'worm', INITIATE_WORM)
  await client.put('kept+ %', content(1))
  const { deleted, failed } = await client.delete(['kept+ %', 'missing'])
  assert.deepEqual(deleted, ['missing'])
  assert.deepEqual(
    failed.map(({ key, error }) => [key, error.code]),
    [['kept+ %', 'NotDeleted']],
  )
  assert.equal((await client.head('kept+ %')).size, 1)
})

test('a stream whose bytes are not those of the object ends with ChecksumMismatch', async () => {
  const started = await startService()
  const { client } = await startClient(undefined, {}, started)
  await client.put('k', content(300 * KIB))
  const honest = serviceTransport(started)
  const changing: Transport = {
    async send(request) {
      const response = await honest.send(request)
      return { ...response, body: changed(response.body) }
    },
  }
  const { client: deceived } = await startClient(undefined, { transport: changing }, started)
  const failure = await rejection<OssError>(readAll(deceived.stream({ key: 'k' })))
  assert.equal(failure.code, 'ChecksumMismatch')
  assert.equal((await readAll(client.stream({ key: 'k' }))).length, 300 * KIB)
})

async function configure(client: Client, method: 'PUT' | 'POST', name: string, document: string): Promise<void> {
  const body = new TextEncoder().encode(document)
  const { requester } = client
  await requester.send({
    op: name,
    method,
    bucket: BUCKET,
    query: { [name]: '' },
    body: () => body,
    bodyLength: body.length,
  })
}

async function* changed(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    const copy = Uint8Array.from(piece)
    if (copy[0] !== undefined) copy[0] ^= 1
    yield copy
  }
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}
