import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBucket } from '../../domain/buckets/buckets.js'
import { previewLifecycle } from '../../domain/upkeep/preview-lifecycle.js'
import {
  ask,
  BUCKET,
  call,
  element,
  elements,
  idOf,
  initiate,
  listedVersions,
  listVersions,
  put,
  Ram,
  type StartedService,
  setVersioning,
  startVersioned,
  startWithBucket,
} from '../../testing/index.js'

const DAY_MS = 86_400_000
const SMALL = 'x'

const rule = (actions: string, { prefix = '', id = '', more = '' } = {}) =>
  `<Rule><ID>${id}</ID><Prefix>${prefix}</Prefix>${more}<Status>Enabled</Status>${actions}</Rule>`
const expiration = (inner: string) => `<Expiration>${inner}</Expiration>`
const expires = (days: number) => expiration(`<Days>${days}</Days>`)
const moves = (days: number, storageClass: string, more = '') =>
  `<Transition><Days>${days}</Days><StorageClass>${storageClass}</StorageClass>${more}</Transition>`

function send(started: StartedService, rules: string, headers: Record<string, string> = {}) {
  const body = `<LifecycleConfiguration>${rules}</LifecycleConfiguration>`
  return call(started, { method: 'PUT', bucket: BUCKET, query: { lifecycle: '' }, body, headers })
}

async function setRules(started: StartedService, rules: string): Promise<void> {
  const { status, text } = await send(started, rules, { 'x-oss-allow-same-action-overlap': 'true' })
  assert.equal(status, 200, text)
}

/** `rule kind key` of each version that rules act on now, `days` later. */
async function apply(started: StartedService, days = 0): Promise<string[]> {
  started.advance(days * DAY_MS)
  const done: string[] = []
  for await (const one of started.service.applyLifecycle()) done.push(`${one.ruleId} ${one.kind} ${one.key}`)
  return done
}

const keysOf = async (started: StartedService) =>
  elements((await call(started, { method: 'GET', bucket: BUCKET })).text, 'Key')
const classOf = async (started: StartedService, key: string, version?: string) =>
  (await ask(started, 'HEAD', key, version)).headers['x-oss-storage-class']

test('rules are returned as they were set', async () => {
  const started = await startWithBucket()
  const filter =
    '<Filter><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan><ObjectSizeLessThan>64500</ObjectSizeLessThan>' +
    '<Not><Prefix>logs/keep-</Prefix><Tag><Key>k2</Key><Value>v2</Value></Tag></Not></Filter>'
  const sent =
    '<Rule><ID>r</ID><Prefix>logs/</Prefix><Status>Enabled</Status><Tag><Key>k</Key><Value>v</Value></Tag>' +
    `${filter}${expires(40)}${moves(30, 'IA')}` +
    '<NoncurrentVersionExpiration><NoncurrentDays>10</NoncurrentDays></NoncurrentVersionExpiration>' +
    '<NoncurrentVersionTransition><NoncurrentDays>5</NoncurrentDays><StorageClass>IA</StorageClass>' +
    '</NoncurrentVersionTransition></Rule>'
  await setRules(started, sent)
  const { text } = await call(started, { method: 'GET', bucket: BUCKET, query: { lifecycle: '' } })
  assert.ok(text.includes(sent), text)
})

test('a rule that also aborts uploads acts on objects', async () => {
  const started = await startWithBucket()
  const aborts = '<AbortMultipartUpload><Days>1</Days></AbortMultipartUpload>'
  await setRules(started, rule(`${expires(1)}${aborts}`, { id: 'both' }))
  await put(started, 'a', 'x')
  assert.deepEqual(await apply(started, 2), ['both expired a'])
  assert.deepEqual(await keysOf(started), [])
})

test('a damaged object stops no rule for other keys, and keeps its versions', async () => {
  const started = await startVersioned()
  const aged = '<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>'
  await setRules(started, rule(aged, { id: 'r' }))
  for (const key of ['a', 'b', 'a', 'b']) await put(started, key, 'x')
  const damaged = Buffer.from(`o${BUCKET}\0a`)
  await started.metadata.transact((tx) => tx.set(damaged, Uint8Array.of(1, 2, 3)))
  assert.deepEqual(await apply(started, 3), ['r expired b'])
})

