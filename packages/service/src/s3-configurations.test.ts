import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import {
  BUCKET,
  call,
  element,
  elements,
  OTHER,
  Ram,
  type S3Request,
  type StartedService,
  s3,
  startWithBucket,
} from './testing/index.js'

const XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
const DAY_MS = 86_400_000

const ask = (started: StartedService, method: S3Request['method'], query: string, body = '', more = {}) =>
  s3(started, { bucket: BUCKET, method, query, body, ...more })

async function refusal(answer: Promise<{ readonly status: number; readonly text: string }>) {
  const { status, text } = await answer
  return `${status} ${element(text, 'Code')}`
}

/** One kind of configuration, with its members behind the id as SDKs write them, and some that are refused. */
interface Kind {
  readonly key: string
  readonly root: string
  readonly list: string
  readonly members: string
  readonly wrong: readonly string[]
}

const tag = '<Tag><Key>a</Key><Value>b</Value></Tag>'
const exported = (bucket: string) =>
  `<StorageClassAnalysis><DataExport><OutputSchemaVersion>V_1</OutputSchemaVersion><Destination><S3BucketDestination><Format>CSV</Format><Bucket>${bucket}</Bucket><Prefix>p</Prefix></S3BucketDestination></Destination></DataExport></StorageClassAnalysis>`
const tier = (days: number, name: string) => `<Tiering><Days>${days}</Days><AccessTier>${name}</AccessTier></Tiering>`

const KINDS: readonly Kind[] = [
  {
    key: 'analytics',
    root: 'AnalyticsConfiguration',
    list: 'ListBucketAnalyticsConfigurationResult',
    members: `<Filter><And><Prefix>a/</Prefix>${tag}</And></Filter>${exported('arn:aws:s3:::target')}`,
    wrong: ['', `<Filter/>${exported('arn:aws:s3:::target')}`, `<Filter><And>${tag}</And></Filter>${exported('x')}`],
  },
  {
    key: 'metrics',
    root: 'MetricsConfiguration',
    list: 'ListMetricsConfigurationsResult',
    members: `<Filter>${tag}</Filter>`,
    wrong: [`<Filter><Prefix>a</Prefix>${tag}</Filter>`, '<Filter/>'],
  },
  {
    key: 'intelligent-tiering',
    root: 'IntelligentTieringConfiguration',
    list: 'ListBucketIntelligentTieringConfigurationsOutput',
    members: `<Status>Enabled</Status>${tier(90, 'ARCHIVE_ACCESS')}${tier(180, 'DEEP_ARCHIVE_ACCESS')}`,
    wrong: [
      '<Status>Enabled</Status>',
      `<Status>On</Status>${tier(90, 'ARCHIVE_ACCESS')}`,
      `<Status>Enabled</Status>${tier(90, 'DEEP_ARCHIVE_ACCESS')}`,
      `<Status>Enabled</Status>${tier(90, 'ARCHIVE_ACCESS')}${tier(91, 'ARCHIVE_ACCESS')}`,
    ],
  },
]

