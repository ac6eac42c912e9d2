/** Reading an object's bytes: all from the version that was named when it was opened, whatever happens meanwhile. */
import {
  type Awaitable,
  andThen,
  type BlobCipher,
  type BlobId,
  type ByteRange,
  type LentBytes,
  type PassableBytes,
} from '@bindery/storage'
import type { BucketAndMore, ReadMore } from '../buckets/buckets.js'
import { cipherFor } from '../bytes/encryption.js'
import { readManifest } from '../bytes/manifest-bytes.js'
import type { RegisteredRead } from '../bytes/reads.js'
import type { Domain } from '../domain.js'
import type { Scope } from '../scope.js'
import type { DeleteMarker, ObjectName, ObjectRecord } from '../stored/model.js'
import { requireObject } from './current.js'
import { findBucketAndObject } from './objects.js'

/** Resolves with how many bytes may be read next, at most `wanted` and at least one, when they may be. */
export type TakeBytes = (wanted: number) => Promise<number>

/** An object whose bytes stay until the scope in which it was opened closes. */
export interface OpenObject {
  readonly record: ObjectRecord
  /**
   * The bytes of a range, by default all, in order; to be read while the scope is open. With `take` they are read as
   * they are granted, so that nothing is lent while they are waited for.
   */
  read(range?: ByteRange, take?: TakeBytes): AsyncIterable<LentBytes>
  /**
   * The bytes of a range, by default all, if they need no waiting: those that came with the record, or lent; otherwise
   * undefined.
   */
  readNow(range?: ByteRange): Uint8Array | LentBytes | undefined
  /** The bytes of a range, by default all, if the first of them can go from the system's memory to a socket; to be read while the scope is open. */
  passNow(range?: ByteRange): PassableBytes | undefined
}

/** Opens the version that a name denotes; its bytes stay until the scope closes. Throws noSuchKey, noSuchVersion. */
export async function openObject(domain: Domain, scope: Scope, name: ObjectName): Promise<OpenObject> {
  const registered = domain.cluster.reads.begin(scope)
  const record = await domain.metadata.read((reader) => requireObject(reader, name))
  return openRecord(domain, registered, record)
}

/** A bucket and one object in it, from one state of the store, the object open. */
export interface BucketAndOpenObject<T> extends BucketAndMore<T> {
  /** Undefined where the bucket holds no such object. */
  readonly object: OpenObject | undefined
  /** The delete marker that the name leads to. */
  readonly marker: DeleteMarker | undefined
}

/** Finds a bucket and opens an object in it, in one read. Throws noSuchBucket. */
export function openBucketAndObject<T>(
  domain: Domain,
  scope: Scope,
  name: ObjectName,
  readMore: ReadMore<T>,
): Awaitable<BucketAndOpenObject<T>> {
  const registered = domain.cluster.reads.begin(scope)
  return andThen(findBucketAndObject(domain, name, readMore), ({ bucket, object, marker, more }) => ({
    bucket,
    more,
    marker,
    object: object && openRecord(domain, registered, object),
  }))
}

/** Opens an object that was opened before, if `isCurrent` finds its record unchanged in the store; otherwise undefined. */
export function openAgain(
  domain: Domain,
  scope: Scope,
  record: ObjectRecord,
  isCurrent: () => boolean,
): OpenObject | undefined {
  const registered = domain.cluster.reads.begin(scope)
  return isCurrent() ? openRecord(domain, registered, record) : undefined
}

/** Opens an object whose record was read after `registered` began. */
function openRecord(domain: Domain, registered: RegisteredRead, record: ObjectRecord): OpenObject {
  registered.uses(record.manifest)
  return {
    record,
    read: (range = { start: 0, end: record.size }, take = undefined) =>
      take === undefined ? readBytes(domain, record, range) : readAsGranted(domain, record, range, take),
    readNow: (range = { start: 0, end: record.size }) => readNow(domain, record, range),
    passNow: (range = { start: 0, end: record.size }) => passNow(domain, record, range),
  }
}

/** The bytes that came with records, as long as these are kept. */
const carriedBytes = new WeakMap<ObjectRecord, Uint8Array>()

function readNow(
  { blobs }: Domain,
  record: ObjectRecord,
  { start, end }: ByteRange,
): Uint8Array | LentBytes | undefined {
  const { bytes, encryption } = record
  if (bytes.kind !== 'blob' || encryption !== undefined) return undefined
  const carried = carriedBytes.get(record) ?? blobs.carried?.(bytes.blob)
  if (carried === undefined) return start < end ? blobs.readNow?.(bytes.blob, { start, end }) : undefined
  carriedBytes.set(record, carried)
  return end - start === carried.length ? carried : carried.subarray(start, end)
}

function passNow({ blobs }: Domain, { bytes, encryption }: ObjectRecord, range: ByteRange): PassableBytes | undefined {
  if (bytes.kind !== 'blob' || encryption !== undefined) return undefined
  return blobs.passNow?.(bytes.blob, range)
}

function readBytes(domain: Domain, record: ObjectRecord, range: ByteRange): AsyncIterable<LentBytes> {
  const { bytes, manifest, encryption } = record
  if (bytes.kind === 'manifest') return readManifest(domain, manifest, range, encryption)
  if (encryption === undefined) return domain.blobs.read(bytes.blob, range)
  return readEncrypted(domain, bytes.blob, range, cipherFor(domain, encryption, manifest))
}

async function* readEncrypted(
  { blobs }: Domain,
  blob: BlobId,
  range: ByteRange,
  cipher: Awaitable<BlobCipher | undefined>,
): AsyncGenerator<LentBytes> {
  yield* blobs.read(blob, range, { cipher: await cipher })
}

async function* readAsGranted(
  domain: Domain,
  record: ObjectRecord,
  { start, end }: ByteRange,
  take: TakeBytes,
): AsyncGenerator<LentBytes> {
  for (let at = start; at < end; ) {
    const next = at + (await take(end - at))
    yield* readBytes(domain, record, { start: at, end: next })
    at = next
  }
}