test('an object expires at the first midnight in UTC after its days have passed', async () => {
  const started = await startWithBucket()
  await setRules(started, rule(expires(1), { id: 'r', prefix: 'tmp/' }))
  await put(started, 'tmp/a', 'x')
  await put(started, 'kept', 'x')
  // it is 08:00: the day ends at 08:00, and the rule acts at midnight
  assert.deepEqual(await apply(started, 1), [])
  started.advance(16 * 3_600_000 - 1)
  assert.deepEqual(await apply(started), [])
  started.advance(1)
  assert.deepEqual(await apply(started), ['r expired tmp/a'])
  assert.deepEqual([await keysOf(started), await apply(started)], [['kept'], []])
})

test('a date expires the objects from before it once it has come', async () => {
  const started = await startWithBucket()
  const date = `${new Date(started.now() + 2 * DAY_MS).toISOString().slice(0, 10)}T00:00:00.000Z`
  await setRules(started, rule(expiration(`<CreatedBeforeDate>${date}</CreatedBeforeDate>`), { id: 'r' }))
  await put(started, 'before', 'x')
  assert.deepEqual(await apply(started, 1), [])
  started.advance(DAY_MS)
  await put(started, 'after', 'x')
  assert.deepEqual([await apply(started), await keysOf(started)], [['r expired before'], ['after']])
})

test('tags, sizes and exceptions select objects', async () => {
  const started = await startWithBucket()
  const tagged = { headers: { 'x-oss-tagging': 'k=v&other=1' } }
  await put(started, 'tagged', 'x', tagged)
  await put(started, 'untagged', 'x')
  const tag = '<Tag><Key>k</Key><Value>v</Value></Tag>'
  await setRules(started, rule(expires(1), { id: 'r', more: tag }))
  assert.deepEqual(await apply(started, 2), ['r expired tagged'])
  await put(started, 'small', 'x')
  await put(started, 'exact', 'x'.repeat(10))
  await put(started, 'large', 'x'.repeat(11))
  await put(started, 'large/kept', 'x'.repeat(11))
  await put(started, 'large/tagged', 'x'.repeat(11), tagged)
  const filter = `<Filter><ObjectSizeGreaterThan>10</ObjectSizeGreaterThan><Not><Prefix>large/</Prefix>${tag}</Not></Filter>`
  await setRules(started, rule(expires(1), { id: 's', more: filter }))
  assert.deepEqual(await apply(started, 2), ['s expired large', 's expired large/kept'])
  await setRules(
    started,
    rule(expires(1), { id: 't', more: '<Filter><ObjectSizeLessThan>10</ObjectSizeLessThan></Filter>' }),
  )
  assert.deepEqual(await apply(started), ['t expired small', 't expired untagged'])
  assert.deepEqual(await keysOf(started), ['exact', 'large/tagged'])
})

test('the rule with the longest prefix counts, and of several actions the strongest', async () => {
  const started = await startWithBucket()
  for (const key of ['dir/a', 'dir/sub/b', 'z']) await put(started, key, SMALL)
  await setRules(
    started,
    rule(expires(10), { id: 'dir', prefix: 'dir/' }) +
      rule(expires(30), { id: 'sub', prefix: 'dir/sub/' }) +
      rule(moves(5, 'IA') + moves(8, 'Archive'), { id: 'all' }),
  )
  assert.deepEqual(await apply(started, 6), ['all moved dir/a', 'all moved dir/sub/b', 'all moved z'])
  assert.deepEqual(await apply(started, 6), ['dir expired dir/a', 'all moved dir/sub/b', 'all moved z'])
  assert.equal(await classOf(started, 'z'), 'Archive')
  assert.deepEqual(await apply(started, 20), ['sub expired dir/sub/b'])
})