describe('configurations that S3 names by their ids', () => {
  for (const { key, root, list, members, wrong } of KINDS) {
    const document = (id: string, inner = members) => `<${root} ${XMLNS}><Id>${id}</Id>${inner}</${root}>`
    const put = (started: StartedService, id: string, body = document(id)) =>
      ask(started, 'PUT', `${key}&id=${id}&x-id=Put`, body)

    test(`${key}: one is returned as it was set, replaced, and deleted once`, async () => {
      const started = await startWithBucket()
      assert.equal((await put(started, 'b.1')).status, 200)
      const got = await ask(started, 'GET', `${key}=&id=b.1`)
      assert.ok(got.text.endsWith(document('b.1')), got.text)
      assert.equal((await put(started, 'b.1')).status, 200)
      assert.equal(await refusal(ask(started, 'GET', `${key}&id=a`)), '404 NoSuchConfiguration')
      assert.equal((await ask(started, 'DELETE', `${key}&id=b.1`)).status, 204)
      assert.equal(await refusal(ask(started, 'DELETE', `${key}&id=b.1`)), '404 NoSuchConfiguration')
    })

    test(`${key}: what is not well-formed, has another id or none, or comes from others is refused`, async () => {
      const started = await startWithBucket()
      assert.equal(await refusal(put(started, 'a', document('b'))), '400 IdMismatch')
      assert.equal(await refusal(put(started, 'a', '<Other/>')), '400 MalformedXML')
      assert.equal(await refusal(put(started, 'a%2Fb', document('a/b'))), '400 InvalidArgument')
      assert.equal(await refusal(ask(started, 'PUT', `${key}&id=`, document('a'))), '400 InvalidArgument')
      for (const inner of wrong) assert.match(await refusal(put(started, 'a', document('a', inner))), /^400 Malformed/)
      for (const method of ['PUT', 'GET', 'DELETE'] as const) {
        const answer = ask(started, method, `${key}&id=a`, method === 'PUT' ? document('a') : '', { as: OTHER })
        assert.equal(await refusal(answer), '403 AccessDenied', method)
      }
      assert.ok(
        (await ask(started, 'GET', key)).text.endsWith(`<${list} ${XMLNS}><IsTruncated>false</IsTruncated></${list}>`),
      )
    })

    test(`${key}: lists are in the order of the ids, and continue after 100`, async () => {
      const started = await startWithBucket()
      const ids = Array.from({ length: 102 }, (_, index) => `c${String(index).padStart(3, '0')}`)
      for (const id of ids.toReversed()) await put(started, id)
      const first = (await ask(started, 'GET', `${key}&x-id=List`)).text
      assert.deepEqual(elements(first, 'Id'), ids.slice(0, 100))
      assert.equal(element(first, 'IsTruncated'), 'true')
      const token = element(first, 'NextContinuationToken') ?? ''
      const last = (await ask(started, 'GET', `${key}&continuation-token=${encodeURIComponent(token)}`)).text
      assert.deepEqual(elements(last, 'Id'), ids.slice(100))
      assert.deepEqual([element(last, 'IsTruncated'), element(last, 'ContinuationToken')], ['false', token])
    })
  }
})

const inventory = (id: string, { fields = '', more = '', bucket = 'arn:aws:s3:::target', format = 'CSV' } = {}) =>
  `<InventoryConfiguration ${XMLNS}><Id>${id}</Id><IsEnabled>true</IsEnabled><Filter><Prefix>a</Prefix></Filter>` +
  `<Destination><S3BucketDestination><Bucket>${bucket}</Bucket><Format>${format}</Format><Prefix>reports</Prefix></S3BucketDestination></Destination>` +
  `<Schedule><Frequency>Daily</Frequency></Schedule><IncludedObjectVersions>Current</IncludedObjectVersions>${more}` +
  `<OptionalFields>${fields}</OptionalFields></InventoryConfiguration>`
const FIELDS = '<Field>Size</Field><Field>ChecksumAlgorithm</Field><Field>ObjectLockMode</Field>'

async function startWithTarget(): Promise<StartedService> {
  const started = await startWithBucket()
  await s3(started, { method: 'PUT', bucket: 'target' })
  return started
}

