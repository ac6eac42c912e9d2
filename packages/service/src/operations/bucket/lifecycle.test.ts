import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AbortedByRule } from '../../domain/upkeep/apply-lifecycle.js'
import {
  BUCKET,
  call,
  element,
  elements,
  FULL_PART,
  initiate,
  OTHER,
  type StartedService,
  startWithBucket,
  type TestResponse,
  uploadPart,
} from '../../testing/index.js'

const DAY_MS = 86_400_000

const rule = (inner: string, action = '<AbortMultipartUpload><Days>7</Days></AbortMultipartUpload>') =>
  `<Rule>${inner}<Status>Enabled</Status>${action}</Rule>`

function put(started: StartedService, rules: string, headers: Record<string, string> = {}): Promise<TestResponse> {
  const body = `<?xml version="1.0" encoding="UTF-8"?><LifecycleConfiguration>${rules}</LifecycleConfiguration>`
  return call(started, { method: 'PUT', bucket: BUCKET, query: { lifecycle: undefined }, body, headers })
}

function lifecycle(started: StartedService, method: 'GET' | 'DELETE'): Promise<TestResponse> {
  return call(started, { method, bucket: BUCKET, query: { lifecycle: '' } })
}

async function apply(started: StartedService): Promise<AbortedByRule[]> {
  const aborted: AbortedByRule[] = []
  for await (const done of started.service.applyLifecycle()) {
    assert.ok(done.kind === 'aborted')
    aborted.push(done)
  }
  return aborted
}

async function openKeys(started: StartedService): Promise<string[]> {
  return elements((await call(started, { method: 'GET', bucket: BUCKET, query: { uploads: '' } })).text, 'Key')
}

test('rules are stored as set, with an ID for those that had none', async () => {
  const started = await startWithBucket()
  const set = await put(
    started,
    rule('<ID>parts</ID><Prefix>tmp/</Prefix>') +
      '<Rule><Prefix>logs/</Prefix><Status>Disabled</Status><AbortMultipartUpload>' +
      '<CreatedBeforeDate>2025-03-04T00:00:00.000Z</CreatedBeforeDate></AbortMultipartUpload></Rule>',
  )
  assert.equal(set.status, 200, set.text)
  const { status, text } = await lifecycle(started, 'GET')
  assert.equal(status, 200)
  const [first, generated = ''] = elements(text, 'ID')
  assert.equal(first, 'parts')
  assert.match(generated, /^[0-9A-F]{32}$/)
  assert.deepEqual(elements(text, 'Prefix'), ['tmp/', 'logs/'])
  assert.deepEqual(elements(text, 'Status'), ['Enabled', 'Disabled'])
  assert.deepEqual(elements(text, 'Days'), ['7'])
  assert.deepEqual(elements(text, 'CreatedBeforeDate'), ['2025-03-04T00:00:00.000Z'])
})

test('a bucket without rules reports it, and deleting none succeeds', async () => {
  const started = await startWithBucket()
  const none = await lifecycle(started, 'GET')
  assert.deepEqual([none.status, element(none.text, 'Code')], [404, 'NoSuchLifecycle'])
  assert.equal(element(none.text, 'Message'), 'No Row found in Lifecycle Table.')
  assert.equal((await lifecycle(started, 'DELETE')).status, 204)
  await put(started, rule(''))
  assert.equal((await lifecycle(started, 'DELETE')).status, 204)
  assert.equal((await lifecycle(started, 'GET')).status, 404)
})

test('only the owner of a bucket may read or set its rules', async () => {
  const started = await startWithBucket()
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const refused = await call(started, { method, bucket: BUCKET, query: { lifecycle: '' }, as: OTHER })
    assert.equal(refused.status, 403, method)
  }
})

