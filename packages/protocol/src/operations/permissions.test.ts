import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACTIONS, VERSION_ACTIONS } from '../actions.js'
import type { Operation } from '../operation.js'
import { operations } from './index.js'

/**
 * The statements of the official pages about each operation, written down once more and apart from the declarations:
 * operations by the actions that they need on what they name. An operation that is missing here has not been checked.
 */
const NEEDED: Readonly<Record<string, string>> = {
  'oss:ListBuckets': 'ListBuckets GetStoreStatus',
  'oss:PutBucket': 'PutBucket',
  'oss:DeleteBucket': 'DeleteBucket',
  'oss:GetBucketInfo': 'GetBucketInfo',
  'oss:GetBucketLocation': 'GetBucketLocation',
  'oss:GetBucketStat': 'GetBucketStat',
  'oss:PutBucketAcl': 'PutBucketAcl',
  'oss:GetBucketAcl': 'GetBucketAcl',
  'oss:PutBucketCors': 'PutBucketCors',
  'oss:GetBucketCors': 'GetBucketCors',
  'oss:DeleteBucketCors': 'DeleteBucketCors',
  'oss:PutBucketLifecycle': 'PutBucketLifecycle PreviewBucketLifecycle',
  'oss:GetBucketLifecycle': 'GetBucketLifecycle',
  'oss:DeleteBucketLifecycle': 'DeleteBucketLifecycle',
  'oss:PutBucketTagging': 'PutBucketTags',
  'oss:GetBucketTagging': 'GetBucketTags',
  'oss:DeleteBucketTagging': 'DeleteBucketTags',
  'oss:PutBucketReferer': 'PutBucketReferer',
  'oss:GetBucketReferer': 'GetBucketReferer',
  'oss:PutBucketLogging': 'PutBucketLogging DeliverBucketLogs',
  'oss:GetBucketLogging': 'GetBucketLogging',
  'oss:DeleteBucketLogging': 'DeleteBucketLogging',
  'oss:PutUserDefinedLogFieldsConfig': 'PutUserDefinedLogFieldsConfig',
  'oss:GetUserDefinedLogFieldsConfig': 'GetUserDefinedLogFieldsConfig',
  'oss:DeleteUserDefinedLogFieldsConfig': 'DeleteUserDefinedLogFieldsConfig',
  'oss:PutBucketWebsite': 'PutBucketWebsite',
  'oss:GetBucketWebsite': 'GetBucketWebsite',
  'oss:DeleteBucketWebsite': 'DeleteBucketWebsite',
  'oss:PutBucketEncryption': 'PutBucketEncryption',
  'oss:GetBucketEncryption': 'GetBucketEncryption',
  'oss:DeleteBucketEncryption': 'DeleteBucketEncryption',
  'oss:PutBucketPolicy': 'PutBucketPolicy',
  'oss:GetBucketPolicy': 'GetBucketPolicy',
  'oss:DeleteBucketPolicy': 'DeleteBucketPolicy',
  'oss:PutBucketPublicAccessBlock': 'PutBucketPublicAccessBlock',
  'oss:GetBucketPublicAccessBlock': 'GetBucketPublicAccessBlock',
  'oss:DeleteBucketPublicAccessBlock': 'DeleteBucketPublicAccessBlock',
  'oss:PutBucketRequestPayment': 'PutBucketRequestPayment',
  'oss:GetBucketRequestPayment': 'GetBucketRequestPayment',
  'oss:PutBucketTransferAcceleration': 'PutBucketTransferAcceleration',
  'oss:GetBucketTransferAcceleration': 'GetBucketTransferAcceleration',
  'oss:DeleteBucketTransferAcceleration': 'DeleteBucketTransferAcceleration',
  'oss:PutBucketAccessMonitor': 'PutBucketAccessMonitor',
  'oss:GetBucketAccessMonitor': 'GetBucketAccessMonitor',
  'oss:PutBucketArchiveDirectRead': 'PutBucketArchiveDirectRead',
  'oss:GetBucketArchiveDirectRead': 'GetBucketArchiveDirectRead',
  'oss:PutBucketHttpsConfig': 'PutBucketHttpsConfig',
  'oss:GetBucketHttpsConfig': 'GetBucketHttpsConfig',
  'oss:PutBucketResourceGroup': 'PutBucketResourceGroup',
  'oss:GetBucketResourceGroup': 'GetBucketResourceGroup',
  'oss:PutStyle': 'PutStyle',
  'oss:GetStyle': 'GetStyle',
  'oss:ListStyle': 'ListStyle',
  'oss:DeleteStyle': 'DeleteStyle',
  'oss:CreateCnameToken': 'CreateCnameToken',
  'oss:GetCnameToken': 'GetCnameToken',
  'oss:PutCname': 'PutCname',
  'oss:ListCname': 'ListCname',
  'oss:DeleteCname': 'DeleteCname',
  'oss:PutBucketReplication': 'PutBucketReplication',
  'oss:GetBucketReplication': 'GetBucketReplication',
  'oss:DeleteBucketReplication': 'DeleteBucketReplication',
  'oss:GetBucketReplicationLocation': 'GetBucketReplicationLocation',
  'oss:GetBucketReplicationProgress': 'GetBucketReplicationProgress',
  'oss:PutBucketRTC': 'PutBucketRTC',
  'oss:PutBucketInventory': 'PutBucketInventory RunBucketInventory',
  'oss:DeleteBucketInventory': 'DeleteBucketInventory',
  'oss:CreateBucketDataRedundancyTransition': 'CreateBucketDataRedundancyTransition',
  'oss:GetBucketDataRedundancyTransition': 'GetBucketDataRedundancyTransition',
  'oss:ListBucketDataRedundancyTransition': 'ListBucketDataRedundancyTransition',
  'oss:DeleteBucketDataRedundancyTransition': 'DeleteBucketDataRedundancyTransition',
  'oss:ListUserDataRedundancyTransition': 'ListUserDataRedundancyTransition',
  'oss:GetBucketInventory': 'GetBucketInventory ListBucketInventory',
  'oss:PutBucketCallbackPolicy': 'PutBucketCallbackPolicy',
  'oss:GetBucketCallbackPolicy': 'GetBucketCallbackPolicy',
  'oss:DeleteBucketCallbackPolicy': 'DeleteBucketCallbackPolicy',
  'oss:PutBucketOverwriteConfig': 'PutBucketOverwriteConfig',
  'oss:GetBucketOverwriteConfig': 'GetBucketOverwriteConfig',
  'oss:DeleteBucketOverwriteConfig': 'DeleteBucketOverwriteConfig',
  'oss:PutBucketQoSInfo': 'PutBucketQoSInfo',
  'oss:GetBucketQoSInfo': 'GetBucketQoSInfo',
  'oss:DeleteBucketQoSInfo': 'DeleteBucketQoSInfo',
  'oss:PutBucketRequesterQoSInfo': 'PutBucketRequesterQoSInfo',
  'oss:GetBucketRequesterQoSInfo': 'GetBucketRequesterQoSInfo',
  'oss:DeleteBucketRequesterQoSInfo': 'DeleteBucketRequesterQoSInfo',
  'oss:ListBucketRequesterQoSInfos': 'ListBucketRequesterQoSInfos',
  'oss:GetUserQoSInfo': 'GetUserQoSInfo',
  'oss:PutBucketProcess': 'PutBucketProcess',
  'oss:GetBucketProcess': 'GetBucketProcess',
  'oss:PutBucketResponseHeader': 'PutBucketResponseHeader',
  'oss:GetBucketResponseHeader': 'GetBucketResponseHeader',
  'oss:DeleteBucketResponseHeader': 'DeleteBucketResponseHeader',
  'oss:CreateAccessPoint': 'CreateAccessPoint',
  'oss:GetAccessPoint': 'GetAccessPoint',
  'oss:ListAccessPoints': 'ListAccessPoints',
  'oss:DeleteAccessPoint': 'DeleteAccessPoint',
  'oss:PutAccessPointPolicy': 'PutAccessPointPolicy',
  'oss:GetAccessPointPolicy': 'GetAccessPointPolicy',
  'oss:DeleteAccessPointPolicy': 'DeleteAccessPointPolicy',
  'oss:PutAccessPointPublicAccessBlock': 'PutAccessPointPublicAccessBlock',
  'oss:GetAccessPointPublicAccessBlock': 'GetAccessPointPublicAccessBlock',
  'oss:DeleteAccessPointPublicAccessBlock': 'DeleteAccessPointPublicAccessBlock',
  'oss:PutBucketStorageQuota': 'PutBucketStorageQuota',
  'oss:GetBucketStorageQuota': 'GetBucketStorageQuota',
  'oss:DeleteBucketStorageQuota': 'DeleteBucketStorageQuota',
  'oss:PutBucketStorageCapacity': 'PutBucketStorageCapacity',
  'oss:GetBucketStorageCapacity': 'GetBucketStorageCapacity',
  'oss:GetBucketPolicyStatus': 'GetBucketPolicyStatus',
  'oss:PutPublicAccessBlock': 'PutPublicAccessBlock',
  'oss:GetPublicAccessBlock': 'GetPublicAccessBlock',
  'oss:DeletePublicAccessBlock': 'DeletePublicAccessBlock',
  'oss:PutBucketVersioning': 'PutBucketVersioning',
  'oss:GetBucketVersioning': 'GetBucketVersioning',
  'oss:InitiateBucketWorm': 'InitiateBucketWorm',
  'oss:AbortBucketWorm': 'AbortBucketWorm',
  'oss:CompleteBucketWorm': 'CompleteBucketWorm',
  'oss:ExtendBucketWorm': 'ExtendBucketWorm',
  'oss:GetBucketWorm': 'GetBucketWorm',
  'oss:ListLiveChannel': 'ListLiveChannel',
  'oss:DescribeRegions': 'DescribeRegions',
  'oss:ListObjects': 'PreviewBucketLifecycle HeadBucket ListObjects ListObjectsV2',
  'oss:ListObjectVersions': 'PreviewBucketLifecycle ListObjectVersions',
  'oss:ListMultipartUploads': 'PreviewBucketLifecycle ListMultipartUploads WatchUploads',
  'oss:GetObject': 'GetObject HeadObject GetObjectMeta GetSymlink SelectObject ExplainObject',
  'oss:PutObject':
    'PostObject PutObject CopyObject AppendObject SealAppendObject PutSymlink InitiateMultipartUpload UploadPart UploadPartCopy CompleteMultipartUpload CreateSelectObjectMeta',
  'oss:DeleteObject': 'DeleteObject DeleteMultipleObjects',
  'oss:AbortMultipartUpload': 'AbortMultipartUpload',
  'oss:ListParts': 'ListParts ExplainUpload',
  'oss:PostProcessTask': 'ProcessObject',
  'oss:RestoreObject': 'RestoreObject',
  'oss:CleanRestoredObject': 'CleanRestoredObject',
  'oss:GetObjectAcl': 'GetObjectACL',
  'oss:PutObjectAcl': 'PutObjectACL',
  'oss:PutObjectRetention': 'PutObjectRetention',
  'oss:GetObjectRetention': 'GetObjectRetention',
  'oss:PutObjectLegalHold': 'PutObjectLegalHold',
  'oss:GetObjectLegalHold': 'GetObjectLegalHold',
  'oss:PutBucketObjectWormConfiguration': 'PutBucketObjectWormConfiguration',
  'oss:GetBucketObjectWormConfiguration': 'GetBucketObjectWormConfiguration',
  'oss:PutObjectTagging': 'PutObjectTagging',
  'oss:GetObjectTagging': 'GetObjectTagging',
  'oss:DeleteObjectTagging': 'DeleteObjectTagging',
}

