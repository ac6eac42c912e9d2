import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  elements,
  type S3Request,
  type StartedService,
  s3,
  startWithBucket,
} from './testing/index.js'

const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'

const asS3 = (started: StartedService, method: S3Request['method'], query: string, body = '', more = {}) =>
  s3(started, { bucket: BUCKET, method, query, body, ...more })
const asOss = (started: StartedService, method: S3Request['method'], key: string, body = '') =>
  call(started, { method, bucket: BUCKET, query: { [key]: undefined }, ...(body !== '' && { body }) })

/** Status and code of a failure. */
async function refusal(answer: Promise<{ readonly status: number; readonly text: string }>) {
  const { status, text } = await answer
  return `${status} ${element(text, 'Code')}`
}

describe('documents of buckets in S3', () => {
  test('what was never set is answered as S3 does, although OSS answers otherwise', async () => {
    const started = await startWithBucket()
    const missing = [
      ['policy', 'NoSuchBucketPolicy'],
      ['policyStatus', 'NoSuchBucketPolicy'],
      ['cors', 'NoSuchCORSConfiguration'],
      ['website', 'NoSuchWebsiteConfiguration'],
      ['lifecycle', 'NoSuchLifecycleConfiguration'],
      ['tagging', 'NoSuchTagSet'],
      ['replication', 'ReplicationConfigurationNotFoundError'],
      ['publicAccessBlock', 'NoSuchPublicAccessBlockConfiguration'],
      ['ownershipControls', 'OwnershipControlsNotFoundError'],
      ['encryption', 'ServerSideEncryptionConfigurationNotFoundError'],
      ['inventory&id=a', 'NoSuchConfiguration'],
    ]
    for (const [query = '', code] of missing) assert.equal(await refusal(asS3(started, 'GET', query)), `404 ${code}`)
    const empty = [
      ['versioning', 'VersioningConfiguration', ''],
      ['logging', 'BucketLoggingStatus', ''],
      ['notification', 'NotificationConfiguration', ''],
      ['accelerate', 'AccelerateConfiguration', ''],
      ['requestPayment', 'RequestPaymentConfiguration', '<Payer>BucketOwner</Payer>'],
      ['inventory', 'ListInventoryConfigurationsResult', '<IsTruncated>false</IsTruncated>'],
      ['analytics', 'ListBucketAnalyticsConfigurationResult', '<IsTruncated>false</IsTruncated>'],
    ]
    for (const [query = '', root, content] of empty) {
      const { status, text } = await asS3(started, 'GET', query)
      assert.equal(status, 200, query)
      assert.ok(text.endsWith(`<${root} ${XMLNS}>${content}</${root}>`), text)
    }
    assert.equal(await refusal(asOss(started, 'GET', 'lifecycle')), '404 NoSuchLifecycle')
    assert.equal((await asOss(started, 'GET', 'tagging')).status, 200)
  })

  test('each DELETE answers 204, also where nothing was set', async () => {
    const started = await startWithBucket()
    const keys = [
      'policy',
      'cors',
      'website',
      'lifecycle',
      'tagging',
      'encryption',
      'publicAccessBlock',
      'ownershipControls',
      'replication',
    ]
    for (const key of keys) assert.equal((await asS3(started, 'DELETE', key)).status, 204, key)
  })

  test('CORS rules keep their ids, and answer preflights and pages', async () => {
    const started = await startWithBucket()
    const rule =
      '<CORSRule><ID>one</ID><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>https://a.example</AllowedOrigin><AllowedHeader>*</AllowedHeader><MaxAgeSeconds>60</MaxAgeSeconds><ExposeHeader>ETag</ExposeHeader></CORSRule>'
    const put = await asS3(started, 'PUT', 'cors', `<CORSConfiguration>${rule}</CORSConfiguration>`)
    assert.equal(put.status, 200, put.text)
    assert.ok(
      (await asS3(started, 'GET', 'cors')).text.endsWith(`<CORSConfiguration ${XMLNS}>${rule}</CORSConfiguration>`),
    )
    assert.equal(element((await asOss(started, 'GET', 'cors')).text, 'ResponseVary'), 'false')

    const asked = { origin: 'https://a.example', 'access-control-request-method': 'PUT' }
    const headers = { ...asked, 'access-control-request-headers': 'content-type,x-amz-date' }
    const preflight = await s3(started, { method: 'OPTIONS', bucket: BUCKET, key: 'k', as: 'anonymous', headers })
    assert.deepEqual(
      [preflight.status, preflight.headers.server, preflight.headers['access-control-allow-origin']],
      [200, 'AmazonS3', 'https://a.example'],
    )
    assert.equal(preflight.headers['access-control-allow-headers'], 'content-type,x-amz-date')
    const elsewhere = { ...headers, origin: 'https://b.example' }
    const refused = s3(started, { method: 'OPTIONS', bucket: BUCKET, key: 'k', as: 'anonymous', headers: elsewhere })
    assert.equal(await refusal(refused), '403 AccessForbidden')
    const written = await asS3(started, 'PUT', 'cors=', `<CORSConfiguration>${rule}</CORSConfiguration>`, {
      headers: { origin: 'https://a.example' },
    })
    assert.equal(written.headers['access-control-expose-headers'], 'ETag')

    const patch = rule.replace('PUT', 'PATCH')
    const unsupported = await asS3(started, 'PUT', 'cors', `<CORSConfiguration>${patch}</CORSConfiguration>`)
    assert.equal(element(unsupported.text, 'Code'), 'InvalidRequest')
    assert.equal(
      element(unsupported.text, 'Message'),
      'Found unsupported HTTP method in CORS config. Unsupported method is PATCH',
    )
  })

  test('tags of a bucket are those that OSS has; an empty list deletes them', async () => {
    const started = await startWithBucket()
    const tags = (...pairs: readonly (readonly [string, string])[]) =>
      `<Tagging><TagSet>${pairs.map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`).join('')}</TagSet></Tagging>`
    assert.equal((await asS3(started, 'PUT', 'tagging', tags(['team', 'a b']))).status, 204)
    assert.equal(element((await asOss(started, 'GET', 'tagging')).text, 'Value'), 'a b')
    assert.equal(await refusal(asS3(started, 'PUT', 'tagging', tags(['aws:x', '']))), '400 InvalidTag')
    assert.equal(await refusal(asS3(started, 'PUT', 'tagging', tags(['a', ''], ['a', '']))), '400 InvalidTag')
    const many = Array.from({ length: 51 }, (_, index) => [`k${index}`, ''] as const)
    assert.equal(await refusal(asS3(started, 'PUT', 'tagging', tags(...many))), '400 BadRequest')
    assert.equal((await asS3(started, 'PUT', 'tagging', tags(...many.slice(1)))).status, 204)
    assert.equal((await asS3(started, 'PUT', 'tagging', tags())).status, 204)
    assert.equal(await refusal(asS3(started, 'GET', 'tagging')), '404 NoSuchTagSet')
  })

  test('lifecycle rules of both forms are returned in their form, and are those of OSS', async () => {
    const started = await startWithBucket()
    const rules = [
      '<Rule><ID>old</ID><Prefix>logs/</Prefix><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule>',
      '<Rule><ID>all</ID><Filter><Prefix></Prefix></Filter><Status>Disabled</Status><Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition><Transition><Days>60</Days><StorageClass>GLACIER</StorageClass></Transition></Rule>',
      '<Rule><ID>tag</ID><Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter><Status>Enabled</Status><Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration></Rule>',
      '<Rule><ID>and</ID><Filter><And><Prefix>p/</Prefix><Tag><Key>a</Key><Value>b</Value></Tag><Tag><Key>c</Key><Value>d</Value></Tag><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></And></Filter><Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>7</NoncurrentDays></NoncurrentVersionExpiration></Rule>',
      '<Rule><ID>size</ID><Filter><ObjectSizeLessThan>500</ObjectSizeLessThan></Filter><Status>Enabled</Status><Expiration><Days>9</Days></Expiration></Rule>',
      '<Rule><ID>uploads</ID><Filter><Prefix>u/</Prefix></Filter><Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>',
    ].join('')
    const put = await asS3(started, 'PUT', 'lifecycle', `<LifecycleConfiguration>${rules}</LifecycleConfiguration>`)
    assert.equal(put.status, 200, put.text)
    const { text } = await asS3(started, 'GET', 'lifecycle')
    assert.equal(text.slice(text.indexOf('<Rule>')), `${rules}</LifecycleConfiguration>`)
    const oss = (await asOss(started, 'GET', 'lifecycle')).text
    assert.deepEqual(elements(oss, 'StorageClass'), ['IA', 'Archive'])
    assert.match(oss, /<AbortMultipartUpload><Days>2<\/Days><\/AbortMultipartUpload>/)
    assert.match(oss, /<ObjectSizeGreaterThan>5<\/ObjectSizeGreaterThan>/)
  })

  test('lifecycle rules that contradict themselves, or use what OSS lacks, are refused', async () => {
    const started = await startWithBucket()
    const expiration = '<Expiration><Days>3</Days></Expiration>'
    const faults = [
      [`<Prefix>a</Prefix><Filter/><Status>Enabled</Status>${expiration}`, '400 MalformedXML'],
      [`<Status>Enabled</Status>${expiration}`, '400 MalformedXML'],
      [`<Prefix/><Status>enabled</Status>${expiration}`, '400 MalformedXML'],
      ['<Prefix/><Status>Enabled</Status>', '400 MalformedXML'],
      ['<Prefix/><Status>Enabled</Status><Expiration><Days>0</Days></Expiration>', '400 InvalidArgument'],
      [
        '<Prefix/><Status>Enabled</Status><Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>',
        '400 MalformedXML',
      ],
      [
        '<Prefix/><Status>Enabled</Status><Expiration><Date>2030-01-01T10:00:00Z</Date></Expiration>',
        '400 InvalidArgument',
      ],
      [`<ID>${'x'.repeat(256)}</ID><Prefix/><Status>Enabled</Status>${expiration}`, '400 InvalidArgument'],
      [
        `<Filter><And><Tag><Key>a</Key><Value>b</Value></Tag><Tag><Key>a</Key><Value>c</Value></Tag></And></Filter><Status>Enabled</Status>${expiration}`,
        '400 InvalidRequest',
      ],
      [
        '<Prefix/><Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>',
        '501 NotImplemented',
      ],
    ]
    for (const [rule, expected] of faults) {
      const body = `<LifecycleConfiguration><Rule>${rule}</Rule></LifecycleConfiguration>`
      assert.equal(await refusal(asS3(started, 'PUT', 'lifecycle', body)), expected, rule)
    }
    assert.equal(await refusal(asS3(started, 'GET', 'lifecycle')), '404 NoSuchLifecycleConfiguration')
  })

  test('a rule that S3 cannot express is left out of its answer, and stays in force', async () => {
    const started = await startWithBucket()
    const rule = (id: string, expiration: string) =>
      `<Rule><ID>${id}</ID><Prefix>${id}</Prefix><Status>Enabled</Status><Expiration>${expiration}</Expiration></Rule>`
    const dated = rule('a', '<CreatedBeforeDate>2025-01-01T00:00:00.000Z</CreatedBeforeDate>')
    const body = `<LifecycleConfiguration>${dated}${rule('b', '<Days>1</Days>')}</LifecycleConfiguration>`
    assert.equal((await asOss(started, 'PUT', 'lifecycle', body)).status, 200)
    assert.deepEqual(elements((await asS3(started, 'GET', 'lifecycle')).text, 'ID'), ['b'])
  })

  test('the default encryption has the words of either', async () => {
    const started = await startWithBucket()
    const rule = (algorithm: string, more = '') =>
      `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm>${more}</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`
    const arn = '<KMSMasterKeyID>arn:aws:kms:cn-hangzhou:1:key/one</KMSMasterKeyID>'
    assert.equal((await asS3(started, 'PUT', 'encryption', rule('aws:kms', arn))).status, 200)
    const { text } = await asOss(started, 'GET', 'encryption')
    assert.deepEqual([element(text, 'SSEAlgorithm'), element(text, 'KMSMasterKeyID')], ['KMS', 'one'])
    const shown = (await asS3(started, 'GET', 'encryption')).text
    assert.deepEqual([element(shown, 'SSEAlgorithm'), element(shown, 'BucketKeyEnabled')], ['aws:kms', 'false'])
    assert.equal(await refusal(asS3(started, 'PUT', 'encryption', rule('AES256', arn))), '400 InvalidArgument')
    assert.equal(await refusal(asS3(started, 'PUT', 'encryption', rule('KMS'))), '400 InvalidEncryptionAlgorithmError')
  })

  test('all four switches of public access are the one of OSS, and some alone are refused', async () => {
    const started = await startWithBucket()
    const body = (...values: readonly string[]) => {
      const names = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets']
      const switches = names.map((name, index) => `<${name}>${values[index] ?? values[0]}</${name}>`).join('')
      return `<PublicAccessBlockConfiguration>${switches}</PublicAccessBlockConfiguration>`
    }
    assert.equal((await asS3(started, 'PUT', 'publicAccessBlock', body('true'))).status, 200)
    assert.equal(element((await asOss(started, 'GET', 'publicAccessBlock')).text, 'BlockPublicAccess'), 'true')
    assert.equal(element((await asS3(started, 'GET', 'publicAccessBlock')).text, 'RestrictPublicBuckets'), 'true')
    assert.equal(await refusal(asS3(started, 'PUT', 'publicAccessBlock', body('true', 'false'))), '501 NotImplemented')
    assert.equal((await asS3(started, 'DELETE', 'publicAccessBlock')).status, 204)
    assert.equal(element((await asOss(started, 'GET', 'publicAccessBlock')).text, 'BlockPublicAccess'), 'false')
  })

  test('a website is kept in either form, and rules that S3 cannot express are not shown', async () => {
    const started = await startWithBucket()
    const site =
      '<IndexDocument><Suffix>index.html</Suffix></IndexDocument><ErrorDocument><Key>404.html</Key></ErrorDocument><RoutingRules><RoutingRule><Condition><KeyPrefixEquals>a/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith>b/</ReplaceKeyPrefixWith></Redirect></RoutingRule></RoutingRules>'
    const put = await asS3(started, 'PUT', 'website', `<WebsiteConfiguration>${site}</WebsiteConfiguration>`)
    assert.equal(put.status, 200, put.text)
    assert.ok((await asS3(started, 'GET', 'website')).text.endsWith(`${site}</WebsiteConfiguration>`))
    assert.equal(element((await asOss(started, 'GET', 'website')).text, 'RedirectType'), 'External')
    const all =
      '<RedirectAllRequestsTo><HostName>example.com</HostName><Protocol>https</Protocol></RedirectAllRequestsTo>'
    const redirecting = `<WebsiteConfiguration>${all}</WebsiteConfiguration>`
    assert.equal((await asS3(started, 'PUT', 'website', redirecting)).status, 200)
    assert.ok((await asS3(started, 'GET', 'website')).text.endsWith(`${all}</WebsiteConfiguration>`))
    const page = { method: 'GET', key: 'a b/c', as: 'anonymous' } as const
    for (const asked of [
      await call(started, { ...page, bucket: BUCKET }),
      await s3(started, { ...page, bucket: BUCKET, headers: { 'amz-sdk-request': 'attempt=1' } }),
    ]) {
      assert.deepEqual([asked.status, asked.headers.location], [301, 'https://example.com/a%20b/c'])
    }
    assert.equal((await s3(started, { method: 'GET', bucket: BUCKET, key: 'k' })).status, 404)
    const both = `<WebsiteConfiguration>${all}${site}</WebsiteConfiguration>`
    assert.equal(await refusal(asS3(started, 'PUT', 'website', both)), '400 MalformedXML')
  })

  test('an object of a website may send its readers elsewhere, and a copy of it does not', async () => {
    const started = await startWithBucket()
    const location = 'x-amz-website-redirect-location'
    const put = (key: string, place: string, more = {}) =>
      s3(started, {
        method: 'PUT',
        bucket: BUCKET,
        key,
        body: 'x',
        headers: { [location]: place, 'x-amz-acl': 'public-read', ...more },
      })
    assert.equal(await refusal(put('k', 'ftp://example.com')), '400 InvalidRedirectLocation')
    assert.equal((await put('out', 'https://example.com/a')).status, 200)
    assert.equal((await put('in', '/page')).status, 200)
    await put('secret', '/page', { 'x-amz-acl': 'private' })
    const read = (key: string) => call(started, { method: 'GET', bucket: BUCKET, key, as: 'anonymous' })
    assert.equal((await read('out')).status, 200)
    const site = '<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument></WebsiteConfiguration>'
    assert.equal((await asS3(started, 'PUT', 'website', site)).status, 200)
    const seen = async (key: string) => {
      const { status, headers } = await read(key)
      return [status, headers.location]
    }
    assert.deepEqual(await seen('out'), [301, 'https://example.com/a'])
    assert.match(String((await seen('in'))[1]), /^http:\/\/bkt\..*\/page$/)
    assert.deepEqual(await seen('secret'), [403, undefined])
    const head = (key: string) => s3(started, { method: 'HEAD', bucket: BUCKET, key })
    assert.deepEqual(
      [(await head('out')).status, (await head('out')).headers[location]],
      [200, 'https://example.com/a'],
    )
    const copy = { 'x-amz-copy-source': `${BUCKET}/out` }
    assert.equal((await s3(started, { method: 'PUT', bucket: BUCKET, key: 'copy', headers: copy })).status, 200)
    assert.equal((await head('copy')).headers[location], undefined)
  })

  test('replication rules of OSS are shown for each prefix, and deleted together', async () => {
    const started = await startWithBucket()
    await call(started, { method: 'PUT', bucket: 'target' })
    const inner = (prefixes: string) =>
      `<PrefixSet>${prefixes}</PrefixSet><Destination><Bucket>target</Bucket><Location>oss-cn-hangzhou</Location></Destination>`
    const body = `<ReplicationConfiguration><Rule><ID>r</ID>${inner('<Prefix>a/</Prefix><Prefix>b/</Prefix>')}</Rule></ReplicationConfiguration>`
    const query = { replication: '', comp: 'add' }
    assert.equal((await call(started, { method: 'POST', bucket: BUCKET, query, body })).status, 200)
    const shown = (await asS3(started, 'GET', 'replication')).text
    assert.deepEqual(elements(shown, 'ID'), ['r-1', 'r-2'])
    assert.deepEqual(elements(shown, 'Prefix'), ['a/', 'b/'])
    assert.deepEqual(elements(shown, 'Bucket'), Array(2).fill('arn:aws:s3:::target'))
    assert.equal((await asS3(started, 'DELETE', 'replication')).status, 204)
    assert.equal((await asOss(started, 'GET', 'replication')).status, 404)
    assert.equal(await refusal(asS3(started, 'GET', 'replication')), '404 ReplicationConfigurationNotFoundError')
  })

  test('logging, payment, acceleration and ownership are set and read', async () => {
    const started = await startWithBucket()
    const documents = [
      [
        'logging',
        'BucketLoggingStatus',
        `<LoggingEnabled><TargetBucket>${BUCKET}</TargetBucket><TargetPrefix>log/</TargetPrefix></LoggingEnabled>`,
      ],
      ['requestPayment', 'RequestPaymentConfiguration', '<Payer>Requester</Payer>'],
      ['accelerate', 'AccelerateConfiguration', '<Status>Suspended</Status>'],
      ['ownershipControls', 'OwnershipControls', '<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>'],
    ]
    for (const [query = '', root, content] of documents) {
      const put = await asS3(started, 'PUT', query, `<${root}>${content}</${root}>`)
      assert.equal(put.status, 200, put.text)
      assert.ok((await asS3(started, 'GET', query)).text.endsWith(`<${root} ${XMLNS}>${content}</${root}>`), query)
    }
    const grants =
      '<BucketLoggingStatus><LoggingEnabled><TargetBucket>bkt</TargetBucket><TargetPrefix/><TargetGrants/></LoggingEnabled></BucketLoggingStatus>'
    assert.equal(await refusal(asS3(started, 'PUT', 'logging', grants)), '501 NotImplemented')
    const queue = '<NotificationConfiguration><QueueConfiguration/></NotificationConfiguration>'
    assert.equal(await refusal(asS3(started, 'PUT', 'notification', queue)), '501 NotImplemented')
    assert.equal((await asS3(started, 'PUT', 'notification', '<NotificationConfiguration/>')).status, 200)
  })
})

describe('policies in the language of S3', () => {
  const allow = (more: object) => ({
    Sid: 'one',
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${BUCKET}/*`,
    ...more,
  })
  const policy = (...statements: readonly object[]) =>
    JSON.stringify({ Version: '2012-10-17', Id: 'p', Statement: statements })
  const anonymousGet = (started: StartedService, key: string, headers = {}) =>
    s3(started, { method: 'GET', bucket: BUCKET, key, as: 'anonymous', headers: { 'x-amz-date': 'now', ...headers } })

  test('a policy is returned byte for byte in both protocols, and opens what it names', async () => {
    const started = await startWithBucket()
    await s3(started, { method: 'PUT', bucket: BUCKET, key: 'open/a', body: 'x' })
    await s3(started, { method: 'PUT', bucket: BUCKET, key: 'b', body: 'x' })
    const text = policy(allow({ Resource: [`arn:aws:s3:::${BUCKET}/open/*`] }))
    assert.equal((await asS3(started, 'PUT', 'policy', text)).status, 204)
    assert.equal((await asS3(started, 'GET', 'policy')).text, text)
    assert.equal((await asOss(started, 'GET', 'policy')).text, text)
    assert.equal(element((await asS3(started, 'GET', 'policyStatus')).text, 'IsPublic'), 'true')
    assert.equal((await anonymousGet(started, 'open/a')).status, 200)
    assert.equal((await anonymousGet(started, 'b')).status, 403)
    assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'open/a', as: 'anonymous' })).status, 200)
    assert.equal((await asS3(started, 'DELETE', 'policy')).status, 204)
    assert.equal((await anonymousGet(started, 'open/a')).status, 403)
  })

  test('wildcards, conditions and a single statement are understood', async () => {
    const started = await startWithBucket()
    await s3(started, { method: 'PUT', bucket: BUCKET, key: 'a', body: 'x', headers: { 'x-amz-tagging': 'k=v' } })
    const answers = async (statement: object) => {
      const put = await asS3(started, 'PUT', 'policy', JSON.stringify({ Version: '2008-10-17', Statement: statement }))
      assert.equal(put.status, 204, put.text)
      return (await anonymousGet(started, 'a')).status
    }
    assert.equal(await answers(allow({ Action: 's3:*' })), 200)
    assert.equal(await answers(allow({ Action: ['s3:Get*'] })), 200)
    assert.equal(await answers(allow({ Action: 's3:Put*' })), 403)
    assert.equal(await answers(allow({ Principal: { AWS: ['*'] } })), 200)
    assert.equal(await answers(allow({ Principal: { AWS: 'arn:aws:iam::42:root' } })), 403)
    const when = (operator: string, key: string, value: string) =>
      allow({ Condition: { [operator]: { [key]: value } } })
    assert.equal(await answers(when('IpAddress', 'aws:SourceIp', '127.0.0.0/8')), 200)
    assert.equal(await answers(when('Bool', 'aws:SecureTransport', 'true')), 403)
    assert.equal(await answers(when('StringEquals', 's3:ExistingObjectTag/k', 'v')), 200)
  })

  test('what Bindery does not understand in a policy of S3 is refused, never guessed', async () => {
    const started = await startWithBucket()
    const faults = [
      '{',
      '{"Version":"2012-10-17"}',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of AWS's language, which has no value here
      policy({ ...allow({}), Effect: 'Deny', Resource: 'arn:aws:s3:::bkt/${aws:username}/*' }),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the same in a condition
      policy(allow({ Condition: { StringLike: { 's3:prefix': '${aws:username}/*' } } })),
      policy(allow({ Action: 's3:Unknown' })),
      policy(allow({ Resource: 'arn:aws:ec2:::x' })),
      policy(allow({ Principal: { Service: 'logs' } })),
      policy(allow({ Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o' } } })),
      policy(allow({ Condition: { ForAnyValue: { 's3:prefix': 'o' } } })),
    ]
    for (const text of faults)
      assert.equal(await refusal(asS3(started, 'PUT', 'policy', text)), '400 MalformedPolicy', text)
  })
})
