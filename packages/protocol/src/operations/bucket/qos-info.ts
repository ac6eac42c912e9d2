/** Limits of bandwidth (in Gbit/s) and requests per second, of a bucket and of requesters of it. */

import { badArgument, integer, matching, text, truth } from '../../codec.js'
import { optional, query, required } from '../../field.js'
import { operation } from '../../operation.js'
import { defaultedElement, element, group, list, type MembersOf, xml } from '../../xml.js'
import { bucketDocument, type StoredDocument } from '../document.js'
import { apiPage, DOCUMENT_CAUSES } from '../shared.js'

/** -1: there is no limit. */
const limit = (name: string) => defaultedElement(name, integer(-1, 2 ** 31 - 1), -1)

const limits = {
  totalUploadBandwidth: limit('TotalUploadBandwidth'),
  intranetUploadBandwidth: limit('IntranetUploadBandwidth'),
  extranetUploadBandwidth: limit('ExtranetUploadBandwidth'),
  totalDownloadBandwidth: limit('TotalDownloadBandwidth'),
  intranetDownloadBandwidth: limit('IntranetDownloadBandwidth'),
  extranetDownloadBandwidth: limit('ExtranetDownloadBandwidth'),
  totalQps: limit('TotalQps'),
  intranetQps: limit('IntranetQps'),
  extranetQps: limit('ExtranetQps'),
}

/** The limits of one bucket or requester. */
export type QosLimits = MembersOf<typeof limits>

/** Without any limit. */
export const UNLIMITED_QOS: QosLimits = {
  totalUploadBandwidth: -1,
  intranetUploadBandwidth: -1,
  extranetUploadBandwidth: -1,
  totalDownloadBandwidth: -1,
  intranetDownloadBandwidth: -1,
  extranetDownloadBandwidth: -1,
  totalQps: -1,
  intranetQps: -1,
  extranetQps: -1,
}

const configuration = xml('QoSConfiguration', limits)

/** The limit of a whole bounds those of its parts. Throws invalidArgument. */
export function checkQosLimits(sent: QosLimits): QosLimits {
  const bounds = [
    [sent.totalUploadBandwidth, sent.intranetUploadBandwidth, 'IntranetUploadBandwidth'],
    [sent.totalUploadBandwidth, sent.extranetUploadBandwidth, 'ExtranetUploadBandwidth'],
    [sent.totalDownloadBandwidth, sent.intranetDownloadBandwidth, 'IntranetDownloadBandwidth'],
    [sent.totalDownloadBandwidth, sent.extranetDownloadBandwidth, 'ExtranetDownloadBandwidth'],
    [sent.totalQps, sent.intranetQps, 'IntranetQps'],
    [sent.totalQps, sent.extranetQps, 'ExtranetQps'],
  ] as const
  for (const [total, part, name] of bounds) {
    if (total !== -1 && part > total) throw badArgument('invalidArgument', name, String(part))
  }
  return sent
}

export const bucketQosInfo = bucketDocument({
  noun: 'BucketQoSInfo',
  what: 'limits of bandwidth and requests',
  subresource: 'qosInfo',
  document: configuration,
  unset: 'noSuchQosInfo',
  check: checkQosLimits,
  errors: ['invalidArgument'],
})

export const getUserQosInfo = operation({
  name: 'GetUserQoSInfo',
  summary: 'Reads the limits of bandwidth and requests of an account: this server has none.',
  source: apiPage('GetUserQoSInfo'),
  method: 'GET',
  level: 'service',
  when: [{ query: ['qosInfo'] }],
  permissions: ['oss:GetUserQoSInfo'],
  input: {},
  status: 200,
  output: {},
  result: xml('QoSConfiguration', { region: element('Region', text), ...limits }),
  errors: [],
})

const requesterQos = {
  requester: element('Requester', text),
  configuration: group('QoSConfiguration', limits),
}

/** The limits of requesters, in the order of their ids. */
export const requesterQosDocument = {
  kind: 'requesterQosInfo',
  document: xml('RequesterQoSInfos', { requesters: list('RequesterQoSInfo', requesterQos) }),
  rowsMax: 8,
} as const satisfies StoredDocument<'requesterQosInfo', unknown>

const requesterId = matching('id of an account or a user', /^\d{1,32}$/)
const qosRequester = required(query('qosRequester', requesterId), 'invalidArgument', { argumentName: 'qosRequester' })
const ofRequester = { level: 'bucket', when: [{ query: ['requesterQosInfo', 'qosRequester'] }], output: {} } as const

export const putBucketRequesterQosInfo = operation({
  ...ofRequester,
  name: 'PutBucketRequesterQoSInfo',
  summary: 'Sets the limits of bandwidth and requests of a requester of a bucket.',
  source: apiPage('PutBucketRequesterQoSInfo'),
  method: 'PUT',
  permissions: ['oss:PutBucketRequesterQoSInfo'],
  input: { qosRequester },
  body: configuration,
  status: 200,
  errors: ['noSuchBucket', 'invalidArgument', 'entityTooLarge', ...DOCUMENT_CAUSES],
})

export const getBucketRequesterQosInfo = operation({
  ...ofRequester,
  name: 'GetBucketRequesterQoSInfo',
  summary: 'Reads the limits of bandwidth and requests of a requester of a bucket.',
  source: apiPage('GetBucketRequesterQoSInfo'),
  method: 'GET',
  permissions: ['oss:GetBucketRequesterQoSInfo'],
  input: { qosRequester },
  status: 200,
  result: xml('RequesterQoSInfo', requesterQos),
  errors: ['noSuchBucket', 'invalidArgument', 'noSuchQosInfo'],
})

export const deleteBucketRequesterQosInfo = operation({
  ...ofRequester,
  name: 'DeleteBucketRequesterQoSInfo',
  summary: 'Deletes the limits of a requester of a bucket; succeeds even if it has none.',
  source: apiPage('DeleteBucketRequesterQoSInfo'),
  method: 'DELETE',
  permissions: ['oss:DeleteBucketRequesterQoSInfo'],
  input: { qosRequester },
  status: 204,
  errors: ['noSuchBucket', 'invalidArgument'],
})

export const listBucketRequesterQosInfos = operation({
  name: 'ListBucketRequesterQoSInfos',
  summary: 'Lists the requesters of a bucket that have limits of bandwidth and requests.',
  source: apiPage('ListBucketRequesterQoSInfos'),
  method: 'GET',
  level: 'bucket',
  when: [{ query: ['requesterQosInfo'] }],
  permissions: ['oss:ListBucketRequesterQoSInfos'],
  input: {
    continuationToken: optional(query('continuation-token', text)),
    maxKeys: optional(query('max-keys', integer(1, 100))),
  },
  status: 200,
  output: {},
  result: xml('ListBucketRequesterQoSInfosResult', {
    bucket: element('Bucket', text),
    continuationToken: element('ContinuationToken', text),
    /** Empty on the last page. */
    nextContinuationToken: element('NextContinuationToken', text),
    isTruncated: element('IsTruncated', truth()),
    requesters: list('RequesterQoSInfo', requesterQos),
  }),
  errors: ['noSuchBucket', 'invalidArgument'],
})
