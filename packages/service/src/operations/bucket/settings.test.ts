// size: exempt (a table: one row per setting)
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  initiate,
  OTHER,
  type StartedService,
  startWithBucket,
  uploadPart,
} from '../../testing/index.js'

interface Setting {
  readonly subresource: string
  /** The answer when no document is set: the document, or the code of its failure. */
  readonly unset: string | { readonly code: string }
  /** Documents that are sent, and the documents that are read back; default: the same. */
  readonly kept: readonly (readonly [sent: string, read?: string])[]
  readonly refused: readonly (readonly [sent: string, code: string, ec?: string])[]
  readonly canDelete?: true
  /** The code of a put to a bucket that does not exist; default: NoSuchBucket. */
  readonly putToMissing?: string
}

const tls = (inner: string) => `<HttpsConfiguration><TLS>${inner}</TLS></HttpsConfiguration>`
const group = (id: string) =>
  `<BucketResourceGroupConfiguration><ResourceGroupId>${id}</ResourceGroupId></BucketResourceGroupConfiguration>`
const acceleration = (enabled: string) =>
  `<TransferAccelerationConfiguration><Enabled>${enabled}</Enabled></TransferAccelerationConfiguration>`
const directRead = (enabled: string) =>
  `<ArchiveDirectReadConfiguration><Enabled>${enabled}</Enabled></ArchiveDirectReadConfiguration>`
const monitor = (status: string) =>
  `<AccessMonitorConfiguration><Status>${status}</Status></AccessMonitorConfiguration>`
const payer = (name: string) => `<RequestPaymentConfiguration><Payer>${name}</Payer></RequestPaymentConfiguration>`
const capacity = (size: string) => `<BucketUserQos><StorageCapacity>${size}</StorageCapacity></BucketUserQos>`
const block = (inner: string) => `<PublicAccessBlockConfiguration>${inner}</PublicAccessBlockConfiguration>`
const encryption = (inner: string) =>
  `<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault>${inner}</ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>`
const sse = (algorithm: string, more = '') => encryption(`<SSEAlgorithm>${algorithm}</SSEAlgorithm>${more}`)
const logFields = (headers: string, parameters: string) =>
  `<UserDefinedLogFieldsConfiguration><HeaderSet>${headers}</HeaderSet><ParamSet>${parameters}</ParamSet></UserDefinedLogFieldsConfiguration>`
const logging = (inner: string) => `<BucketLoggingStatus>${inner}</BucketLoggingStatus>`
const target = (bucket: string, more: string) =>
  logging(`<LoggingEnabled><TargetBucket>${bucket}</TargetBucket>${more}</LoggingEnabled>`)
const referer = (inner: string) => `<RefererConfiguration>${inner}</RefererConfiguration>`
const EMPTY_REFERER = '<AllowEmptyReferer>true</AllowEmptyReferer>'
const REFERERS = '<RefererList><Referer>http://*.a.com</Referer></RefererList>'
const header = (name: string) => `<header>${name}</header>`

const FORBID = '<Action>forbid</Action>'
const overwriting = (...rules: string[]) =>
  `<OverwriteConfiguration>${rules.map((rule) => `<Rule>${rule}</Rule>`).join('')}</OverwriteConfiguration>`
const LIMITS = ['UploadBandwidth', 'DownloadBandwidth', 'Qps'].flatMap((what) =>
  ['Total', 'Intranet', 'Extranet'].map((where) => where + what),
)
const limits = (values: readonly number[]) =>
  `<QoSConfiguration>${LIMITS.map((name, index) => `<${name}>${values[index]}</${name}>`).join('')}</QoSConfiguration>`
const quota = (bytes: string, mode: string) =>
  `<QuotaConfiguration><StorageQuota>${bytes}</StorageQuota><Mode>${mode}</Mode></QuotaConfiguration>`