test('a transition changes the class alone, and what the bucket counts of each class', async () => {
  const started = await startWithBucket()
  await put(started, 'k', '12345')
  const before = (await ask(started, 'HEAD', 'k')).headers
  await setRules(started, rule(moves(1, 'ColdArchive')))
  await apply(started, 2)
  const after = (await ask(started, 'HEAD', 'k')).headers
  assert.equal(after['x-oss-storage-class'], 'ColdArchive')
  assert.deepEqual([after.etag, after['last-modified']], [before.etag, before['last-modified']])
  const { text } = await call(started, { method: 'GET', bucket: BUCKET, query: { stat: '' } })
  const counted = ['StandardStorage', 'StandardObjectCount', 'ColdArchiveStorage', 'ColdArchiveObjectCount']
  assert.deepEqual(
    counted.map((name) => element(text, name)),
    ['0', '0', '5', '1'],
  )
  await setRules(started, rule(moves(1, 'IA')))
  assert.deepEqual(await apply(started, 2), [])
})

test('small files stay where a rule excludes them', async () => {
  const started = await startWithBucket()
  await put(started, 'small', 'x'.repeat(65_535))
  await put(started, 'large', 'x'.repeat(65_536))
  await setRules(started, rule(moves(1, 'IA', '<AllowSmallFile>false</AllowSmallFile>'), { id: 'r' }))
  assert.deepEqual(await apply(started, 2), ['r moved large'])
})

test('in a bucket that keeps versions an object expires behind a delete marker, and its versions by rules of their own', async () => {
  const started = await startVersioned()
  const first = idOf(await put(started, 'k', 'first'))
  started.advance(5 * DAY_MS)
  const second = idOf(await put(started, 'k', 'second'))
  const noncurrent =
    '<NoncurrentVersionTransition><NoncurrentDays>2</NoncurrentDays><StorageClass>IA</StorageClass></NoncurrentVersionTransition>' +
    '<NoncurrentVersionExpiration><NoncurrentDays>4</NoncurrentDays></NoncurrentVersionExpiration>'
  await setRules(started, rule(expires(7), { id: 'e' }) + rule(noncurrent, { id: 'n' }))
  assert.deepEqual(await apply(started, 1), [])
  assert.deepEqual(await apply(started, 2), ['n moved k'])
  assert.equal(await classOf(started, 'k', first), 'IA')
  assert.deepEqual(await apply(started, 2), ['n expired k'])
  assert.deepEqual(listedVersions(await listVersions(started)), [`k ${second} latest`])
  assert.deepEqual(await apply(started, 3), ['e expired k'])
  const [marker = '', ...rest] = listedVersions(await listVersions(started))
  assert.match(marker, /^!k CAEQ\S+ latest$/)
  assert.deepEqual(rest, [`k ${second}`])
  // the version is deleted, then the marker, which is alone
  assert.deepEqual(await apply(started, 5), ['n expired k'])
  assert.deepEqual(await apply(started, 8), ['e expired k'])
  assert.deepEqual(listedVersions(await listVersions(started)), [])
})

test('delete markers that are the only version of their key are removed where a rule demands it', async () => {
  const started = await startVersioned()
  for (const key of ['alone', 'twice', 'with']) await ask(started, 'DELETE', key)
  await ask(started, 'DELETE', 'twice')
  const version = idOf(await put(started, 'with', 'x'))
  await ask(started, 'DELETE', 'with')
  const markers = expiration('<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>')
  await setRules(started, rule(markers, { id: 'm' }))
  assert.deepEqual(await apply(started), ['m expired alone'])
  assert.equal(listedVersions(await listVersions(started)).length, 5)
  assert.equal((await ask(started, 'GET', 'with', version)).text, 'x')
})

test('while versioning is suspended an expired null version is replaced by a null marker', async () => {
  const started = await startVersioned()
  const kept = idOf(await put(started, 'k', 'kept'))
  await setVersioning(started, 'Suspended')
  await put(started, 'k', 'null')
  await setRules(started, rule(expires(1), { id: 'r' }))
  assert.deepEqual(await apply(started, 2), ['r expired k'])
  assert.deepEqual(listedVersions(await listVersions(started)), ['!k null latest', `k ${kept}`])
})

test('objects that their bucket retains do not expire before their time', async () => {
  const started = await startWithBucket()
  await put(started, 'k', 'x')
  const body = '<InitiateWormConfiguration><RetentionPeriodInDays>5</RetentionPeriodInDays></InitiateWormConfiguration>'
  const { headers } = await call(started, { method: 'POST', bucket: BUCKET, query: { worm: '' }, body })
  await call(started, { method: 'POST', bucket: BUCKET, query: { wormId: headers['x-oss-worm-id'] } })
  await setRules(started, rule(expires(1), { id: 'r' }))
  assert.deepEqual(await apply(started, 2), [])
  assert.deepEqual(await apply(started, 4), ['r expired k'])
})