describe('inventories in S3', () => {
  test('an inventory is one of OSS, and both protocols show it', async () => {
    const started = await startWithTarget()
    const sent = inventory('one', { fields: FIELDS })
    const put = () => ask(started, 'PUT', 'inventory&id=one', sent)
    assert.equal((await put()).status, 200)
    assert.equal((await put()).status, 200, 'one that exists is replaced')
    assert.equal(elements((await ask(started, 'GET', 'inventory&id=one')).text, 'Field').length, 3)
    const got = (await ask(started, 'GET', 'inventory&id=one')).text
    for (const name of ['Id', 'Bucket', 'Format', 'Frequency', 'IncludedObjectVersions', 'Prefix']) {
      assert.deepEqual(elements(got, name), elements(sent, name), name)
    }
    const list = (await ask(started, 'GET', 'inventory')).text
    assert.deepEqual([elements(list, 'Id'), element(list, 'IsTruncated')], [['one'], 'false'])
    const ofOss = await call(started, {
      method: 'GET',
      bucket: BUCKET,
      query: { inventory: undefined, inventoryId: 'one' },
    })
    assert.deepEqual([element(ofOss.text, 'Bucket'), elements(ofOss.text, 'Field')], ['acs:oss:::target', ['Size']])

    const monthly = `<InventoryConfiguration><Id>monthly</Id><IsEnabled>true</IsEnabled><Destination><OSSBucketDestination><Format>CSV</Format><AccountId>1</AccountId><RoleArn>acs:ram::1:role/r</RoleArn><Bucket>acs:oss:::target</Bucket></OSSBucketDestination></Destination><Schedule><Frequency>Monthly</Frequency></Schedule><IncludedObjectVersions>All</IncludedObjectVersions></InventoryConfiguration>`
    const query = { inventory: undefined, inventoryId: 'monthly' }
    const added = await call(started, { method: 'PUT', bucket: BUCKET, query, body: monthly })
    assert.equal(added.status, 200, added.text)
    assert.deepEqual(
      elements((await ask(started, 'GET', 'inventory')).text, 'Id'),
      ['one'],
      'S3 has no word for monthly',
    )
    assert.equal((await ask(started, 'DELETE', 'inventory&id=one')).status, 204)
    assert.equal(await refusal(ask(started, 'DELETE', 'inventory&id=one')), '404 NoSuchConfiguration')
  })

  test('its reports are written, with the columns of S3', async () => {
    const started = await startWithTarget()
    await ask(started, 'PUT', 'inventory&id=one', inventory('one', { fields: FIELDS }))
    const headers = { 'x-amz-checksum-crc32': 'fJy43g==' }
    await s3(started, { method: 'PUT', bucket: BUCKET, key: 'a1', body: 'hello s3', headers })
    await s3(started, { method: 'PUT', bucket: BUCKET, key: 'b1', body: 'x' })
    started.advance(DAY_MS)
    for await (const written of started.service.writeReports()) assert.equal(written.kind, 'inventory')
    const { text } = await s3(started, { method: 'GET', bucket: 'target' })
    const key = elements(text, 'Key').find((one) => one.endsWith('.csv.gz')) ?? ''
    const { bytes } = await s3(started, { method: 'GET', bucket: 'target', key })
    assert.equal(gunzipSync(bytes).toString(), `"${BUCKET}","a1","8","CRC32",""\n`)
  })

  test('what a report cannot have is refused by name', async () => {
    const started = await startWithTarget()
    const put = (sent: string) => refusal(ask(started, 'PUT', 'inventory&id=one', sent))
    assert.equal(await put(inventory('one', { format: 'Parquet' })), '501 NotImplemented')
    assert.equal(
      await put(inventory('one', { fields: '<Field>ObjectAccessControlList</Field>' })),
      '501 NotImplemented',
    )
    assert.equal(await put(inventory('one', { fields: '<Field>Colour</Field>' })), '400 MalformedXML')
    assert.equal(await put(inventory('one', { bucket: 'target' })), '400 InvalidS3DestinationBucket')
    assert.equal(await put(inventory('one', { bucket: 'arn:aws:s3:::nowhere' })), '400 InvalidS3DestinationBucket')
    assert.equal(await put(inventory('two')), '400 IdMismatch')
    assert.equal(await refusal(ask(started, 'GET', 'inventory&id=one')), '404 NoSuchConfiguration')
  })
})

const rule = (inner: string, target = 'target') =>
  `<Rule>${inner}<Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::${target}</Bucket><StorageClass>STANDARD_IA</StorageClass></Destination><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication></Rule>`
const replication = (rules: string) =>
  `<ReplicationConfiguration ${XMLNS}><Role>arn:aws:iam::1:role/r</Role>${rules}</ReplicationConfiguration>`
const enable = (started: StartedService, bucket: string) =>
  s3(started, {
    method: 'PUT',
    bucket,
    query: 'versioning',
    body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  })