const hiding = (...rules: (readonly [name: string, operations: readonly string[], headers: readonly string[]])[]) => {
  const texts = (name: string, values: readonly string[]) => values.map((one) => `<${name}>${one}</${name}>`).join('')
  const all = rules.map(
    ([name, operations, headers]) =>
      `<Rule><Name>${name}</Name><Filters>${texts('Operation', operations)}</Filters><HideHeaders>${texts('Header', headers)}</HideHeaders></Rule>`,
  )
  return `<ResponseHeaderConfiguration>${all.join('')}</ResponseHeaderConfiguration>`
}
const processing = (protect: string, suffixes: string, delimiters: string) =>
  `<BucketProcessConfiguration><SourceFileProtect>${protect}</SourceFileProtect><SourceFileProtectSuffix>${suffixes}</SourceFileProtectSuffix><StyleDelimiters>${delimiters}</StyleDelimiters><Version>2</Version></BucketProcessConfiguration>`

const SETTINGS: readonly Setting[] = [
  {
    subresource: 'requestPayment',
    unset: payer('BucketOwner'),
    kept: [[payer('Requester')], [payer('BucketOwner')]],
    refused: [
      [payer('Stranger'), 'MalformedXML'],
      ['<RequestPaymentConfiguration/>', 'MalformedXML'],
    ],
  },
  {
    subresource: 'transferAcceleration',
    unset: { code: 'NoSuchTransferAccelerationConfiguration' },
    kept: [[acceleration('true')], [acceleration('false')]],
    refused: [[acceleration('invalid'), 'MalformedXML']],
    canDelete: true,
  },
  {
    subresource: 'accessmonitor',
    unset: monitor('Disabled'),
    kept: [[monitor('Enabled')], [monitor('Disabled')]],
    refused: [[monitor('On'), 'MalformedXML']],
  },
  {
    subresource: 'bucketArchiveDirectRead',
    unset: { code: 'NoSuchArchiveDirectReadConfiguration' },
    kept: [[directRead('true')], [directRead('false')]],
    refused: [[directRead('yes'), 'MalformedXML']],
  },
  {
    subresource: 'httpsConfig',
    unset: tls('<Enable>false</Enable>'),
    kept: [
      [tls('<Enable>true</Enable><TLSVersion>TLSv1.2</TLSVersion><TLSVersion>TLSv1.3</TLSVersion>')],
      [
        '<HttpsConfiguration><CipherSuite><Enable>true</Enable><CustomCipherSuite>ECDHE-RSA-AES128-SHA256</CustomCipherSuite></CipherSuite><TLS><Enable>false</Enable></TLS></HttpsConfiguration>',
        '<HttpsConfiguration><TLS><Enable>false</Enable></TLS><CipherSuite><Enable>true</Enable><StrongCipherSuite>false</StrongCipherSuite><CustomCipherSuite>ECDHE-RSA-AES128-SHA256</CustomCipherSuite></CipherSuite></HttpsConfiguration>',
      ],
    ],
    refused: [
      [tls('<Enable>true</Enable>'), 'MalformedXML'],
      [tls('<Enable>true</Enable><TLSVersion>SSLv3</TLSVersion>'), 'MalformedXML'],
    ],
  },
  {
    subresource: 'resourceGroup',
    unset: group('rg-default-id'),
    kept: [[group('rg-aekz4jyoy5ti5aq')], [group(''), group('rg-default-id')]],
    refused: [
      [group('invalid'), 'ResourceGroupIdPreCheckError', '0039-00000003'],
      [group('rg-not-exist'), 'ResourceGroupIdPreCheckError', '0039-00000003'],
    ],
  },
  {
    subresource: 'qos',
    unset: capacity('-1'),
    kept: [[capacity('500')], [capacity('0')]],
    refused: [
      [capacity('-2'), 'InvalidArgument'],
      [capacity('many'), 'InvalidArgument'],
    ],
  },
  {
    subresource: 'overwriteConfig',
    unset: { code: 'NoSuchBucketOverwriteConfig' },
    kept: [
      [
        overwriting(
          `<ID>1</ID>${FORBID}`,
          `<ID>2</ID>${FORBID}<Prefix>pre</Prefix><Suffix>.txt</Suffix><Principals><Principal>1234567890</Principal></Principals>`,
        ),
      ],
    ],
    refused: [
      [overwriting(), 'MalformedXML'],
      [overwriting('<Action>allow</Action>'), 'MalformedXML'],
      [overwriting(`<ID>1</ID>${FORBID}`, `<ID>1</ID>${FORBID}`), 'MalformedXML'],
      [overwriting(...Array.from({ length: 101 }, () => FORBID)), 'MalformedXML'],
      [overwriting(`${FORBID}<Prefix>${'p'.repeat(1025)}</Prefix>`), 'InvalidArgument'],
    ],
    canDelete: true,
    putToMissing: 'MalformedXML',
  },
  {
    subresource: 'qosInfo',
    unset: { code: 'NoSuchBucketQosInfo' },
    kept: [
      [limits([5, 4, 4, 4, 4, 4, 200, 200, 200])],
      [
        '<QoSConfiguration><TotalUploadBandwidth>5</TotalUploadBandwidth></QoSConfiguration>',
        limits([5, -1, -1, -1, -1, -1, -1, -1, -1]),
      ],
    ],
    refused: [
      [limits([3, 4, 3, -1, -1, -1, -1, -1, -1]), 'InvalidArgument'],
      [limits([-1, -1, -1, -1, -1, -1, 5, 4, 6]), 'InvalidArgument'],
      [limits([-2, -1, -1, -1, -1, -1, -1, -1, -1]), 'InvalidArgument'],
      ['<QoSConfiguration><TotalQps>many</TotalQps></QoSConfiguration>', 'InvalidArgument'],
    ],
    canDelete: true,
  },
  {
    subresource: 'quota',
    unset: { code: 'NoSuchBucketStorageQuota' },
    kept: [
      [quota('10737418240', 'Strict')],
      [quota('0', 'Warning')],
      [quota('5', 'Strict').replace('</Mode>', '</Mode><ExtObjects>7</ExtObjects><ExtPartBytes>0</ExtPartBytes>')],
    ],
    refused: [
      [quota('-1', 'Strict'), 'InvalidArgument'],
      [quota('1', 'Loose'), 'MalformedXML'],
      [quota('1', 'Strict').replace('</Mode>', '</Mode><ExtUploads>few</ExtUploads>'), 'InvalidArgument'],
    ],
    canDelete: true,
  },
  {
    subresource: 'responseHeader',
    unset: { code: 'NoSuchResponseHeaderConfiguration' },
    kept: [[hiding(['name1', ['Put', 'GetObject'], ['Last-Modified']], ['name2', ['*'], ['ETag', 'x-oss-meta-a']])]],
    refused: [
      [hiding(), 'MalformedXML'],
      [hiding(['n', [], ['ETag']]), 'MalformedXML'],
      [hiding(['n', ['*'], []]), 'MalformedXML'],
      [hiding(['n', ['Get Object'], ['ETag']]), 'MalformedXML'],
      [hiding(['n', ['*'], ['a b']]), 'MalformedXML'],
    ],
    canDelete: true,
  },
  {
    subresource: 'processConfiguration',
    unset: processing('Disabled', '', ''),
    kept: [
      [processing('Enabled', 'jpg,png', '-,/')],
      ['<BucketProcessConfiguration/>', processing('Disabled', '', '')],
      [
        '<BucketProcessConfiguration><CompliedHost>Public</CompliedHost><OssDomainSupportAtProcess>Enabled</OssDomainSupportAtProcess></BucketProcessConfiguration>',
        '<BucketProcessConfiguration><CompliedHost>Public</CompliedHost><SourceFileProtect>Disabled</SourceFileProtect><SourceFileProtectSuffix></SourceFileProtectSuffix><StyleDelimiters></StyleDelimiters><OssDomainSupportAtProcess>Enabled</OssDomainSupportAtProcess><Version>2</Version></BucketProcessConfiguration>',
      ],
    ],
    refused: [
      [processing('On', 'jpg', ''), 'MalformedXML'],
      [processing('Enabled', '', ''), 'InvalidArgument'],
      [processing('Enabled', 'j*', ''), 'InvalidArgument'],
      [processing('Disabled', '', 'a'), 'InvalidArgument'],
    ],
  },
  {
    subresource: 'publicAccessBlock',
    unset: block('<BlockPublicAccess>false</BlockPublicAccess>'),
    kept: [
      [block('<BlockPublicAccess>true</BlockPublicAccess>')],
      [block(''), block('<BlockPublicAccess>false</BlockPublicAccess>')],
    ],
    refused: [[block('<BlockPublicAccess>1</BlockPublicAccess>'), 'MalformedXML']],
    canDelete: true,
  },
  {
    subresource: 'encryption',
    unset: { code: 'NoSuchServerSideEncryptionRule' },
    kept: [
      [sse('AES256')],
      [sse('KMS', '<KMSMasterKeyID>9468da86</KMSMasterKeyID><KMSDataEncryption>SM4</KMSDataEncryption>')],
      [sse('KMS', '<KMSMasterKeyID></KMSMasterKeyID>'), sse('KMS')],
      [sse('AES256', '<KMSMasterKeyID/>'), sse('AES256')],
    ],
    refused: [
      [sse('AES128'), 'InvalidEncryptionAlgorithmError', '0005-00000003'],
      [sse('AES256', '<KMSMasterKeyID>k</KMSMasterKeyID>'), 'InvalidArgument', '0005-00000204'],
      [sse('SM4', '<KMSMasterKeyID>k</KMSMasterKeyID>'), 'InvalidArgument', '0005-00000204'],
      [sse('KMS', '<KMSDataEncryption>AES256</KMSDataEncryption>'), 'InvalidArgument', '0005-00000203'],
      [encryption(''), 'MalformedXML'],
    ],
    canDelete: true,
  },
  {
    subresource: 'userDefinedLogFieldsConfig',
    unset: { code: 'NoSuchUserDefinedLogFieldsConfig' },
    kept: [
      [logFields(header('header1'), '<parameter>param_1</parameter>')],
      [
        '<UserDefinedLogFieldsConfiguration><ParamSet><parameter>p</parameter></ParamSet></UserDefinedLogFieldsConfiguration>',
        logFields('', '<parameter>p</parameter>'),
      ],
    ],
    refused: [
      [logFields('', ''), 'InvalidArgument', '0046-00000003'],
      [logFields(header('a_b'), ''), 'InvalidArgument'],
      [logFields(header('a:b'), ''), 'InvalidArgument'],
      [logFields([1, 2, 3, 4, 5, 6, 7].map((n) => header(`h${n}`)).join(''), ''), 'InvalidArgument'],
    ],
    canDelete: true,
  },
  {
    subresource: 'logging',
    unset: logging(''),
    kept: [
      [target(BUCKET, '<TargetPrefix>log/</TargetPrefix>')],
      [target(BUCKET, ''), target(BUCKET, '<TargetPrefix></TargetPrefix>')],
      [target(BUCKET, '<TargetPrefix>p</TargetPrefix><LoggingRole>role</LoggingRole>')],
      [logging('')],
    ],
    refused: [
      [target('no-such-bucket', ''), 'InvalidTargetBucketForLogging'],
      [target('No Bucket', ''), 'InvalidTargetBucketForLogging'],
      [target('foreign', ''), 'InvalidTargetBucketForLogging'],
      [logging('<LoggingEnabled></LoggingEnabled>'), 'MalformedXML'],
    ],
    canDelete: true,
  },
  {
    subresource: 'referer',
    unset: referer(
      `${EMPTY_REFERER}<AllowTruncateQueryString>true</AllowTruncateQueryString><TruncatePath>false</TruncatePath><RefererList></RefererList>`,
    ),
    kept: [
      [
        referer(EMPTY_REFERER + REFERERS),
        referer(
          `${EMPTY_REFERER}<AllowTruncateQueryString>true</AllowTruncateQueryString><TruncatePath>false</TruncatePath>${REFERERS}`,
        ),
      ],
      [
        referer(
          `${EMPTY_REFERER}<AllowTruncateQueryString>true</AllowTruncateQueryString><TruncatePath>true</TruncatePath>${REFERERS}<RefererBlacklist><Referer>http://b?.com</Referer></RefererBlacklist>`,
        ),
      ],
      [
        referer(`${EMPTY_REFERER}<RefererList><Referer></Referer></RefererList>`),
        referer(
          `${EMPTY_REFERER}<AllowTruncateQueryString>true</AllowTruncateQueryString><TruncatePath>false</TruncatePath><RefererList></RefererList>`,
        ),
      ],
    ],
    refused: [
      [referer(REFERERS), 'MalformedXML'],
      [referer('<AllowEmptyReferer>maybe</AllowEmptyReferer>'), 'MalformedXML'],
      [
        referer(
          `${EMPTY_REFERER}<AllowTruncateQueryString>false</AllowTruncateQueryString><TruncatePath>true</TruncatePath>`,
        ),
        'InvalidArgument',
      ],
      [
        referer(`${EMPTY_REFERER}<RefererList>${`<Referer>${'r'.repeat(1_000)}</Referer>`.repeat(21)}</RefererList>`),
        'InlineDataTooLarge',
      ],
    ],
  },
]

const PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>\n'

function ask(started: StartedService, method: string, { subresource }: Setting, body?: string, as?: typeof OTHER) {
  return call(started, {
    method,
    bucket: BUCKET,
    query: { [subresource]: undefined },
    ...(body && { body }),
    ...(as && { as }),
  })
}

async function assertUnset(started: StartedService, setting: Setting): Promise<void> {
  const { status, text } = await ask(started, 'GET', setting)
  if (typeof setting.unset === 'string') assert.deepEqual([status, text], [200, PROLOGUE + setting.unset])
  else assert.deepEqual([status, element(text, 'Code')], [404, setting.unset.code])
}

for (const setting of SETTINGS) {
  test(`${setting.subresource} is kept as it was set, and what is wrong with it is refused with its code`, async () => {
    const started = await startWithBucket()
    await call(started, { method: 'PUT', bucket: 'foreign', as: OTHER })
    await assertUnset(started, setting)
    for (const [sent, code, ec] of setting.refused) {
      const { status, text } = await ask(started, 'PUT', setting, sent)
      assert.deepEqual(
        [status, element(text, 'Code')],
        [code === 'InvalidTargetBucketForLogging' ? 403 : 400, code],
        sent,
      )
      if (ec !== undefined) assert.equal(element(text, 'EC'), ec)
    }
    await assertUnset(started, setting)
    for (const [sent, read = sent] of setting.kept) {
      const set = await ask(started, 'PUT', setting, PROLOGUE + sent)
      assert.equal(set.status, 200, set.text)
      assert.equal((await ask(started, 'GET', setting)).text, PROLOGUE + read)
    }
  })

  test(`${setting.subresource} is the owner's, and goes with its bucket`, async () => {
    const started = await startWithBucket()
    const [[sent] = ['']] = setting.kept
    assert.equal((await ask(started, 'PUT', setting, sent)).status, 200)
    for (const method of ['GET', 'PUT', ...(setting.canDelete ? ['DELETE'] : [])]) {
      assert.equal((await ask(started, method, setting, sent, OTHER)).status, 403, method)
    }
    await call(started, { method: 'DELETE', bucket: BUCKET })
    for (const method of ['GET', 'PUT']) {
      const code = method === 'PUT' ? (setting.putToMissing ?? 'NoSuchBucket') : 'NoSuchBucket'
      assert.equal(element((await ask(started, method, setting, sent)).text, 'Code'), code, method)
    }
    await call(started, { method: 'PUT', bucket: BUCKET })
    await assertUnset(started, setting)
  })

  test(`${setting.subresource} can ${setting.canDelete ? '' : 'not '}be deleted`, async () => {
    const started = await startWithBucket()
    const [[sent] = ['']] = setting.kept
    await ask(started, 'PUT', setting, sent)
    const { status } = await ask(started, 'DELETE', setting)
    if (!setting.canDelete) {
      assert.equal(status, 405)
      assert.equal((await call(started, { method: 'GET', bucket: BUCKET, query: { bucketInfo: '' } })).status, 200)
      return
    }
    assert.equal(status, 204)
    await assertUnset(started, setting)
    assert.equal((await ask(started, 'DELETE', setting)).status, 204)
  })
}