test('invalid rules are refused with their code, and nothing is stored', async () => {
  const started = await startWithBucket()
  const abort = (inner: string) => rule('', `<AbortMultipartUpload>${inner}</AbortMultipartUpload>`)
  const date = (text: string) => abort(`<CreatedBeforeDate>${text}</CreatedBeforeDate>`)
  const refused: readonly (readonly [rules: string, code: string, ec?: string])[] = [
    ['', 'MalformedXML'],
    ['<Rule', 'MalformedXML'],
    ['<Rule><Status>On</Status><AbortMultipartUpload><Days>1</Days></AbortMultipartUpload></Rule>', 'MalformedXML'],
    ['<Rule><AbortMultipartUpload><Days>1</Days></AbortMultipartUpload></Rule>', 'MalformedXML'],
    [rule('', ''), 'MalformedXML'],
    [rule('<Unknown/>'), 'MalformedXML'],
    [abort('<Days>1</Days><CreatedBeforeDate>2025-03-04T00:00:00.000Z</CreatedBeforeDate>'), 'MalformedXML', '74'],
    [abort(''), 'MalformedXML', '73'],
    [abort('<Days>1</Days><IsAccessTime>true</IsAccessTime>'), 'MalformedXML', '71'],
    [abort('<Days>-30</Days>'), 'InvalidArgument'],
    [abort('<Days>0</Days>'), 'InvalidArgument'],
    [date('2025-03-04T00:00:01.000Z'), 'InvalidArgument'],
    [date('2025-03-04T00:00:00Z'), 'InvalidArgument'],
    [date('2025-02-30T00:00:00.000Z'), 'InvalidArgument'],
    [date('2025-13-01T00:00:00.000Z'), 'InvalidArgument'],
    [rule('<Filter><Not><Prefix>a</Prefix></Not></Filter>'), 'InvalidArgument', '34'],
    [rule('<Tag><Key>k</Key><Value>v</Value></Tag>'), 'InvalidArgument'],
    [rule('<ID>a</ID><Prefix>a/</Prefix>') + rule('<ID>a</ID><Prefix>b/</Prefix>'), 'InvalidArgument'],
    [rule(`<ID>${'i'.repeat(256)}</ID>`), 'InvalidArgument'],
    [rule('<Prefix>a</Prefix>') + rule('<Prefix>b</Prefix>') + rule('<Prefix>ab</Prefix>'), 'InvalidRequest', '84'],
    [rule('<Prefix>a</Prefix>') + rule(''), 'InvalidRequest', '84'],
    [Array.from({ length: 1_001 }, (_, n) => rule(`<Prefix>${n}/</Prefix>`)).join(''), 'InvalidArgument'],
  ]
  for (const [rules, code, ec] of refused) {
    const { status, text } = await put(started, rules)
    assert.deepEqual([status, element(text, 'Code')], [400, code], `${rules.slice(0, 200)}\n${text}`)
    if (ec !== undefined) assert.equal(element(text, 'EC'), `0014-000000${ec}`)
  }
  assert.equal((await lifecycle(started, 'GET')).status, 404)
})

test('rules by the time of access need a bucket that records it', async () => {
  const started = await startWithBucket()
  const move = '<Transition><Days>1</Days><StorageClass>IA</StorageClass><IsAccessTime>true</IsAccessTime></Transition>'
  const { status, text } = await put(started, rule('', move))
  assert.deepEqual([status, element(text, 'Code')], [400, 'MalformedXML'])
})

test('a thousand rules of the maximum size are stored, replaced by fewer, and deleted with their bucket', async () => {
  const started = await startWithBucket()
  // a quotation mark takes two bytes in stored form
  const names = Array.from({ length: 1_000 }, (_, n) => `${String(n).padStart(4, '0')}/`.padEnd(1_023, '"'))
  const set = await put(
    started,
    names.map((name) => rule(`<ID>${name.slice(0, 255)}</ID><Prefix>${name}</Prefix>`)).join(''),
  )
  assert.equal(set.status, 200, set.text)
  assert.deepEqual(elements((await lifecycle(started, 'GET')).text, 'Prefix'), names)
  await put(started, rule('<Prefix>only/</Prefix>'))
  assert.deepEqual(elements((await lifecycle(started, 'GET')).text, 'Prefix'), ['only/'])
  assert.equal((await call(started, { method: 'DELETE', bucket: BUCKET })).status, 204)
  await call(started, { method: 'PUT', bucket: BUCKET })
  assert.equal((await lifecycle(started, 'GET')).status, 404)
})

