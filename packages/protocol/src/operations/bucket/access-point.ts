/** Access points: further names of a bucket, each with a policy of its own. */

import { integer, matching, oneOf, text, truth } from '../../codec.js'
import { header, optional, query, required, withDefault } from '../../field.js'
import { PAGE_SIZE_MAX } from '../../limits.js'
import { operation } from '../../operation.js'
import { element, group, list, maybe, optionalElement, storedOnly, xml } from '../../xml.js'
import type { StoredDocument } from '../document.js'
import { apiPage, DOCUMENT_CAUSES } from '../shared.js'
import { policyText } from './policy.js'

/** The name of an access point: 3 to 19 characters. */
export const accessPointNameCodec = matching(
  'name of an access point',
  /^(?!.*-ossalias$)[a-z0-9](?:[a-z0-9-]{1,17})[a-z0-9]$/,
)
const accessPointName = required(header('x-oss-access-point-name', accessPointNameCodec), 'invalidArgument', {
  argumentName: 'x-oss-access-point-name',
})
const vpc = maybe('VpcConfiguration', group('VpcConfiguration', { vpcId: element('VpcId', text) }))
const NETWORK_ORIGIN = oneOf(['internet', 'vpc'], 'malformedXml')

const configuration = {
  accessPointName: element('AccessPointName', accessPointNameCodec),
  networkOrigin: element('NetworkOrigin', NETWORK_ORIGIN),
  vpcConfiguration: vpc,
}

/** The access points of a bucket, in the order of their names. */
export const accessPointsDocument = {
  kind: 'accessPoint',
  document: xml('AccessPoints', {
    accessPoints: list('AccessPoint', {
      ...configuration,
      alias: element('Alias', text),
      /** Milliseconds since 1970. */
      createdAt: storedOnly<number>(),
      policy: storedOnly<string>(),
      blocksPublicAccess: storedOnly<boolean>(),
    }),
  }),
  rowsMax: 20,
} as const satisfies StoredDocument<'accessPoint', unknown>

const common = { level: 'bucket', output: {} } as const
const ofAccessPoint = { query: ['accessPoint'] } as const
const ofPolicy = { ...common, when: [{ query: ['accessPointPolicy'] }], input: { accessPointName } } as const

export const createAccessPoint = operation({
  ...common,
  name: 'CreateAccessPoint',
  summary: 'Adds an access point to a bucket.',
  source: apiPage('CreateAccessPoint'),
  method: 'PUT',
  when: [ofAccessPoint],
  permissions: ['oss:CreateAccessPoint'],
  input: {},
  body: xml('CreateAccessPointConfiguration', configuration),
  status: 200,
  result: xml('CreateAccessPointResult', {
    accessPointArn: element('AccessPointArn', text),
    alias: element('Alias', text),
  }),
  errors: [
    'noSuchBucket',
    'accessPointExists',
    'accessPointTooMany',
    'invalidArgument',
    'entityTooLarge',
    ...DOCUMENT_CAUSES,
  ],
})

export const getAccessPoint = operation({
  ...common,
  name: 'GetAccessPoint',
  summary: 'Reads an access point of a bucket.',
  source: apiPage('GetAccessPoint'),
  method: 'GET',
  when: [{ ...ofAccessPoint, header: ['x-oss-access-point-name'] }],
  permissions: ['oss:GetAccessPoint'],
  input: { accessPointName },
  status: 200,
  result: xml('GetAccessPointResult', {
    accessPointName: element('AccessPointName', accessPointNameCodec),
    bucket: element('Bucket', text),
    accountId: element('AccountId', text),
    networkOrigin: element('NetworkOrigin', NETWORK_ORIGIN),
    vpcConfiguration: vpc,
    accessPointArn: element('AccessPointArn', text),
    creationDate: element('CreationDate', integer(0, Number.MAX_SAFE_INTEGER)),
    alias: element('Alias', text),
    status: element('Status', text),
    endpoints: group('Endpoints', {
      publicEndpoint: element('PublicEndpoint', text),
      internalEndpoint: element('InternalEndpoint', text),
    }),
    publicAccessBlockConfiguration: group('PublicAccessBlockConfiguration', {
      blockPublicAccess: element('BlockPublicAccess', truth()),
    }),
  }),
  errors: ['noSuchBucket', 'noSuchAccessPoint', 'invalidArgument'],
})

