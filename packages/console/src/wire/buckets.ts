import { all, textOf } from '@bindery/client/xml'
import { send, sendForJson, sendForXml } from './request.js'

/** A bucket as it is listed. */
export interface BucketEntry {
  readonly name: string
  /** Milliseconds since 1970. */
  readonly created: number
  readonly storageClass: string
}

/** Lists the buckets of the account by name. Throws ServerError. */
export async function listBuckets(signal?: AbortSignal): Promise<readonly BucketEntry[]> {
  const found: BucketEntry[] = []
  let marker = ''
  for (;;) {
    const query = { 'max-keys': '1000', ...(marker === '' ? {} : { marker }) }
    const root = await sendForXml({ method: 'GET', query, signal })
    for (const one of all(all(root, 'Buckets')[0], 'Bucket')) {
      found.push({
        name: textOf(one, 'Name') ?? '',
        created: Date.parse(textOf(one, 'CreationDate') ?? ''),
        storageClass: textOf(one, 'StorageClass') ?? '',
      })
    }
    marker = textOf(root, 'NextMarker') ?? ''
    if (textOf(root, 'IsTruncated') !== 'true' || marker === '') return found
  }
}

/** The contents of a bucket in numbers. Sizes in bytes. */
export interface BucketUsage {
  readonly name: string
  readonly objects: number
  readonly objectBytes: number
  readonly uploads: number
  readonly parts: number
  readonly partBytes: number
}

/** Usage of the account's buckets, and what waits to be freed in the whole server. */
export interface StoreStatus {
  readonly garbage: { readonly bytes: number; readonly rows: number; readonly isTruncated: boolean }
  readonly buckets: readonly BucketUsage[]
}

/** Throws ServerError. */
export function storeStatus(signal?: AbortSignal): Promise<StoreStatus> {
  return sendForJson<StoreStatus>({ method: 'GET', query: { 'x-oss-ext-status': '' }, signal })
}

/** The canned ACLs. */
export type Acl = 'private' | 'public-read' | 'public-read-write'

/** Throws ServerError. */
export async function createBucket(bucket: string, acl: Acl): Promise<void> {
  await send({ method: 'PUT', bucket, headers: { 'x-oss-acl': acl } })
}

/** Deletes an empty bucket. Throws ServerError BucketNotEmpty. */
export async function deleteBucket(bucket: string): Promise<void> {
  await send({ method: 'DELETE', bucket })
}

/** Settings of a bucket that its listing lacks. */
export interface BucketFacts {
  readonly acl: string
  /** `Enabled` or `Suspended`; empty where it was never enabled. */
  readonly versioning: string
  /** Those of its lifecycle; 0 too for someone who may not read them. */
  readonly rules: number
}

/** Throws ServerError. */
export async function readBucketFacts(bucket: string, signal?: AbortSignal): Promise<BucketFacts> {
  const [root, rules] = await Promise.all([
    sendForXml({ method: 'GET', bucket, query: { bucketInfo: '' }, signal }),
    sendForXml({ method: 'GET', bucket, query: { lifecycle: '' }, signal }).catch(() => undefined),
  ])
  const info = all(root, 'Bucket')[0]
  return {
    rules: rules === undefined ? 0 : all(rules, 'Rule').length,
    acl: textOf(all(info, 'AccessControlList')[0], 'Grant') ?? '',
    versioning: textOf(info, 'Versioning') ?? '',
  }
}

/** Throws ServerError. */
export async function readBucketAcl(bucket: string, signal?: AbortSignal): Promise<Acl> {
  const root = await sendForXml({ method: 'GET', bucket, query: { acl: '' }, signal })
  return (textOf(all(root, 'AccessControlList')[0], 'Grant') ?? 'private') as Acl
}

/** Throws ServerError. */
export async function writeBucketAcl(bucket: string, acl: Acl): Promise<void> {
  await send({ method: 'PUT', bucket, query: { acl: '' }, headers: { 'x-oss-acl': acl } })
}