test('a public ACL is refused while the bucket or its account blocks public access', async () => {
  const started = await startWithBucket()
  const setBlock = (bucket: string | undefined, value: boolean) =>
    call(started, {
      method: 'PUT',
      ...(bucket !== undefined && { bucket }),
      query: { publicAccessBlock: '' },
      body: block(`<BlockPublicAccess>${value}</BlockPublicAccess>`),
    })
  const publish = (bucket: string, query = {}) =>
    call(started, { method: 'PUT', bucket, query, headers: { 'x-oss-acl': 'public-read' } })

  assert.equal((await setBlock(BUCKET, true)).status, 200)
  const refused = await publish(BUCKET, { acl: '' })
  assert.deepEqual([refused.status, element(refused.text, 'Code')], [403, 'AccessDenied'])
  assert.equal(element(refused.text, 'Message'), 'Put public bucket acl is not allowed')
  assert.equal((await publish('another')).status, 200)
  await setBlock(BUCKET, false)
  assert.equal((await setBlock(undefined, true)).status, 200)
  assert.equal((await publish('a-third')).status, 403)
  assert.equal((await publish(BUCKET, { acl: '' })).status, 403)
  assert.equal(
    (await call(started, { method: 'PUT', bucket: 'foreign', as: OTHER, headers: { 'x-oss-acl': 'public-read' } }))
      .status,
    200,
  )
  assert.equal((await call(started, { method: 'DELETE', query: { publicAccessBlock: '' } })).status, 204)
  assert.equal((await publish(BUCKET, { acl: '' })).status, 200)
})

