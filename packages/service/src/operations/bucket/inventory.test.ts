import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { BUCKET, call, elements, type StartedService, setVersioning, startWithBucket } from '../../testing/index.js'

const DAY_MS = 86_400_000
const ALL_FIELDS =
  'Size LastModifiedDate ETag StorageClass IsMultipartUploaded EncryptionStatus ObjectAcl TaggingCount ObjectType Crc64 TransitionTime'

interface Wanted {
  readonly versions?: 'All' | 'Current'
  readonly fields?: string
  readonly filter?: string
  readonly frequency?: string
  readonly prefix?: string
  readonly enabled?: boolean
  readonly encryption?: string
}

async function start() {
  const started = await startWithBucket()
  await call(started, { method: 'PUT', bucket: 'reports' })
  return started
}

async function put(started: StartedService, wanted: Wanted = {}): Promise<void> {
  const { versions = 'Current', fields = 'Size ETag', filter = '', frequency = 'Daily', prefix = 'p' } = wanted
  const body =
    `<InventoryConfiguration><Id>r</Id><IsEnabled>${wanted.enabled ?? true}</IsEnabled>` +
    `<Filter>${filter}</Filter><Destination><OSSBucketDestination><Format>CSV</Format><AccountId>1</AccountId><RoleArn>acs:ram::1:role/r</RoleArn><Bucket>acs:oss:::reports</Bucket><Prefix>${prefix}</Prefix>${wanted.encryption ?? ''}</OSSBucketDestination></Destination>` +
    `<Schedule><Frequency>${frequency}</Frequency></Schedule><IncludedObjectVersions>${versions}</IncludedObjectVersions>` +
    `<OptionalFields>${fields
      .split(' ')
      .map((field) => `<Field>${field}</Field>`)
      .join('')}</OptionalFields></InventoryConfiguration>`
  const query = { inventory: '', inventoryId: 'r' }
  const set = await call(started, { method: 'PUT', bucket: BUCKET, query, body })
  assert.equal(set.status, 200, set.text)
}

async function run({ service }: StartedService): Promise<(string | undefined)[]> {
  const keys: (string | undefined)[] = []
  for await (const { key } of service.writeReports()) keys.push(key)
  return keys
}

const read = (started: StartedService, key: string) => call(started, { method: 'GET', bucket: 'reports', key })

/** The rows of the report whose manifest has this key. */
async function rowsOf(started: StartedService, manifest: string | undefined): Promise<string[]> {
  const { files } = JSON.parse((await read(started, manifest ?? '')).text)
  const texts = await Promise.all(
    files.map(async ({ key }: { key: string }) => gunzipSync((await read(started, key)).bytes).toString()),
  )
  return texts.join('').trimEnd().split('\n')
}

const object = (started: StartedService, key: string, body = 'x', headers: Record<string, string> = {}) =>
  call(started, { method: 'PUT', bucket: BUCKET, key, body, headers })

test('a report is written after the next midnight in UTC, and then each day: data, manifest and checksum', async () => {
  const started = await start()
  await object(started, 'a b"', '12345')
  await put(started, { fields: ALL_FIELDS })
  started.advance(16 * 3_600_000 - 1)
  assert.deepEqual(await run(started), [])
  started.advance(1)
  assert.deepEqual(await run(started), [`p/${BUCKET}/r/2026-01-06T00-00Z/manifest.json`])
  const { text } = await read(started, `p/${BUCKET}/r/2026-01-06T00-00Z/manifest.json`)
  const manifest = JSON.parse(text)
  const [{ key, size, MD5checksum }] = manifest.files
  assert.match(key, new RegExp(`^p/${BUCKET}/r/data/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.csv\\.gz$`))
  const data = await read(started, key)
  assert.deepEqual([size, `"${MD5checksum}"`], [data.bytes.length, data.headers.etag])
  const { files: _, ...rest } = manifest
  assert.deepEqual(rest, {
    creationTimestamp: String(Date.UTC(2026, 0, 6) / 1000),
    destinationBucket: 'reports',
    fileFormat: 'CSV',
    fileSchema: `Bucket, Key, ${ALL_FIELDS.replaceAll(' ', ', ')}`,
    sourceBucket: BUCKET,
    version: '2019-09-01',
  })
  const crc64 = (await call(started, { method: 'HEAD', bucket: BUCKET, key: 'a b"' })).headers['x-oss-hash-crc64ecma']
  assert.deepEqual(await rowsOf(started, `p/${BUCKET}/r/2026-01-06T00-00Z/manifest.json`), [
    `"${BUCKET}","a%20b%22","5","2026-01-05T08:00:00.000Z","827CCB0EEA8A706C4C34A16891F84E7B","Standard","false","false","default","0","Normal","${crc64}",""`,
  ])
  const checksum = await read(started, `p/${BUCKET}/r/2026-01-06T00-00Z/manifest.checksum`)
  assert.equal(
    `"${checksum.text}"`,
    (await read(started, `p/${BUCKET}/r/2026-01-06T00-00Z/manifest.json`)).headers.etag,
  )
  assert.deepEqual(await run(started), [], 'it is made once a day')
  started.advance(DAY_MS)
  assert.deepEqual(await run(started), [`p/${BUCKET}/r/2026-01-07T00-00Z/manifest.json`])
})