test('rules that contradict themselves or one another are refused with their codes', async () => {
  const started = await startWithBucket()
  const not = (inner: string) => `<Filter><Not>${inner}</Not></Filter>`
  const refused: readonly (readonly [rules: string, code: string, ec?: string])[] = [
    [rule(expiration('')), 'MalformedXML'],
    [
      rule(expiration('<Days>1</Days><CreatedBeforeDate>2025-03-04T00:00:00.000Z</CreatedBeforeDate>')),
      'InvalidArgument',
      '61',
    ],
    [rule(expires(0)), 'InvalidArgument'],
    [rule(moves(1, 'Standard')), 'InvalidArgument'],
    [rule('<Transition><Days>1</Days></Transition>'), 'MalformedXML'],
    [rule(moves(1, 'IA', '<ReturnToStdWhenVisit>true</ReturnToStdWhenVisit>')), 'MalformedXML'],
    [rule(moves(5, 'IA') + moves(5, 'Archive')), 'InvalidArgument'],
    [rule(moves(5, 'IA') + expires(5)), 'InvalidArgument'],
    [
      rule(moves(5, 'IA') + expiration('<CreatedBeforeDate>2025-03-04T00:00:00.000Z</CreatedBeforeDate>')),
      'InvalidRequest',
      '80',
    ],
    [rule(expires(1)) + rule(expires(2), { prefix: 'a' }), 'InvalidRequest', '84'],
    [rule(expires(1), { more: not('<Prefix></Prefix>') }), 'InvalidArgument'],
    [rule(expires(1), { prefix: 'a/', more: not('<Prefix>b/</Prefix>') }), 'InvalidArgument'],
    [
      rule(expiration('<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>'), {
        more: not('<Prefix>b/</Prefix>'),
      }),
      'InvalidArgument',
      '34',
    ],
  ]
  for (const [rules, code, ec] of refused) {
    const { status, text } = await send(started, rules)
    assert.deepEqual([status, element(text, 'Code')], [400, code], `${rules}\n${text}`)
    if (ec !== undefined) assert.equal(element(text, 'EC'), `0014-000000${ec}`)
  }
  const mixed = rule(moves(5, 'IA') + expiration('<CreatedBeforeDate>2025-03-04T00:00:00.000Z</CreatedBeforeDate>'))
  assert.equal(
    element((await send(started, mixed)).text, 'Message'),
    'Found mixed CreatedBeforeDate and Days based Expiration and Transition for StorageClass IA actions',
  )
  const different = rule(expires(1)) + rule(moves(2, 'IA')) + rule(moves(3, 'Archive'), { prefix: 'a' })
  assert.equal((await send(started, different)).status, 200)
})

test('a preview shows what rules would do now, changes nothing, and sets nothing', async () => {
  const started = await startWithBucket()
  for (const key of ['tmp/a', 'tmp/b', 'cold/c', 'other']) await putOf(started, key)
  await initiate(started, 'tmp/upload')
  started.advance(3 * DAY_MS)
  await putOf(started, 'tmp/new')
  const rules = [
    '<Rule><ID>clean</ID><Prefix>tmp/</Prefix><Status>Enabled</Status><AbortMultipartUpload><Days>1</Days></AbortMultipartUpload><Expiration><Days>1</Days></Expiration></Rule>',
    '<Rule><ID>move</ID><Prefix>cold/</Prefix><Status>Enabled</Status><Transition><Days>1</Days><StorageClass>IA</StorageClass></Transition></Rule>',
    '<Rule><ID>off</ID><Prefix>other</Prefix><Status>Disabled</Status><Expiration><Days>1</Days></Expiration></Rule>',
  ]
  const preview = (body: string) =>
    call(started, {
      method: 'POST',
      bucket: BUCKET,
      query: { lifecycle: undefined, 'x-oss-ext-preview': undefined },
      body,
    })
  const { status, text } = await preview(`<LifecycleConfiguration>${rules.join('')}</LifecycleConfiguration>`)
  assert.equal(status, 200, text)
  const { actions, isTruncated } = JSON.parse(text) as { actions: Record<string, unknown>[]; isTruncated: boolean }
  assert.deepEqual(
    actions.map(({ action, rule, key, bytes, storageClass, targetClass }) => [
      action,
      rule,
      key,
      bytes,
      storageClass,
      targetClass,
    ]),
    [
      ['abort', 'clean', 'tmp/upload', undefined, undefined, undefined],
      ['move', 'move', 'cold/c', 1, 'Standard', 'IA'],
      ['expire', 'clean', 'tmp/a', 1, 'Standard', undefined],
      ['expire', 'clean', 'tmp/b', 1, 'Standard', undefined],
    ],
  )
  assert.equal(isTruncated, false)
  const list = await call(started, { method: 'GET', bucket: BUCKET })
  assert.equal(elements(list.text, 'Key').length, 5)
  assert.equal((await call(started, { method: 'GET', bucket: BUCKET, query: { lifecycle: '' } })).status, 404)
  assert.equal(
    element((await preview('<LifecycleConfiguration></LifecycleConfiguration>')).text, 'Code'),
    'MalformedXML',
  )
})

