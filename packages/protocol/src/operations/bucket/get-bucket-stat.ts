import { integer } from '../../codec.js'
import { operation } from '../../operation.js'
import { element, type Member, xml } from '../../xml.js'
import { page } from '../shared.js'

const count = integer(0, Number.MAX_SAFE_INTEGER)

function number(name: string): Member<number> {
  return element(name, count)
}

/** Sizes in bytes; `…RealStorage` is the stored size, without the minimum size that OSS charges for. */
export const getBucketStat = operation({
  name: 'GetBucketStat',
  summary: 'Returns the current size and object counts of a bucket.',
  source: page(426056),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['stat'] }],
  permissions: ['oss:GetBucketStat'],
  input: {},
  status: 200,
  output: {},
  result: xml('BucketStat', {
    storage: number('Storage'),
    objectCount: number('ObjectCount'),
    multipartUploadCount: number('MultipartUploadCount'),
    liveChannelCount: number('LiveChannelCount'),
    /** Seconds since 1970. */
    lastModifiedTime: number('LastModifiedTime'),
    standardStorage: number('StandardStorage'),
    standardObjectCount: number('StandardObjectCount'),
    infrequentAccessStorage: number('InfrequentAccessStorage'),
    infrequentAccessRealStorage: number('InfrequentAccessRealStorage'),
    infrequentAccessObjectCount: number('InfrequentAccessObjectCount'),
    archiveStorage: number('ArchiveStorage'),
    archiveRealStorage: number('ArchiveRealStorage'),
    archiveObjectCount: number('ArchiveObjectCount'),
    coldArchiveStorage: number('ColdArchiveStorage'),
    coldArchiveRealStorage: number('ColdArchiveRealStorage'),
    coldArchiveObjectCount: number('ColdArchiveObjectCount'),
    deepColdArchiveStorage: number('DeepColdArchiveStorage'),
    deepColdArchiveRealStorage: number('DeepColdArchiveRealStorage'),
    deepColdArchiveObjectCount: number('DeepColdArchiveObjectCount'),
    multipartPartCount: number('MultipartPartCount'),
    deleteMarkerCount: number('DeleteMarkerCount'),
  }),
  errors: ['noSuchBucket'],
})
