/** A whole service on the local engines, whose disk can be made to fail. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { BUCKET, call, initiate, type StartedService, startWithBucket, uploadPart } from '@bindery/service/testing'
import { openLocalBlobStore, openLocalMetadataStore } from '@bindery/storage-local'
import { atEnd } from '../../support/at-end.mjs'
import { FaultyFiles } from './faulty-files.js'

/** One buffer for writing and one for reading: a buffer that is not returned blocks every request. */
const BUFFER_BYTES = 2 * 1024 * 1024

export interface World {
  readonly started: StartedService
  readonly files: FaultyFiles
}

/** Everything is removed when the test ends. */
export async function createWorld(t: TestContext, options: Parameters<typeof startWithBucket>[0] = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'bindery-faults-'))
  const files = new FaultyFiles()
  const metadata = await openLocalMetadataStore({ folder })
  const blobs = await openLocalBlobStore({
    folder: join(folder, 'blobs'),
    incarnation: 'a0',
    bufferBytes: BUFFER_BYTES,
    files: files.operations,
  })
  atEnd(t, async () => {
    files.faults = {}
    await blobs.close()
    await metadata.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { started: await startWithBucket({ ...options, metadata, blobs }), files }
}

/** Small enough for a pack. */
export const SMALL = Buffer.alloc(200_000, 'small')
/** Large enough for its own file of several chunks. */
export const LARGE = Buffer.alloc(3 * 1024 * 1024 + 5, 'large')

/** Requests that write bytes. */
export const WRITES = {
  'PutObject of a small object': ({ started }) => put(started, 'new', SMALL),
  'PutObject of a large object': ({ started }) => put(started, 'new', LARGE),
  UploadPart: async ({ started }) => {
    const uploadId = await initiate(started, 'new')
    const answer = await uploadPart(started, 'new', uploadId, 1, LARGE)
    await call(started, { method: 'DELETE', bucket: BUCKET, key: 'new', query: { uploadId } })
    return answer
  },
  'UploadPartCopy of a small range': async ({ started }) => {
    const uploadId = await initiate(started, 'new')
    const query = { uploadId, partNumber: '1' }
    const headers = { 'x-oss-copy-source': `/${BUCKET}/large`, 'x-oss-copy-source-range': 'bytes=5-50000' }
    const answer = await call(started, { method: 'PUT', bucket: BUCKET, key: 'new', query, headers })
    await call(started, { method: 'DELETE', bucket: BUCKET, key: 'new', query: { uploadId } })
    return answer
  },
} as const satisfies Record<string, (world: World) => ReturnType<typeof call>>

/** Requests that read bytes of existing objects. */
export const READS = {
  'GetObject of a small object': ({ started }) => get(started, 'small'),
  'GetObject of a large object': ({ started }) => get(started, 'large'),
  'GetObject of a range': ({ started }) =>
    call(started, { method: 'GET', bucket: BUCKET, key: 'large', headers: { range: 'bytes=2000000-2000009' } }),
} as const satisfies Record<string, (world: World) => ReturnType<typeof call>>

export async function prepare({ started }: World): Promise<void> {
  for (const [key, body] of [
    ['small', SMALL],
    ['large', LARGE],
  ] as const) {
    const { status, text } = await put(started, key, body)
    if (status !== 200) throw new Error(text)
  }
}

export const put = (started: StartedService, key: string, body: Buffer) =>
  call(started, { method: 'PUT', bucket: BUCKET, key, body })

export const get = (started: StartedService, key: string) => call(started, { method: 'GET', bucket: BUCKET, key })