test('a weekly report is made a week after the last one, and one that is off never', async () => {
  const started = await start()
  await object(started, 'k')
  await put(started, { frequency: 'Weekly', prefix: '' })
  started.advance(DAY_MS)
  assert.deepEqual(await run(started), [`${BUCKET}/r/2026-01-06T08-00Z/manifest.json`])
  started.advance(6 * DAY_MS - 8 * 3_600_000 - 1)
  assert.deepEqual(await run(started), [])
  started.advance(8 * 3_600_000 + DAY_MS)
  assert.equal((await run(started)).length, 1)

  const off = await start()
  await object(off, 'k')
  await put(off, { enabled: false })
  off.advance(10 * DAY_MS)
  assert.deepEqual(await run(off), [])
})

test('a filter selects by prefix, times, sizes and class; where nothing matches, nothing is written', async () => {
  const cases = [
    ['<Prefix>d/</Prefix>', ['d%2Fsmall', 'd%2Fia']],
    ['<LowerSizeBound>2</LowerSizeBound><UpperSizeBound>5</UpperSizeBound>', ['d%2Fia', 'large']],
    ['<StorageClass>IA,Archive</StorageClass>', ['d%2Fia']],
    ['<StorageClass>All</StorageClass>', ['d%2Fia', 'd%2Fsmall', 'large']],
    ['<LastModifyBeginTimeStamp>1767600001</LastModifyBeginTimeStamp>', ['large']],
    ['<LastModifyEndTimeStamp>1767600000</LastModifyEndTimeStamp>', ['d%2Fia', 'd%2Fsmall']],
  ] as const
  for (const [filter, keys] of cases) {
    const started = await start()
    await object(started, 'd/small', '1')
    await object(started, 'd/ia', '12', { 'x-oss-storage-class': 'IA' })
    started.advance(1_000)
    await object(started, 'large', '12345')
    await put(started, { filter })
    started.advance(DAY_MS)
    const [manifest] = await run(started)
    const rows = await rowsOf(started, manifest)
    assert.deepEqual(rows.map((row) => row.split(',')[1]?.replaceAll('"', '')).sort(), [...keys].sort(), filter)
  }
  const started = await start()
  await object(started, 'k')
  await put(started, { filter: '<Prefix>none/</Prefix>' })
  started.advance(DAY_MS)
  assert.deepEqual(await run(started), [undefined])
  assert.deepEqual(elements((await call(started, { method: 'GET', bucket: 'reports' })).text, 'Key'), [])
})

test('a report on all versions shows which is the latest, and delete markers', async () => {
  const started = await start()
  await setVersioning(started, 'Enabled')
  const ids: (string | undefined)[] = []
  for (const body of ['1', '22']) ids.push((await object(started, 'k', body)).headers['x-oss-version-id'])
  await object(started, 'gone')
  const marker = await call(started, { method: 'DELETE', bucket: BUCKET, key: 'gone' })
  await put(started, { versions: 'All', fields: 'Size StorageClass' })
  started.advance(DAY_MS)
  const rows = await rowsOf(started, (await run(started))[0])
  const [first, second] = ids
  const expected = [
    `"${BUCKET}","k","${second}","true","false","2","Standard"`,
    `"${BUCKET}","k","${first}","false","false","1","Standard"`,
    `"${BUCKET}","gone","${marker.headers['x-oss-version-id']}","true","true","0",""`,
  ]
  for (const row of expected) assert.ok(rows.includes(row), `${row} in ${rows.join('\n')}`)
  assert.equal(rows.length, 4)
})

test('a report is encrypted as its rule demands', async () => {
  const started = await start()
  await object(started, 'k')
  await put(started, { encryption: '<Encryption><SSE-OSS></SSE-OSS></Encryption>' })
  started.advance(DAY_MS)
  await run(started)
  const { text } = await call(started, { method: 'GET', bucket: 'reports' })
  for (const key of elements(text, 'Key')) {
    const head = await call(started, { method: 'HEAD', bucket: 'reports', key })
    assert.equal(head.headers['x-oss-server-side-encryption'], 'AES256', key)
  }
})

test('a report that is requested is written at the next pass, once, and also of an inventory that is off', async () => {
  const started = await start()
  await object(started, 'a')
  await put(started, { enabled: false })
  const request = (inventoryId: string) =>
    call(started, { method: 'POST', bucket: BUCKET, query: { inventory: '', inventoryId, 'x-oss-ext-run': '' } })
  assert.equal((await request('none')).status, 404)
  assert.deepEqual(await run(started), [])
  for (const signature of ['v1', 'v4'] as const) {
    const query = { inventory: '', inventoryId: 'r', 'x-oss-ext-run': '' }
    assert.equal((await call(started, { method: 'POST', bucket: BUCKET, query, signature })).status, 200)
  }
  assert.deepEqual(await run(started), [`p/${BUCKET}/r/2026-01-05T08-00Z/manifest.json`])
  assert.deepEqual(await run(started), [])
  const shown = await call(started, { method: 'GET', bucket: BUCKET, query: { inventory: '', inventoryId: 'r' } })
  assert.deepEqual(elements(shown.text, 'Id'), ['r'])
})