/** Operations that anyone may call: preflights are never signed. */
const OPEN_TO_EVERYONE = ['OptionObject']

test('each operation declares the action that the official page names for it', () => {
  const needed = new Map<string, string[]>(OPEN_TO_EVERYONE.map((name) => [name, []]))
  for (const [action, names] of Object.entries(NEEDED)) {
    for (const name of names.split(' ')) needed.set(name, [...(needed.get(name) ?? []), action])
  }
  const declared = Object.values<Operation>(operations).map(({ name, permissions }) => [name, permissions] as const)
  assert.deepEqual(new Map(declared), needed)
})

test('a version of an object is read, described and deleted by an action of its own', () => {
  // OSS has one action for these, whatever version is named
  const ofVersions = Object.values<Operation>(operations).filter(
    ({ name, input }) => 'versionId' in input && !/^CleanRestored|^CreateSelect|Retention$|LegalHold$/.test(name),
  )
  for (const { name, permissions } of ofVersions) {
    for (const action of permissions) {
      const expected = action.replace(/^(oss:\w+Object)(\w*)$/, '$1Version$2')
      assert.equal(VERSION_ACTIONS[action], expected, name)
    }
  }
  assert.ok(ofVersions.length > 0)
})

test('what copies needs to read its source, and nothing else does', () => {
  for (const { name, sourcePermissions } of Object.values<Operation>(operations)) {
    const expected = ['CopyObject', 'UploadPartCopy'].includes(name) ? ['oss:GetObject'] : undefined
    assert.deepEqual(sourcePermissions, expected, name)
  }
})