describe('replication rules in S3', () => {
  test('rules are returned as they were set, and OSS shows what it has words for', async () => {
    const started = await startWithTarget()
    for (const bucket of [BUCKET, 'target']) await enable(started, bucket)
    const both = `<Filter><And><Prefix>a/</Prefix>${tag}</And></Filter>`
    const sent = replication(
      rule(`<ID>one</ID><Priority>1</Priority>${both}`) +
        rule('<ID>two</ID><Priority>2</Priority><Filter><Prefix>b/</Prefix></Filter>'),
    )
    const put = await ask(started, 'PUT', 'replication', sent)
    assert.equal(put.status, 200, put.text)
    assert.ok((await ask(started, 'GET', 'replication')).text.endsWith(sent))
    const ofOss = await call(started, { method: 'GET', bucket: BUCKET, query: { replication: undefined } })
    assert.deepEqual(
      [elements(ofOss.text, 'ID'), elements(ofOss.text, 'Prefix')],
      [
        ['one', 'two'],
        ['a/', 'b/'],
      ],
    )
    await ask(started, 'PUT', 'replication', replication(rule('<ID>only</ID><Prefix></Prefix>')))
    assert.deepEqual(elements((await ask(started, 'GET', 'replication')).text, 'ID'), ['only'])
    assert.equal((await ask(started, 'DELETE', 'replication')).status, 204)
    assert.equal(await refusal(ask(started, 'GET', 'replication')), '404 ReplicationConfigurationNotFoundError')
  })

  test('rules need versions on both sides, and what their schema demands', async () => {
    const started = await startWithTarget()
    const put = (rules: string) => refusal(ask(started, 'PUT', 'replication', replication(rules)))
    const plain = rule('<ID>a</ID><Prefix>p</Prefix>')
    assert.equal(await put(plain), '400 InvalidRequest', 'the bucket keeps no versions')
    await enable(started, BUCKET)
    assert.equal(await put(plain), '400 InvalidRequest', 'the target keeps no versions')
    await enable(started, 'target')
    assert.equal(await put(rule('<ID>a</ID><Prefix>p</Prefix>', 'nowhere')), '400 InvalidRequest')
    assert.equal(await put(rule('<ID>a</ID><Prefix>p</Prefix>', BUCKET)), '400 InvalidRequest')
    assert.equal(await put(rule('<ID>a</ID><Filter><Prefix>p</Prefix></Filter>')), '400 InvalidRequest', 'no priority')
    assert.equal(await put(plain + plain), '400 InvalidArgument', 'one id twice')
    assert.equal(await put(rule('<ID>a</ID>')), '400 MalformedXML')
    assert.equal(await put(''), '400 MalformedXML')
    assert.equal(await refusal(ask(started, 'GET', 'replication')), '404 ReplicationConfigurationNotFoundError')
  })
})

test('a bucket is created with tags by requesters that may set them, and is not created again with tags', async () => {
  const started = await startWithBucket()
  const tag = (key: string) => `<Tag><Key>${key}</Key><Value>a b</Value></Tag>`
  const create = (bucket: string, tags: string, more: Partial<S3Request> = {}) =>
    s3(started, {
      method: 'PUT',
      bucket,
      body: `<CreateBucketConfiguration>${tags}</CreateBucketConfiguration>`,
      ...more,
    })
  assert.equal((await create('tagged', `<Tags>${tag('team')}</Tags>`)).status, 200)
  const got = await s3(started, { method: 'GET', bucket: 'tagged', query: 'tagging' })
  assert.deepEqual([element(got.text, 'Key'), element(got.text, 'Value')], ['team', 'a b'])
  assert.equal(await refusal(create('tagged', `<Tags>${tag('team')}</Tags>`)), '409 BucketAlreadyOwnedByYou')
  assert.equal((await create('tagged', '<Tags/>')).status, 200)
  assert.equal(await refusal(create('other', `<Tags>${tag('aws:x')}</Tags>`)), '400 InvalidTag')
  assert.equal(await refusal(create('other', `<Tags>${tag('a')}${tag('a')}</Tags>`)), '400 InvalidTag')

  const as = await new Ram(started).user('creator', { Effect: 'Allow', Action: 'oss:PutBucket', Resource: '*' })
  assert.equal(await refusal(create('theirs', `<Tags>${tag('team')}</Tags>`, { as })), '403 AccessDenied')
  assert.equal((await s3(started, { method: 'HEAD', bucket: 'theirs' })).status, 404)
  assert.equal((await create('theirs', '', { as })).status, 200)
})
