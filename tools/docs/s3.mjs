import { ABSENT_S3_OPERATIONS, operations, s3Operations } from '@bindery/protocol'
import { anchor, code, table } from './markdown.mjs'
import { requestForms } from './requests.mjs'

const INTRODUCTION = `The table lists the operations of S3 that are known here. A request that is signed by AWS Signature Version 4, or that
carries the headers of an SDK of S3, is a request of S3, as is a request without a signature at a host of \`--s3-domains\`, or anywhere
with \`--anonymous-dialect s3\`; it reaches the same buckets and objects as those of OSS. An absent
operation answers \`501 NotImplemented\` and names itself. Headers for features that Bindery lacks are refused in the same way,
rather than ignored. Signatures of version 2 verify as well; SigV4A is refused.`

const MAPPING = `## How settings of buckets map

A document that both protocols have is one stored document. Each protocol shows what it has words for; a write replaces all of it.

| Document | What differs |
|---|---|
| CORS | Rules have an ID in S3 only; \`ResponseVary\` is OSS's, and false where S3 wrote the rules. |
| lifecycle | \`Expiration/Date\` and days are the same. Rules by \`CreatedBeforeDate\` or with \`Filter/Not\` work on, but S3 does not see them. \`Transition/Date\` and \`NewerNoncurrentVersions\` are refused. ONEZONE_IA, INTELLIGENT_TIERING and GLACIER_IR are IA. |
| tags | S3 allows 50 and answers 404 where a bucket has no tags; OSS allows 20. CreateBucket takes them too, from requesters that may set tags. |
| encryption | \`aws:kms\` and \`aws:kms:dsse\` are KMS; the ARN of a key stands for its id. SM4 is shown as AES256. \`BucketKeyEnabled\` is only kept. The encryption context of an object, S3 only, binds its data key under KMS. |
| keys of customers | SSE-C, S3 only: OSS lists and deletes such objects, and does not read them. Without TLS keys are taken from this machine only. ETags stay those of the plain bytes. |
| policy | One text, returned as it was sent. \`Version\` decides its language: \`1\` is OSS's, \`2012-10-17\` and \`2008-10-17\` are S3's, with \`s3:\` actions, \`arn:aws:s3:::\` resources, and principals that are accounts, users (\`arn:aws:iam::ACCOUNT:user/NAME\`) or sessions of roles. Conditions may use \`aws:SourceIp\`, \`aws:UserAgent\`, \`aws:CurrentTime\`, \`aws:SecureTransport\`, \`aws:MultiFactorAuthPresent\`, \`s3:prefix\`, \`s3:delimiter\` and tags; anything else is refused. As in OSS, \`*\` includes the owner only under a condition. |
| public access block | All four switches together are OSS's one; some of them alone are refused. |
| ACL | A public one that S3 set opens listings, and not objects; one that OSS set opens objects, and not listings. Grants are accepted if they match a canned ACL. |
| object lock | What OSS calls ObjectWorm: the same retentions and legal holds. |
| forms | POST forms are signed in S3's way, of version 4 or 2, or not at all; the field \`tagging\` is refused. |
| ownership controls | S3 only. \`BucketOwnerEnforced\` refuses ACLs that open something, also of new objects. |
| website | Redirections of everything are S3's, and rules that fetch from an origin are OSS's; each is kept and shown where it is understood. \`RedirectAllRequestsTo\` redirects every anonymous read. |
| logging | Grants and formats of keys are refused. |
| acceleration | Stored and returned; nothing is faster. |
| notifications | Only the empty configuration is taken. |
| replication | One set of rules. Those of S3 are returned as they were set, and shown to OSS without what it lacks, such as tags; those of OSS are shown one for each prefix. Both buckets must keep versions. Nothing is replicated. |
| inventory | One set of inventories, whose reports are written as CSV in OSS's form. ORC, Parquet and the columns \`ObjectAccessControlList\` and \`LifecycleExpirationDate\` are refused. Monthly ones, and those with OSS's conditions, are not shown to S3. |
| analytics, metrics, intelligent tiering | S3 only. Checked, stored, returned and listed, at most 1,000 of each; nothing acts on them. |`

const BEYOND = `## Queries, checksums and temporary keys

SelectObjectContent runs the SQL of [SelectObject](operations.md#selectobject), with \`FROM S3Object\`, and returns S3's stream of events. It
has S3's wildcards of LIKE, any expression can be selected, and there are LOWER, UPPER, CHAR_LENGTH, TRIM, SUBSTRING, COALESCE and NULLIF.
CSV and JSON are read and written in any combination. BZIP2, Parquet and another escape than a doubled quote are refused by
name. A \`ScanRange\` needs plain JSON lines, or plain CSV without quoted record delimiters; the header is read whatever the range is. Error codes are those of OSS.

Checksums are CRC32, CRC32C, CRC64NVME, SHA1, SHA256, SHA512 and MD5; XXHASH64, XXHASH3 and XXHASH128 are refused as unsupported algorithms.
An object that came without a checksum has none. A copy refers to the bytes of its source, and has its ETag and its checksum, also one over
checksums; it gets another one where the request names it.

A copy or a Complete that takes longer than 15 seconds is answered with status 200 and blanks, and then by its result or its error.

AWS's STS is spoken on the same port: AssumeRole and GetCallerIdentity, signed for the service \`sts\`. Roles are those of OSS;
\`arn:aws:iam::ACCOUNT:role/NAME\` names one. Any other action is refused as InvalidAction.`

export function render() {
  const there = Object.values(s3Operations)
  const absentNames = new Set(ABSENT_S3_OPERATIONS.map(({ name }) => name))
  const rows = [
    ...there.map((operation) => [
      `[${operation.name}](${operation.source})`,
      requestForms(operation),
      operation.level,
      handling(operation),
      refusals(operation.refuses ?? []),
    ]),
    ...ABSENT_S3_OPERATIONS.map((operation) => [
      operation.name,
      requestForms(operation),
      operation.level,
      'absent',
      '',
    ]),
  ]
  const count = `Implemented: ${there.length}. Absent: ${absentNames.size}.`
  const head = ['Operation', 'Request', 'Level', 'State', 'Refused by name']
  return `${INTRODUCTION}\n\n${count}\n\n${table(head, rows)}\n\n${MAPPING}\n\n${BEYOND}`
}

function handling({ handledAs }) {
  const oss = operations[handledAs]
  return oss === undefined ? 'there, without one of OSS' : `as [${handledAs}](operations.md#${anchor(oss.name)})`
}

function refusals(refuses) {
  return refuses.map(({ name }) => code(name)).join(', ')
}