export const deleteAccessPoint = operation({
  ...common,
  name: 'DeleteAccessPoint',
  summary: 'Deletes an access point of a bucket with its policy.',
  source: apiPage('DeleteAccessPoint'),
  method: 'DELETE',
  when: [ofAccessPoint],
  permissions: ['oss:DeleteAccessPoint'],
  input: { accessPointName },
  status: 204,
  errors: ['noSuchBucket', 'noSuchAccessPoint', 'invalidArgument'],
})

export const listAccessPoints = operation({
  name: 'ListAccessPoints',
  summary: 'Lists the access points of an account, or of one bucket.',
  source: apiPage('ListAccessPoints'),
  method: 'GET',
  level: 'bucket',
  otherLevels: ['service'],
  when: [ofAccessPoint],
  permissions: ['oss:ListAccessPoints'],
  input: {
    continuationToken: optional(query('continuation-token', text)),
    maxKeys: withDefault(query('max-keys', integer(1, PAGE_SIZE_MAX)), 100),
  },
  status: 200,
  output: {},
  result: xml('ListAccessPointsResult', {
    isTruncated: element('IsTruncated', truth()),
    maxKeys: element('MaxKeys', integer(1, PAGE_SIZE_MAX)),
    nextContinuationToken: optionalElement('NextContinuationToken', text),
    accountId: element('AccountId', text),
    accessPoints: group('AccessPoints', {
      accessPoints: list('AccessPoint', {
        bucket: element('Bucket', text),
        accessPointName: element('AccessPointName', accessPointNameCodec),
        alias: element('Alias', text),
        networkOrigin: element('NetworkOrigin', NETWORK_ORIGIN),
        vpcConfiguration: vpc,
        status: element('Status', text),
      }),
    }),
  }),
  errors: ['noSuchBucket', 'invalidArgument'],
})

export const putAccessPointPolicy = operation({
  ...ofPolicy,
  name: 'PutAccessPointPolicy',
  summary: 'Sets the policy of an access point.',
  source: apiPage('PutAccessPointPolicy'),
  method: 'PUT',
  permissions: ['oss:PutAccessPointPolicy'],
  body: policyText,
  status: 200,
  errors: [
    'noSuchBucket',
    'noSuchAccessPoint',
    'invalidPolicyDocument',
    'publicPolicyBlocked',
    'invalidArgument',
    'entityTooLarge',
    ...DOCUMENT_CAUSES,
  ],
})

export const getAccessPointPolicy = operation({
  ...ofPolicy,
  name: 'GetAccessPointPolicy',
  summary: 'Reads the policy of an access point.',
  source: apiPage('GetAccessPointPolicy'),
  method: 'GET',
  permissions: ['oss:GetAccessPointPolicy'],
  status: 200,
  result: policyText,
  errors: ['noSuchBucket', 'noSuchAccessPoint', 'noSuchAccessPointPolicy', 'invalidArgument'],
})

export const deleteAccessPointPolicy = operation({
  ...ofPolicy,
  name: 'DeleteAccessPointPolicy',
  summary: 'Deletes the policy of an access point; succeeds even if it has none.',
  source: apiPage('DeleteAccessPointPolicy'),
  method: 'DELETE',
  permissions: ['oss:DeleteAccessPointPolicy'],
  status: 204,
  errors: ['noSuchBucket', 'noSuchAccessPoint', 'invalidArgument'],
})
