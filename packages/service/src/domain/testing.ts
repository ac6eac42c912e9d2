/** A domain on memory engines, with a clock and a source of ids of its own, for the tests of this folder. */
import { createHash, createHmac } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type BucketName, bucketName, type Digests, type ObjectKey, objectKey } from '@bindery/protocol'
import {
  type BlobStore,
  type ByteSource,
  createMemoryBlobStore,
  createMemoryMetadataStore,
  createRandom,
  type LentBytes,
  type MetadataStore,
  type Reader,
} from '@bindery/storage'
import { createBucket, readBucket } from './buckets/buckets.js'
import { RowCluster, type RowClusterOptions } from './cluster/row-cluster.js'
import { createDomain, type Domain } from './domain.js'
import { readCurrent, removeCurrent } from './objects/current.js'
import { type NewObject, putObject } from './objects/objects.js'
import { openObject } from './objects/open-object.js'
import { keep } from './objects/versions.js'
import { withScope } from './scope.js'
import { bucketRows, partRows } from './stored/keyspace.js'
import type { ObjectDescription, ObjectName, PartRecord, Version, VersionId } from './stored/model.js'
import { Sweeper } from './upkeep/sweeper.js'
import { type Completion, completeUpload } from './uploads/complete.js'
import { initiateUpload, readPartRows, storePart } from './uploads/uploads.js'

export const BUCKET: BucketName = bucketName('bkt')
export const OWNER = '1000000000000001'
export const PLAIN: ObjectDescription = { headers: {}, userMetadata: {}, tagging: [] }

export const nodeDigests: Digests = {
  begin: (algorithm) => createHash(algorithm),
  md5: (data) => createHash('md5').update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  hmacSha1: (key, data) => createHmac('sha1', key).update(data).digest(),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
}

/** The stores of a domain, and its membership. */
export interface TestStores extends Partial<Pick<RowClusterOptions, 'uptime' | 'sleep' | 'nudge'>> {
  readonly metadata?: MetadataStore
  readonly blobs?: BlobStore
  /** Determines the ids that it makes: domains on the same stores need different ones. Default: 1. */
  readonly seed?: number
}

export type TestDomain = Domain & { readonly cluster: RowCluster }

/** A domain with one bucket, in a process for which no time passes by default. Each transaction's body runs twice. */
export async function testDomain(stores: TestStores = {}): Promise<TestDomain> {
  const { metadata = createMemoryMetadataStore({ runBodiesTwice: true }), blobs = createMemoryBlobStore() } = stores
  const cluster = await joinCluster({ ...stores, metadata, incarnation: blobs.incarnation })
  const random = createRandom(stores.seed ?? 1)
  let now = Date.UTC(2026, 0, 5, 8)
  const domain = createDomain({
    metadata,
    blobs,
    cluster,
    digests: nodeDigests,
    clock: () => (now += 1000),
    sleep: async (milliseconds) => {
      now += milliseconds
    },
    random: (bytes) => Uint8Array.from({ length: bytes }, () => random.below(256)),
    receiptMs: 86_400_000,
    strict: false,
  })
  await createBucket(domain, { name: BUCKET, owner: OWNER })
  return { ...domain, cluster }
}

/** A domain in another process on the same stores. */
export async function heirOf(domain: Domain, incarnation = 'ffffffffffffffff'): Promise<TestDomain> {
  const cluster = await joinCluster({ metadata: domain.metadata, incarnation })
  return { ...domain, blobs: { ...domain.blobs, incarnation }, cluster }
}

function joinCluster(
  options: Pick<RowClusterOptions, 'metadata' | 'incarnation'> & Partial<RowClusterOptions>,
): Promise<RowCluster> {
  return RowCluster.join({ clock: () => 0, uptime: () => 0, sleep: () => nextTurn(), ...options })
}

/** A source of these bytes. */
export function sourceOf(bytes: Uint8Array | string): ByteSource {
  const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  let at = 0
  return {
    size: all.length,
    ready: async () => {},
    read: async (buffer) => {
      const piece = all.subarray(at, at + buffer.length)
      buffer.set(piece)
      at += piece.length
      return piece.length
    },
  }
}