test('a preview lists 1,000 actions, and states that there are more', async () => {
  const started = await startWithBucket()
  for (let number = 0; number < 1_001; number += 1) await putOf(started, `k${number}`)
  started.advance(3 * DAY_MS)
  const rule = '<Rule><Prefix></Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>'
  const query = { lifecycle: undefined, 'x-oss-ext-preview': undefined }
  const body = `<LifecycleConfiguration>${rule}</LifecycleConfiguration>`
  const { text } = await call(started, { method: 'POST', bucket: BUCKET, query, body })
  const { actions, isTruncated } = JSON.parse(text) as { actions: unknown[]; isTruncated: boolean }
  assert.deepEqual([actions.length, isTruncated], [1_000, true])
})

test('a preview looks at a limited number of versions and uploads, and states that there may be more', async () => {
  const started = await startWithBucket()
  for (const key of ['a', 'b', 'c']) {
    await putOf(started, key)
    await initiate(started, key)
  }
  started.advance(3 * DAY_MS)
  const { domain } = new Ram(started)
  const bucket = await domain.metadata.read((reader) => readBucket(domain, reader, BUCKET))
  const common = { prefix: '', status: 'Enabled', expiration: { days: 2 } } as const
  const rules = [
    { ...common, id: 'young', expiration: { days: 9 } },
    { ...common, id: 'old', expiration: { days: 9 }, abortMultipartUpload: { days: 1 } },
    { ...common, id: 'all' },
  ]
  const shown = async (metMax: number) => {
    const { actions, isTruncated } = await previewLifecycle(domain, bucket, rules, metMax)
    return [actions.length, isTruncated]
  }
  assert.deepEqual(await shown(2), [2, true])
  assert.deepEqual(await shown(4), [4, true])
  assert.deepEqual(await shown(6), [6, false])
})

test('previews and deliveries beyond four at the same time get SlowDown', async () => {
  const started = await startWithBucket()
  const body = `<LifecycleConfiguration>${rule(expires(1))}</LifecycleConfiguration>`
  const preview = () =>
    call(started, {
      method: 'POST',
      bucket: BUCKET,
      query: { lifecycle: undefined, 'x-oss-ext-preview': undefined },
      body,
    })
  const deliver = () =>
    call(started, { method: 'POST', bucket: BUCKET, query: { logging: undefined, 'x-oss-ext-run': undefined } })
  const answers = await Promise.all([preview(), deliver(), preview(), deliver(), preview(), preview(), preview()])
  const codes = answers.map(({ status, log }) => log.code ?? status)
  assert.ok(codes.filter((code) => code === 200).length >= 4, String(codes))
  assert.deepEqual(
    codes.filter((code) => code !== 200 && code !== 'SlowDown'),
    [],
  )
  assert.ok(codes.includes('SlowDown'))
  assert.equal((await preview()).status, 200)
})

function putOf(started: StartedService, key: string): Promise<unknown> {
  return call(started, { method: 'PUT', bucket: BUCKET, key, body: 'x' })
}
