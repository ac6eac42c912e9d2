import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResultOf } from '../../operation.js'
import { bodyOf, compact, failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { listBuckets } from '../service/list-buckets.js'
import { deleteBucket } from './delete-bucket.js'
import { getBucketInfo } from './get-bucket-info.js'
import { getBucketLocation } from './get-bucket-location.js'
import { getBucketStat } from './get-bucket-stat.js'
import { putBucket } from './put-bucket.js'

const PLACE = {
  extranetEndpoint: 'oss-cn-hangzhou.aliyuncs.com',
  intranetEndpoint: 'oss-cn-hangzhou-internal.aliyuncs.com',
  location: 'oss-cn-hangzhou',
}
const ENDPOINTS = `<ExtranetEndpoint>oss-cn-hangzhou.aliyuncs.com</ExtranetEndpoint>
      <IntranetEndpoint>oss-cn-hangzhou-internal.aliyuncs.com</IntranetEndpoint>
      <Location>oss-cn-hangzhou</Location>
      <Name>my-a</Name>`
const owner = { id: '1234567890', displayName: '1234567890' }
const creationDate = Date.parse('2026-01-05T08:00:00Z')

test('buckets are listed as on the official page', () => {
  const bucket = { creationDate, ...PLACE, name: 'my-a', region: 'cn-hangzhou', storageClass: 'Standard' } as const
  const paging = { prefix: 'my', marker: '', maxKeys: 1, isTruncated: true, nextMarker: 'my-a' }
  assert.equal(
    responseOf(listBuckets, {}, { ...paging, owner, buckets: { bucket: [bucket] } }),
    `200\n\n${compact(`<?xml version="1.0" encoding="UTF-8"?>
<ListAllMyBucketsResult>
  <Prefix>my</Prefix>
  <Marker></Marker>
  <MaxKeys>1</MaxKeys>
  <IsTruncated>true</IsTruncated>
  <NextMarker>my-a</NextMarker>
  <Owner><ID>1234567890</ID><DisplayName>1234567890</DisplayName></Owner>
  <Buckets>
    <Bucket>
      <CreationDate>2026-01-05T08:00:00.000Z</CreationDate>
      ${ENDPOINTS}
      <Region>cn-hangzhou</Region>
      <StorageClass>Standard</StorageClass>
    </Bucket>
  </Buckets>
</ListAllMyBucketsResult>`)}`,
  )
  const empty = responseOf(listBuckets, {}, { owner, buckets: { bucket: [] } })
  assert.match(empty, /<ListAllMyBucketsResult><Owner>.*<\/Owner><Buckets><\/Buckets><\/ListAllMyBucketsResult>$/)
})

test('a listing of buckets bounds its page size and selects by name, tags and group', () => {
  const ask = (query: string) => inputOf(listBuckets, `GET /?${query} HTTP/1.1`)
  const { prefix, marker, maxKeys, tagKey } = ask('prefix=&marker=a&max-keys=10')
  assert.deepEqual([prefix, marker, maxKeys, tagKey], [undefined, 'a', 10, undefined])
  const { tagKey: key, tagValue, tagging } = ask('tag-key=a&tag-value=b&tagging=%22c%22%3A%22d%5C%22%22')
  assert.deepEqual([key, tagValue, tagging], ['a', 'b', [{ key: 'c', value: 'd"' }]])
  assert.deepEqual(
    failureOf(() => ask('max-keys=0')),
    ['invalidMaxKeysOfService', { argumentName: 'max-keys', argumentValue: '0' }],
  )
})

test('a bucket is created with a body, an empty one, or none', () => {
  const head = 'PUT / HTTP/1.1\nx-oss-acl: private'
  const { acl, sseAlgorithm } = inputOf(putBucket, head)
  assert.deepEqual([acl, sseAlgorithm], ['private', undefined])
  assert.equal(bodyOf(putBucket, head), undefined)
  const body =
    '<CreateBucketConfiguration><StorageClass>IA</StorageClass><DataRedundancyType>ZRS</DataRedundancyType></CreateBucketConfiguration>'
  const document = bodyOf(putBucket, `${head}\n\n${body}`)
  const { storageClass, dataRedundancyType, locationConstraint } = document ?? {}
  assert.deepEqual([storageClass, dataRedundancyType, locationConstraint], ['IA', 'ZRS', undefined])
  assert.equal(responseOf(putBucket, { location: '/my-a' }), '200\nLocation: /my-a')
})

test('an unknown kind of bucket is refused', () => {
  const read = (head: string, body = '') => failureOf(() => bodyOf(putBucket, `PUT / HTTP/1.1${head}\n\n${body}`))[0]
  const configuration = (element: string) => `<CreateBucketConfiguration>${element}</CreateBucketConfiguration>`
  assert.equal(read('', configuration('<StorageClass>Warm</StorageClass>')), 'invalidBucketStorageClass')
  assert.equal(read('', configuration('<DataRedundancyType>X</DataRedundancyType>')), 'invalidArgument')
  assert.equal(read('', '<Other/>'), 'malformedXml')
  assert.equal(read('\nx-oss-acl: default'), 'invalidBucketAcl')
  assert.equal(read('\nx-oss-server-side-encryption: DES'), 'invalidEncryptionAlgorithm')
  assert.equal(read('\nx-oss-resource-group-id: a'), 'resourceGroupInvalid')
})

test('a bucket is described as on the official page', () => {
  const info: ResultOf<typeof getBucketInfo> = {
    bucket: {
      accessMonitor: 'Disabled',
      blockPublicAccess: false,
      comment: '',
      creationDate,
      crossRegionReplication: 'Disabled',
      dataRedundancyType: 'LRS',
      ...PLACE,
      name: 'my-a',
      resourceGroupId: 'rg-default-id',
      storageClass: 'Standard',
      transferAcceleration: 'Disabled',
      owner,
      accessControlList: { grant: 'private' },
      serverSideEncryptionRule: { sseAlgorithm: 'None' },
      bucketPolicy: { logBucket: '', logPrefix: '' },
    },
  }
  assert.equal(
    responseOf(getBucketInfo, {}, info),
    `200\n\n${compact(`<?xml version="1.0" encoding="UTF-8"?>
<BucketInfo>
  <Bucket>
    <AccessMonitor>Disabled</AccessMonitor>
    <BlockPublicAccess>false</BlockPublicAccess>
    <Comment></Comment>
    <CreationDate>2026-01-05T08:00:00.000Z</CreationDate>
    <CrossRegionReplication>Disabled</CrossRegionReplication>
    <DataRedundancyType>LRS</DataRedundancyType>
    ${ENDPOINTS}
    <ResourceGroupId>rg-default-id</ResourceGroupId>
    <StorageClass>Standard</StorageClass>
    <TransferAcceleration>Disabled</TransferAcceleration>
    <Owner><DisplayName>1234567890</DisplayName><ID>1234567890</ID></Owner>
    <AccessControlList><Grant>private</Grant></AccessControlList>
    <ServerSideEncryptionRule><SSEAlgorithm>None</SSEAlgorithm></ServerSideEncryptionRule>
    <BucketPolicy><LogBucket></LogBucket><LogPrefix></LogPrefix></BucketPolicy>
  </Bucket>
</BucketInfo>`)}`,
  )
})

test('the location of a bucket is text in the root element', () => {
  const expected = '<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint>oss-cn-hangzhou</LocationConstraint>'
  assert.equal(responseOf(getBucketLocation, {}, 'oss-cn-hangzhou'), `200\n\n${expected}`)
})

test('the statistics of a bucket are in the order of OSS', () => {
  const names =
    `Storage ObjectCount MultipartUploadCount LiveChannelCount LastModifiedTime StandardStorage StandardObjectCount
InfrequentAccessStorage InfrequentAccessRealStorage InfrequentAccessObjectCount ArchiveStorage ArchiveRealStorage ArchiveObjectCount
ColdArchiveStorage ColdArchiveRealStorage ColdArchiveObjectCount DeepColdArchiveStorage DeepColdArchiveRealStorage
DeepColdArchiveObjectCount MultipartPartCount DeleteMarkerCount`.split(/\s+/)
  const keys = names.map((name) => name.charAt(0).toLowerCase() + name.slice(1))
  const numbers = Object.fromEntries(keys.map((key, index) => [key, index])) as unknown as ResultOf<
    typeof getBucketStat
  >
  const elements = names.map((name, index) => `<${name}>${index}</${name}>`).join('')
  assert.ok(responseOf(getBucketStat, {}, numbers).endsWith(`<BucketStat>${elements}</BucketStat>`))
})

test('deleting a bucket returns no document', () => {
  assert.equal(responseOf(deleteBucket, {}), '204')
  assert.deepEqual(deleteBucket.errors, [
    'noSuchBucket',
    'bucketHasObjects',
    'bucketHasUploads',
    'bucketHasAccessPoints',
  ])
})
