/** The documents of buckets that S3 and OSS both have. */
import { type Codec, integer, oneOf, text, truth } from '../../codec.js'
import { OssError } from '../../errors/oss-error.js'
import { implied } from '../../field.js'
import { bucketCors, headerName, SECONDS_MAX, wildcardText } from '../../operations/bucket/cors.js'
import { bucketEncryption, checkEncryption } from '../../operations/bucket/encryption.js'
import { getBucketPolicyStatus as ossGetBucketPolicyStatus } from '../../operations/bucket/get-bucket-policy-status.js'
import { bucketLogging } from '../../operations/bucket/logging.js'
import { bucketPolicy } from '../../operations/bucket/policy.js'
import { bucketPublicAccessBlock } from '../../operations/bucket/public-access-block.js'
import { bucketRequestPayment } from '../../operations/bucket/request-payment.js'
import type { BucketSettings } from '../../operations/bucket/settings.js'
import { bucketTags } from '../../operations/bucket/tags.js'
import { bucketTransferAcceleration } from '../../operations/bucket/transfer-acceleration.js'
import { sseAlgorithm } from '../../operations/encryption-fields.js'
import { element, group, list, maybe, optionalElement, refusedElement, texts, xml } from '../../xml.js'
import { bucketTagSet, checkedTags } from './bucket-tags.js'
import { s3Operation, s3Page, sharedWith } from './declare.js'
import { deleteDocument, getDocument, mapped, putDocument } from './document.js'

// CORS

const CORS_RULES_MAX = 100
const METHODS = ['GET', 'PUT', 'DELETE', 'POST', 'HEAD'] as const

const corsMethod: Codec<(typeof METHODS)[number]> = {
  ...oneOf(METHODS),
  causes: ['corsMethodUnsupported'],
  decode(value) {
    const method = METHODS.find((one) => one === value)
    if (method === undefined) throw new OssError('corsMethodUnsupported', { method: value })
    return method
  },
}

/** Only OSS can set whether answers carry `Vary: Origin`. */
const cors = mapped(
  xml('CORSConfiguration', {
    rules: list('CORSRule', {
      id: optionalElement('ID', text),
      allowedMethods: texts('AllowedMethod', corsMethod, { missing: 'malformedXml' }),
      allowedOrigins: texts('AllowedOrigin', wildcardText, { missing: 'malformedXml' }),
      allowedHeaders: texts('AllowedHeader', wildcardText),
      maxAgeSeconds: optionalElement('MaxAgeSeconds', integer(0, SECONDS_MAX)),
      exposeHeaders: texts('ExposeHeader', headerName),
    }),
  }),
  {
    read({ rules }): BucketSettings['cors'] {
      if (rules.length === 0 || rules.length > CORS_RULES_MAX) throw new OssError('malformedXml')
      return { rules, responseVary: false }
    },
    write: ({ rules }) => ({ rules }),
  },
)

const corsOperations = [
  putDocument(bucketCors.put, { name: 'PutBucketCors', document: cors, errors: ['corsMethodUnsupported'] }),
  getDocument(bucketCors.get, { name: 'GetBucketCors', document: cors }),
  deleteDocument(bucketCors.delete, 'DeleteBucketCors'),
] as const

// Tags

const tags = mapped(xml('Tagging', { tagSet: bucketTagSet('TagSet') }), {
  read: (tagging): BucketSettings['tagging'] => ({ tagSet: checkedTags(tagging.tagSet) }),
  write: (tagging) => tagging,
})

const tagOperations = [
  putDocument(bucketTags.put, { name: 'PutBucketTagging', document: tags, status: 204 }),
  getDocument(bucketTags.get, { name: 'GetBucketTagging', document: tags, unset: 'noSuchTagSet' }),
  deleteDocument(bucketTags.delete, 'DeleteBucketTagging'),
] as const

// Encryption

const encryption = mapped(
  xml('ServerSideEncryptionConfiguration', {
    rules: list('Rule', {
      byDefault: group('ApplyServerSideEncryptionByDefault', {
        sseAlgorithm: element('SSEAlgorithm', sseAlgorithm),
        kmsMasterKeyId: optionalElement('KMSMasterKeyID', { ...text, spelled: 'keyId' }),
      }),
      bucketKeyEnabled: optionalElement('BucketKeyEnabled', truth('malformedXml')),
    }),
  }),
  {
    read({ rules }): BucketSettings['encryption'] {
      const [rule] = rules
      if (rule === undefined || rules.length > 1) throw new OssError('malformedXml')
      return { byDefault: checkEncryption(rule.byDefault), bucketKeyEnabled: rule.bucketKeyEnabled }
    },
    write: ({ byDefault, bucketKeyEnabled = false }) => ({ rules: [{ byDefault, bucketKeyEnabled }] }),
  },
)

const encryptionOperations = [
  putDocument(bucketEncryption.put, { name: 'PutBucketEncryption', document: encryption }),
  getDocument(bucketEncryption.get, { name: 'GetBucketEncryption', document: encryption }),
  deleteDocument(bucketEncryption.delete, 'DeleteBucketEncryption'),
] as const

// Policies: one text, in the grammar of either