export async function bytesOf(pieces: AsyncIterable<LentBytes>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const { bytes, release } of pieces) {
    parts.push(Buffer.from(bytes))
    release()
  }
  return Buffer.concat(parts)
}

export const key = (name: string): ObjectKey => objectKey(name)
/** The name of an object in the test bucket. */
export const named = (name: string): ObjectName => ({ bucket: BUCKET, key: key(name) })

/** Adds buckets like the first one, of another owner: more than 2,500 are more than one read may see. */
export async function addBuckets(domain: Domain, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => bucketName(`many-${index}`))
  for (let start = 0; start < count; start += 400) {
    await domain.metadata.transact(async (tx) => {
      const record = await readBucket(domain, tx, BUCKET)
      for (const name of names.slice(start, start + 400)) {
        bucketRows.set(tx, { bucket: name }, { ...record, name, owner: `${OWNER}0` })
      }
    })
  }
}

export function put(domain: Domain, name: string, bytes: Uint8Array | string, more: Partial<NewObject> = {}) {
  const object = {
    bucket: BUCKET,
    key: key(name),
    owner: OWNER,
    description: PLAIN,
    acl: 'default',
    forbidOverwrite: false,
    contentMd5: undefined,
    ...more,
  } as const
  return putObject(domain, object, sourceOf(bytes))
}

export async function get(domain: Domain, name: string): Promise<Buffer> {
  return withScope(async (scope) => bytesOf((await openObject(domain, scope, named(name))).read()))
}

export async function initiate(domain: Domain, name: string, { sequential = false } = {}): Promise<string> {
  const { uploadId } = await initiateUpload(domain, {
    bucket: BUCKET,
    key: key(name),
    initiator: OWNER,
    owner: OWNER,
    description: PLAIN,
    sequential,
    forbidOverwrite: false,
  })
  return uploadId
}

/** Stores a part in the way of a process that dies after its commit: an upload that the part makes whole stays open. */
export function part(domain: Domain, name: string, uploadId: string, partNumber: number, bytes: Uint8Array | string) {
  const place = { bucket: BUCKET, key: key(name), uploadId, partNumber, contentMd5: undefined }
  return storePart(domain, place, sourceOf(bytes))
}

/** Completes an upload, by default with all its parts. */
export function complete(domain: Domain, name: string, uploadId: string, more: Partial<Completion> = {}) {
  const completion = {
    bucket: BUCKET,
    key: key(name),
    uploadId,
    parts: 'all',
    acl: 'default',
    forbidOverwrite: false,
    requester: OWNER,
    ...more,
  } as const
  return completeUpload(domain, completion)
}

/** At most `limit` parts of a manifest with numbers above `after`, as they are stored. */
export async function readParts(reader: Reader, manifest: string, after: number, limit: number): Promise<PartRecord[]> {
  const rows = await readPartRows(reader, manifest, after, limit)
  return rows.map((row) => partRows.decodeRow(row))
}

/** Makes the current version of a key one that is not current, at a place. */
export async function keepAsVersion(domain: Domain, names: ObjectName & Pick<Version, 'place'>, id: VersionId) {
  await domain.metadata.transact(async (tx) => {
    const record = await readCurrent(tx, names)
    if (record === undefined) throw new Error(`there is no object ${names.key}`)
    keep(tx, names, { ...record, version: { id, place: names.place } })
    removeCurrent(tx, names)
  })
}

/** Sweeps until nothing is left to do at once. */
export async function sweepAll(domain: Domain, sweeper = new Sweeper(domain)): Promise<number> {
  let freed = 0
  for (;;) {
    const report = await sweeper.sweep()
    freed += report.freed
    if (!report.more && report.freed === 0) return freed
  }
}

export async function blobCount({ blobs }: Domain): Promise<number> {
  let blobsSeen = 0
  for await (const _ of blobs.list()) blobsSeen += 1
  return blobsSeen
}