test('no object gets a public ACL while public access to its bucket is blocked, however it is made', async () => {
  const started = await startWithBucket()
  const uploadId = await initiate(started, 'm')
  await uploadPart(started, 'm', uploadId, 1, 'x')
  const object = (method: string, more: Partial<Parameters<typeof call>[1]> = {}, acl = 'public-read') =>
    call(started, { method, bucket: BUCKET, key: 'k', ...more, headers: { 'x-oss-object-acl': acl, ...more.headers } })
  assert.equal((await object('PUT', { body: 'x' }, 'private')).status, 200)
  await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    query: { publicAccessBlock: '' },
    body: block('<BlockPublicAccess>true</BlockPublicAccess>'),
  })
  const ways = {
    PutObject: object('PUT', { body: 'y' }),
    CopyObject: object('PUT', { headers: { 'x-oss-copy-source': `/${BUCKET}/k` } }),
    PutObjectACL: object('PUT', { query: { acl: '' } }, 'public-read-write'),
    AppendObject: object('POST', { key: 'a', query: { append: '', position: '0' }, body: 'x' }),
    PutSymlink: object('PUT', { key: 'l', query: { symlink: '' }, headers: { 'x-oss-symlink-target': 'k' } }),
    CompleteMultipartUpload: object('POST', {
      key: 'm',
      query: { uploadId },
      headers: { 'x-oss-complete-all': 'yes' },
    }),
  }
  for (const [name, answer] of Object.entries(ways)) {
    const { status, text } = await answer
    assert.deepEqual([status, element(text, 'Message')], [403, 'Put public object acl is not allowed'], name)
  }
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, key: 'k' })).text, 'x')
  assert.equal((await object('PUT', { body: 'z' }, 'default')).status, 200)
})

test('an account reads its own block, by default off, and no other account does', async () => {
  const started = await startWithBucket()
  const get = (as?: typeof OTHER | 'anonymous') =>
    call(started, { method: 'GET', query: { publicAccessBlock: '' }, ...(as && { as }) })
  assert.equal(element((await get()).text, 'BlockPublicAccess'), 'false')
  await call(started, {
    method: 'PUT',
    query: { publicAccessBlock: '' },
    body: block('<BlockPublicAccess>true</BlockPublicAccess>'),
  })
  assert.equal(element((await get()).text, 'BlockPublicAccess'), 'true')
  assert.equal(element((await get(OTHER)).text, 'BlockPublicAccess'), 'false')
  assert.equal((await get('anonymous')).status, 403)
})