const policyOperations = [
  {
    ...putDocument(bucketPolicy.put, {
      name: 'PutBucketPolicy',
      document: bucketPolicy.document,
      status: 204,
      errors: ['malformedPolicy'],
    }),
    answersAs: { invalidPolicyDocument: 'malformedPolicy' as const },
  },
  getDocument(bucketPolicy.get, { name: 'GetBucketPolicy', document: bucketPolicy.document }),
  deleteDocument(bucketPolicy.delete, 'DeleteBucketPolicy'),
  s3Operation({
    ...sharedWith(ossGetBucketPolicyStatus),
    name: 'GetBucketPolicyStatus',
    source: s3Page('GetBucketPolicyStatus'),
    input: { needsPolicy: implied(true) },
    output: {},
    result: ossGetBucketPolicyStatus.result as NonNullable<typeof ossGetBucketPolicyStatus.result>,
    errors: [...ossGetBucketPolicyStatus.errors, 'noSuchBucketPolicy'],
  }),
] as const

// Public access

const SWITCHES = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'] as const
const toggle = (name: (typeof SWITCHES)[number]) => optionalElement(name, truth('malformedXml'))

/** OSS has one switch for all four: some of them alone are refused. */
const publicAccessBlock = mapped(
  xml('PublicAccessBlockConfiguration', {
    blockPublicAcls: toggle('BlockPublicAcls'),
    ignorePublicAcls: toggle('IgnorePublicAcls'),
    blockPublicPolicy: toggle('BlockPublicPolicy'),
    restrictPublicBuckets: toggle('RestrictPublicBuckets'),
  }),
  {
    read(sent): BucketSettings['publicAccessBlock'] {
      const switches = [sent.blockPublicAcls, sent.ignorePublicAcls, sent.blockPublicPolicy, sent.restrictPublicBuckets]
      const [first = false, ...others] = switches.map((one) => one === true)
      if (others.some((one) => one !== first)) {
        const element = SWITCHES.filter((_, index) => switches[index] === true).join(', ')
        throw new OssError('elementNotImplemented', { element })
      }
      return { blockPublicAccess: first }
    },
    write: ({ blockPublicAccess: all }) => ({
      blockPublicAcls: all,
      ignorePublicAcls: all,
      blockPublicPolicy: all,
      restrictPublicBuckets: all,
    }),
  },
)

const publicAccessOperations = [
  putDocument(bucketPublicAccessBlock.put, {
    name: 'PutPublicAccessBlock',
    document: publicAccessBlock,
    errors: ['elementNotImplemented'],
  }),
  getDocument(bucketPublicAccessBlock.get, {
    name: 'GetPublicAccessBlock',
    document: publicAccessBlock,
    unset: 'noSuchPublicAccessBlock',
  }),
  deleteDocument(bucketPublicAccessBlock.delete, 'DeletePublicAccessBlock'),
] as const

// Logging, payment, acceleration

const logging = mapped(
  xml('BucketLoggingStatus', {
    loggingEnabled: maybe(
      'LoggingEnabled',
      group('LoggingEnabled', {
        targetBucket: element('TargetBucket', text),
        targetPrefix: element('TargetPrefix', text),
        targetGrants: refusedElement('TargetGrants'),
        targetObjectKeyFormat: refusedElement('TargetObjectKeyFormat'),
      }),
    ),
  }),
  {
    read: ({ loggingEnabled: enabled }): BucketSettings['logging'] =>
      bucketLogging.check(
        enabled ? { loggingEnabled: { targetBucket: enabled.targetBucket, targetPrefix: enabled.targetPrefix } } : {},
        {},
      ),
    write: (status) => status,
  },
)

const payment = bucketRequestPayment.document

const acceleration = mapped(
  xml('AccelerateConfiguration', {
    status: optionalElement('Status', oneOf(['Enabled', 'Suspended'], 'malformedXml')),
  }),
  {
    read({ status }): BucketSettings['transferAcceleration'] {
      if (status === undefined) throw new OssError('malformedXml')
      return { enabled: status === 'Enabled' }
    },
    /** An empty document where it was never set. */
    write: (setting: BucketSettings['transferAcceleration'] | undefined) =>
      setting === undefined ? {} : { status: setting.enabled ? ('Enabled' as const) : ('Suspended' as const) },
  },
)
const ACCELERATE = [{ query: ['accelerate'] }]

const otherOperations = [
  putDocument(bucketLogging.put, { name: 'PutBucketLogging', document: logging, errors: ['elementNotImplemented'] }),
  getDocument(bucketLogging.get, { name: 'GetBucketLogging', document: logging }),
  putDocument(bucketRequestPayment.put, { name: 'PutBucketRequestPayment', document: payment }),
  getDocument(bucketRequestPayment.get, { name: 'GetBucketRequestPayment', document: payment }),
  putDocument(bucketTransferAcceleration.put, {
    name: 'PutBucketAccelerateConfiguration',
    document: acceleration,
    when: ACCELERATE,
  }),
  getDocument(bucketTransferAcceleration.get, {
    name: 'GetBucketAccelerateConfiguration',
    document: acceleration,
    when: ACCELERATE,
    unset: { value: undefined },
  }),
] as const

/** The operations on CORS, tags, encryption, policy and the other documents of a bucket. */
export const settingOperations = [
  ...corsOperations,
  ...tagOperations,
  ...encryptionOperations,
  ...policyOperations,
  ...publicAccessOperations,
  ...otherOperations,
] as const