test('a header that sets an ACL, tags or holds needs the action of setting them, and a bypass its own', () => {
  const setting: Readonly<Record<string, string>> = {
    'x-oss-object-acl': 'oss:PutObjectAcl',
    'x-oss-tagging': 'oss:PutObjectTagging',
    'x-oss-object-worm-mode': 'oss:PutObjectRetention',
    'x-oss-object-worm-legal-hold': 'oss:PutObjectLegalHold',
    'x-oss-bypass-governance-retention': 'oss:BypassGovernanceRetention',
  }
  for (const { name, permissions, permissionsWith = {}, input } of Object.values<Operation>(operations)) {
    const sent = Object.values(input).map((field) => String(field.name).toLowerCase())
    const expected = Object.entries(setting).filter(
      ([header, action]) => sent.includes(header) && !permissions.some((one) => one === action),
    )
    // what creates a bucket sets the bucket's own
    if (name !== 'PutBucket') assert.deepEqual(permissionsWith, Object.fromEntries(expected), name)
  }
})

test('each header of PutBucket that sets something on the bucket needs the action of setting it', () => {
  const { permissionsWith, input } = operations.PutBucket
  assert.deepEqual(permissionsWith, {
    'x-oss-acl': 'oss:PutBucketAcl',
    'x-oss-server-side-encryption': 'oss:PutBucketEncryption',
    'x-oss-resource-group-id': 'oss:PutBucketResourceGroup',
    'x-oss-bucket-tagging': 'oss:PutBucketTagging',
  })
  // these are about the encryption that x-oss-server-side-encryption sets, and mean nothing without it
  const details = ['x-oss-server-side-data-encryption', 'x-oss-server-side-encryption-key-id']
  const sent = Object.values(input).map((field) => String(field.name).toLowerCase())
  assert.deepEqual([...Object.keys(permissionsWith), ...details].sort(), sent.sort())
})

test('ACLs open nothing but reading and writing objects and their uploads', () => {
  const opened = Object.entries(ACTIONS).filter(([, access]) => access !== 'manage')
  assert.deepEqual(Object.fromEntries(opened), {
    'oss:GetObject': 'read',
    'oss:GetObjectVersion': 'read',
    'oss:PutObject': 'write',
    'oss:DeleteObject': 'write',
    'oss:DeleteObjectVersion': 'write',
    'oss:AbortMultipartUpload': 'write',
    'oss:ListParts': 'write',
  })
})
