/** OSS's operations on buckets, one function per operation. */
import { utf8Bytes } from '@bindery/bytes'
import type { BucketInfo, BucketOptions, ListedBucket, ListedVersion } from '../types/bucket.js'
import type { ListOptions } from '../types/object.js'
import { decoded, drain } from './multipart.js'
import { bareEtag } from './object-headers.js'
import type { Requester } from './requester.js'
import { all, type Element, escapeXml, parseXml, textOf } from './xml.js'

/** Lists the buckets of the requester by name, page by page while they are consumed. Throws OssError. */
export async function* listBuckets(
  requester: Requester,
  { prefix = '', pageSize = 100 }: { readonly prefix?: string; readonly pageSize?: number } = {},
): AsyncGenerator<ListedBucket> {
  let position: Record<string, string> = {}
  for (;;) {
    const query = { 'max-keys': String(pageSize), ...(prefix === '' ? {} : { prefix }), ...position }
    const { text } = await requester.sendForText({ op: 'ListBuckets', method: 'GET', query })
    const root = parseXml(text)
    for (const bucket of all(all(root, 'Buckets')[0], 'Bucket')) yield listedBucket(bucket)
    const marker = textOf(root, 'NextMarker')
    if (textOf(root, 'IsTruncated') !== 'true' || marker === undefined) return
    position = { marker }
  }
}

/** Creates a bucket; one that the requester has already keeps its objects. Throws OssError BucketAlreadyExists. */
export async function putBucket(
  requester: Requester,
  bucket: string,
  { acl, storageClass }: BucketOptions = {},
): Promise<void> {
  const document =
    storageClass === undefined
      ? undefined
      : utf8Bytes(
          `<CreateBucketConfiguration><StorageClass>${escapeXml(storageClass)}</StorageClass></CreateBucketConfiguration>`,
        )
  const { response } = await requester.send({
    op: 'PutBucket',
    method: 'PUT',
    bucket,
    headers: {
      ...(acl === undefined ? {} : { 'x-oss-acl': acl }),
      ...(document === undefined ? {} : { 'content-type': 'application/xml' }),
    },
    bodyLength: document?.length ?? 0,
    ...(document === undefined ? {} : { body: () => document }),
  })
  await drain(response.body)
}

/** Deletes an empty bucket. Throws OssError BucketNotEmpty, also for a bucket that holds versions or parts. */
export async function deleteBucket(requester: Requester, bucket: string): Promise<void> {
  const { response } = await requester.send({ op: 'DeleteBucket', method: 'DELETE', bucket })
  await drain(response.body)
}

/** Throws OssError NoSuchBucket. */
export async function getBucketInfo(requester: Requester, bucket: string): Promise<BucketInfo> {
  const query = { bucketInfo: '' }
  const { text } = await requester.sendForText({ op: 'GetBucketInfo', method: 'GET', bucket, query })
  const [found] = all(parseXml(text), 'Bucket')
  const versioning = textOf(found, 'Versioning')
  return {
    ...listedBucket(found),
    acl: textOf(all(found, 'AccessControlList')[0], 'Grant') ?? '',
    owner: textOf(all(found, 'Owner')[0], 'ID') ?? '',
    ...(versioning === undefined ? {} : { versioning }),
  }
}

/**
 * Lists versions and delete markers by key, the newest first, page by page while they are consumed. With a delimiter the
 * common prefixes of each page follow its versions. Throws OssError.
 */
export async function* listVersions(
  requester: Requester,
  { bucket, prefix = '', delimiter, startAfter, pageSize = 1000, signal }: ListOptions & { readonly bucket: string },
): AsyncGenerator<ListedVersion> {
  let position: Record<string, string> = startAfter === undefined ? {} : { 'key-marker': startAfter }
  for (;;) {
    const query = {
      versions: '',
      prefix,
      'max-keys': String(pageSize),
      'encoding-type': 'url',
      ...(delimiter === undefined ? {} : { delimiter }),
      ...position,
    }
    const { text } = await requester.sendForText({ op: 'ListObjectVersions', method: 'GET', bucket, query, signal })
    const root = parseXml(text)
    yield* versionsOf(root)
    for (const one of all(root, 'CommonPrefixes')) yield { kind: 'prefix', prefix: decoded(textOf(one, 'Prefix')) }
    if (textOf(root, 'IsTruncated') !== 'true') return
    position = {
      'key-marker': decoded(textOf(root, 'NextKeyMarker')),
      'version-id-marker': textOf(root, 'NextVersionIdMarker') ?? '',
    }
  }
}

/** A page has its versions and its delete markers apart; here they are in the order of their keys. */
function versionsOf(root: Element): ListedVersion[] {
  const common = (one: Element) => ({
    key: decoded(textOf(one, 'Key')),
    versionId: textOf(one, 'VersionId') ?? '',
    isLatest: textOf(one, 'IsLatest') === 'true',
    lastModified: new Date(textOf(one, 'LastModified') ?? 0),
  })
  const versions = all(root, 'Version').map((one) => ({
    kind: 'version' as const,
    ...common(one),
    size: Number(textOf(one, 'Size')),
    etag: bareEtag(textOf(one, 'ETag')),
    storageClass: textOf(one, 'StorageClass') ?? 'Standard',
  }))
  const markers = all(root, 'DeleteMarker').map((one) => ({ kind: 'deleteMarker' as const, ...common(one) }))
  return [...markers, ...versions].sort((one, other) => {
    if (one.key !== other.key) return one.key < other.key ? -1 : 1
    return Number(other.isLatest) - Number(one.isLatest) || other.lastModified.getTime() - one.lastModified.getTime()
  })
}

function listedBucket(bucket: Element | undefined): ListedBucket {
  return {
    name: textOf(bucket, 'Name') ?? '',
    location: textOf(bucket, 'Location') ?? '',
    created: new Date(textOf(bucket, 'CreationDate') ?? 0),
    storageClass: textOf(bucket, 'StorageClass') ?? 'Standard',
  }
}