test('a rule aborts the uploads of its prefix when their days since initiation have passed, and reports what it freed', async () => {
  const started = await startWithBucket()
  await put(started, rule('<ID>parts</ID><Prefix>tmp/</Prefix>'))
  const old = await initiate(started, 'tmp/old')
  await initiate(started, 'kept/old')
  await uploadPart(started, 'tmp/old', old, 1)
  await uploadPart(started, 'tmp/old', old, 2, 'x')
  started.advance(6 * DAY_MS)
  await initiate(started, 'tmp/young')
  assert.deepEqual(await apply(started), [])
  started.advance(DAY_MS - 1)
  await uploadPart(started, 'tmp/old', old, 3, 'late')
  assert.deepEqual(await apply(started), [])
  started.advance(1)
  assert.deepEqual(await apply(started), [
    {
      kind: 'aborted',
      bucket: BUCKET,
      ruleId: 'parts',
      key: 'tmp/old',
      uploadId: old,
      parts: 3,
      bytes: FULL_PART.length + 1 + 4,
    },
  ])
  assert.deepEqual(await openKeys(started), ['kept/old', 'tmp/young'])
  assert.equal((await uploadPart(started, 'tmp/old', old, 4)).status, 404)
  assert.deepEqual(await apply(started), [])
})

test('a rule with a date aborts the uploads initiated before it, once the date has come', async () => {
  const started = await startWithBucket()
  const date = new Date(started.now() + 2 * DAY_MS).toISOString().slice(0, 10)
  await put(
    started,
    rule(
      '',
      `<AbortMultipartUpload><CreatedBeforeDate>${date}T00:00:00.000Z</CreatedBeforeDate></AbortMultipartUpload>`,
    ),
  )
  await initiate(started, 'before')
  assert.deepEqual(await apply(started), [])
  started.advance(2 * DAY_MS)
  await initiate(started, 'after')
  assert.deepEqual(
    (await apply(started)).map(({ key }) => key),
    ['before'],
  )
  assert.deepEqual(await openKeys(started), ['after'])
})

test('a disabled rule does nothing', async () => {
  const started = await startWithBucket()
  await initiate(started, 'a/b')
  started.advance(30 * DAY_MS)
  await put(started, rule('').replace('Enabled', 'Disabled'))
  assert.deepEqual(await apply(started), [])
})

test('a pass continues over more uploads than one read returns, and may be ended at any of them', async () => {
  const started = await startWithBucket()
  await put(started, rule(''))
  for (let n = 0; n < 450; n += 1) await initiate(started, `k${n}`)
  started.advance(7 * DAY_MS)
  const stop = new AbortController()
  let first = 0
  for await (const _ of started.service.applyLifecycle(stop.signal)) {
    first += 1
    stop.abort()
  }
  assert.ok(first < 450, String(first))
  assert.equal((await apply(started)).length, 450 - first)
  assert.deepEqual(await openKeys(started), [])
})

test('a rule that is deleted during a pass aborts nothing more', async () => {
  const started = await startWithBucket()
  await put(started, rule(''))
  const keys = Array.from({ length: 40 }, (_, number) => `k${String(number).padStart(2, '0')}`)
  for (const key of keys) await initiate(started, key)
  started.advance(7 * DAY_MS)
  const aborted: string[] = []
  for await (const { key } of started.service.applyLifecycle()) {
    aborted.push(key)
    await lifecycle(started, 'DELETE')
  }
  // those that were being aborted together when the first was reported
  assert.deepEqual(aborted, keys.slice(0, 16))
  assert.deepEqual(await openKeys(started), keys.slice(16))
})
