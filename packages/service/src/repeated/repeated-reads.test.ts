import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations } from '@bindery/protocol'
import { createMemoryMetadataStore, createRandom, type MetadataStore, type Random } from '@bindery/storage'
import type { AccessKey } from '../access/requester.js'
import { deleteAccessKey, setAccessKeyEnabled } from '../domain/ram/access-keys.js'
import type { ServiceResponse } from '../service.js'
import { whole } from '../testing/call.js'
import {
  BUCKET,
  OTHER,
  Ram,
  ROOT,
  type StartedService,
  send,
  startService,
  type TestRequest,
} from '../testing/index.js'
import { NAME_LENGTH_MAX, nameOf, PASSED_OVER } from './known-read.js'

/** One of two equal services, of which one forgets all answers. */
interface World {
  readonly started: StartedService
  readonly ram: Ram
  /** The key of a user, and an enabled or disabled one. */
  readonly keys: readonly AccessKey[]
}

const forgetful = (store: MetadataStore): MetadataStore => ({
  read: (body) => store.read(body),
  transact: (body) => store.transact(body),
  close: () => store.close(),
})

const READS_ALL = { Effect: 'Allow', Action: 'oss:Get*', Resource: 'acs:oss:*:*:bkt/*' }
const KEYS = ['a/1', 'a/2', 'b é+', 'missing']

async function world(remembers: boolean): Promise<World> {
  const metadata = createMemoryMetadataStore({ runBodiesTwice: true })
  const started = await startService({ metadata: remembers ? metadata : forgetful(metadata) })
  const ram = new Ram(started)
  const keys = [await ram.user('alice', READS_ALL), await ram.key('alice'), await ram.user('bob')]
  const made: World = { started, ram, keys }
  await ask(made, { method: 'PUT', bucket: BUCKET })
  for (const key of KEYS.slice(0, -1)) await ask(made, { method: 'PUT', bucket: BUCKET, key, body: `bytes of ${key}` })
  return made
}

type Asked = Omit<TestRequest, 'as'> & { readonly as?: number }

/** All of an answer; the services draw the same ids, and their clocks stand still. */
async function ask({ started, keys }: World, { as = 0, ...request }: Asked): Promise<ServiceResponse> {
  const signers = [ROOT, ...keys, OTHER, { ...ROOT, accessKeySecret: 'wrong' }, 'anonymous'] as const
  return send(started, { ...request, as: signers[as] ?? ROOT })
}

const METHODS = ['HEAD', 'GET']
const ADDRESSES = ['127.0.0.1', '10.0.0.1', '192.0.2.7']
const READ_HEADERS: readonly Readonly<Record<string, string>>[] = [
  { 'user-agent': 'app' },
  { 'user-agent': 'web' },
  { range: 'bytes=1-3' },
  { range: 'bytes=0-3', 'if-range': 'other' },
  { range: 'bytes=0-3', 'if-none-match': '*' },
  { range: 'bytes=0-1,3-4', 'x-oss-multi-range-behavior': 'multi-range' },
  { 'if-none-match': '*' },
  { 'if-none-match': 'other' },
  { 'if-modified-since': 'Mon, 05 Jan 2026 08:00:30 GMT' },
  { 'accept-encoding': 'gzip' },
  { 'accept-encoding': 'identity' },
  { accept: 'text/html' },
  { accept: '*/*' },
  { origin: 'http://page.test' },
  { referer: 'http://page.test/x' },
  { 'x-oss-request-payer': 'requester' },
  { 'service-worker': 'script' },
]

/** Parts of a read, the usual one first. */
const VARIETY = {
  method: METHODS,
  key: KEYS,
  as: [0, 1, 2, 3, 4, 5, 6],
  style: ['host', 'path'],
  signature: ['v4', 'v1', 'url'],
  remoteAddress: ADDRESSES,
  scheme: ['http', 'https'],
  headers: [{}, ...READ_HEADERS],
  query: [{}, { 'response-content-type': 'text/plain' }, { acl: '' }, { versionId: 'null' }],
} as const

const plainReadOf = (random: Random, method: string): Asked => {
  return { method, bucket: BUCKET, key: pick(random, KEYS), as: random.below(4) }
}

function readOf(random: Random): Asked {
  const read = plainReadOf(random, pick(random, METHODS))
  return random.below(2) === 0 ? read : variedOf(random, read)
}

/** The headers of a range: mostly of one that lies in the objects, or of one at their ends or behind them, or a text that names none. */
function rangeHeaders(random: Random, behaviour: string): Readonly<Record<string, string>> {
  const start = pick(random, [
    '',
    '0',
    '1',
    '2',
    '3',
    ...(random.below(4) === 0 ? ['12', '13', '5000', '9'.repeat(20)] : []),
  ])
  const end = pick(random, ['3', '3', ...(random.below(4) === 0 ? ['', '0', '11', '12', '13', '4999', '5000'] : [])])
  const range = random.below(16) === 0 ? start : `bytes=${start}-${end}${random.below(8) === 0 ? ',0-0' : ''}`
  return { range, ...(behaviour !== '' && { 'x-oss-range-behavior': behaviour }) }
}

/** The read with another of its parts. */
function variedOf(random: Random, read: Asked): Asked {
  const name = pick(random, Object.keys(VARIETY) as (keyof typeof VARIETY)[])
  return { ...read, [name]: pick<unknown>(random, VARIETY[name]) }
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.below(values.length)] as T
}

type Change = (world: World) => Promise<unknown>

const setting = (name: string, body: string): Change => {
  const request = { bucket: BUCKET, query: { [name]: '' }, body }
  return (on) => ask(on, body === '' ? { ...request, method: 'DELETE' } : { ...request, method: 'PUT' })
}

const policy = (condition: object | undefined, effect = 'Allow') => {
  const principals = { Effect: effect, Principal: ['*'], Action: ['oss:GetObject'], Resource: ['acs:oss:*:*:bkt/*'] }
  const statement = { ...principals, ...(condition && { Condition: condition }) }
  return setting('policy', JSON.stringify({ Version: '1', Statement: [statement] }))
}

const puts = (key: string, body: string, headers: Record<string, string>): Change => {
  return (on) => ask(on, { method: 'PUT', bucket: BUCKET, key, body, headers })
}

const rule = (days: number) =>
  `<LifecycleConfiguration><Rule><ID>r</ID><Prefix></Prefix><Status>Enabled</Status><Expiration><Days>${days}</Days></Expiration></Rule></LifecycleConfiguration>`
const website =
  '<WebsiteConfiguration><IndexDocument><Suffix>1</Suffix></IndexDocument><ErrorDocument><Key>a/2</Key></ErrorDocument></WebsiteConfiguration>'
const hiding =
  '<ResponseHeaderConfiguration><Rule><Name>r</Name><Filters><Operation>GetObject</Operation></Filters><HideHeaders><Header>ETag</Header></HideHeaders></Rule></ResponseHeaderConfiguration>'
const logging = `<BucketLoggingStatus><LoggingEnabled><TargetBucket>${BUCKET}</TargetBucket><TargetPrefix>l/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>`
const referers =
  '<RefererConfiguration><AllowEmptyReferer>false</AllowEmptyReferer><RefererList><Referer>http://page.test</Referer></RefererList></RefererConfiguration>'
const cors =
  '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>'
const blocked = (value: boolean) =>
  `<PublicAccessBlockConfiguration><BlockPublicAccess>${value}</BlockPublicAccess></PublicAccessBlockConfiguration>`
const paid = (payer: string) => `<RequestPaymentConfiguration><Payer>${payer}</Payer></RequestPaymentConfiguration>`
const limited = (requests: number) => `<QoSConfiguration><TotalQps>${requests}</TotalQps></QoSConfiguration>`
const versions = (state: string) => `<VersioningConfiguration><Status>${state}</Status></VersioningConfiguration>`

const CHANGES: readonly ((random: Random) => Change)[] = [
  (random) => puts(pick(random, KEYS), `other ${random.below(9)}`, {}),
  (random) => puts(pick(random, KEYS), 'page', { 'content-type': 'text/html', 'x-oss-object-acl': 'public-read' }),
  (random) => puts(pick(random, KEYS), 'x'.repeat(5_000), { 'x-oss-meta-a': String(random.below(9)) }),
  (random) => puts(pick(random, KEYS), 'cold', { 'x-oss-storage-class': 'Archive' }),
  (random) => {
    const key = pick(random, KEYS)
    return (on) => ask(on, { method: 'DELETE', bucket: BUCKET, key })
  },
  (random) => {
    const request = { method: 'POST', bucket: BUCKET, key: pick(random, KEYS), query: { restore: '' } }
    return (on) => ask(on, request)
  },
  (random) => {
    const headers = { 'x-oss-symlink-target': pick(random, KEYS) }
    const request = { method: 'PUT', bucket: BUCKET, key: pick(random, KEYS), query: { symlink: '' }, headers }
    return (on) => ask(on, request)
  },
  (random) => {
    const headers = { 'x-oss-object-acl': pick(random, ['private', 'public-read', 'default']) }
    const request = { method: 'PUT', bucket: BUCKET, key: pick(random, KEYS), query: { acl: '' }, headers }
    return (on) => ask(on, request)
  },
  (random) => {
    const headers = { 'x-oss-acl': pick(random, ['private', 'public-read']) }
    return (on) => ask(on, { method: 'PUT', bucket: BUCKET, query: { acl: '' }, headers })
  },
  (random) => setting('policy', random.below(2) === 0 ? '' : 'not a policy'),
  (random) => policy(undefined, pick(random, ['Allow', 'Deny'])),
  (random) => policy({ IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } }, pick(random, ['Allow', 'Deny'])),
  (random) => policy({ StringEquals: { 'acs:UserAgent': 'app' } }, pick(random, ['Allow', 'Deny'])),
  (random) => policy({ DateLessThan: { 'acs:CurrentTime': '2026-01-05T08:10:00Z' } }, pick(random, ['Allow', 'Deny'])),
  (random) => policy({ Bool: { 'acs:SecureTransport': 'true' } }, pick(random, ['Allow', 'Deny'])),
  (random) => setting('lifecycle', pick(random, ['', rule(1), rule(3)])),
  (random) => setting('website', pick(random, ['', '', website])),
  (random) => setting('responseHeader', pick(random, ['', hiding])),
  (random) => setting('logging', pick(random, ['', '', logging])),
  (random) => setting('cors', pick(random, ['', cors])),
  (random) =>
    setting(
      'referer',
      pick(random, [
        referers,
        '<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList/></RefererConfiguration>',
      ]),
    ),
  (random) => setting('publicAccessBlock', pick(random, ['', blocked(true), blocked(false)])),
  (random) => setting('requestPayment', paid(pick(random, ['Requester', 'BucketOwner', 'BucketOwner']))),
  (random) => setting('qosInfo', limited(pick(random, [1, 1_000]))),
  (random) => setting('versioning', versions(pick(random, ['Enabled', 'Suspended']))),
  (random) => {
    const resource = pick(random, ['acs:oss:*:*:bkt/*', 'acs:oss:*:*:bkt/a/*', 'acs:oss:*:*:other/*'])
    const condition = pick(random, [undefined, { StringEquals: { 'acs:UserAgent': 'web' } }])
    return ({ ram }) =>
      ram.allow('alice', { ...READS_ALL, Resource: resource, ...(condition && { Condition: condition }) })
  },
  (random) => {
    const enabled = random.below(2) === 0
    return ({ ram, keys }) =>
      setAccessKeyEnabled(ram.domain, { account: ram.account, user: 'alice' }, keys[1]?.accessKeyId ?? '', enabled)
  },
  (random) => {
    const milliseconds = pick(random, [1, 1_000, 61_000, 600_000])
    return async ({ started }) => started.advance(milliseconds)
  },
]

/** Everything that a client and the log see. */
async function seen(response: ServiceResponse) {
  const { status, bytes } = await whole(response)
  const { failure: _, ...log } = response.log
  const headers = response.headers.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { status, headers, text: Buffer.from(bytes).toString('latin1'), log }
}

test('a read is answered as if it had taken all steps, whatever changes between repetitions', async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e6)
  t.diagnostic(`SEED=${seed}`)
  const random = createRandom(seed)
  let repeated = 0
  for (let round = 0; round < 30; round += 1) {
    const [remembering, forgetting] = [await world(true), await world(false)]
    const of = pick(random, ['all', 'ranges', 'ranges'])
    const reads = [of === 'all' ? readOf(random) : plainReadOf(random, 'GET'), readOf(random)]
    const behaviour = pick(random, ['', 'standard', 'other'])
    const ranged = (read: Asked) => ({ ...read, headers: { ...read.headers, ...rangeHeaders(random, behaviour) } })
    const changes = Array.from({ length: 2 }, () => pick(random, CHANGES))
    for (let step = 0; step < 40; step += 1) {
      if (random.below(8) === 0) {
        const change = pick(random, changes)(random)
        for (const on of [remembering, forgetting]) await change(on)
        continue
      }
      const read = pick(random, reads)
      const varied = random.below(4) === 0 ? variedOf(random, read) : of === 'all' ? read : ranged(read)
      const [known, derived] = [await ask(remembering, varied), await ask(forgetting, varied)]
      if (known.parts !== undefined) repeated += 1
      assert.deepEqual(await seen(known), await seen(derived), `SEED=${seed} round ${round}: ${JSON.stringify(varied)}`)
    }
  }
  assert.ok(repeated > 10, `${repeated} reads were answered from what was known`)
  t.diagnostic(`${repeated} reads were answered from what was known`)
})

/** Reads until the answer comes from what is known; the number of answers that did not, at most 4. */
async function learn(on: World, read: Asked): Promise<number> {
  let derived = 0
  while (derived < 4 && (await ask(on, read)).parts === undefined) derived += 1
  return derived
}

const READ: Asked = { method: 'GET', bucket: BUCKET, key: 'a/1' }

test('the third of equal reads is answered from what is known, at another time, from another address and program', async () => {
  const on = await world(true)
  for (const method of METHODS) {
    assert.equal(await learn(on, { ...READ, method }), 2, method)
    on.started.advance(1_000)
    const again = await ask(on, { ...READ, method, remoteAddress: '10.0.0.1', headers: { 'user-agent': 'app' } })
    assert.equal(again.status, 200)
    assert.notEqual(again.parts, undefined, method)
  }
})

test('a known read is refused with a wrong signature or an old time, and where its key is disabled, deleted or has another secret', async () => {
  const on = await world(true)
  const [alice] = on.keys
  const named = { account: on.ram.account, user: 'alice' }
  assert.equal(await learn(on, READ), 2)
  assert.equal((await ask(on, { ...READ, as: 5 })).status, 403)
  const { now } = on.started
  const early = { ...on, started: { ...on.started, now: () => now() - 3_600_000 } }
  assert.equal((await ask(early, READ)).log.cause, 'requestTimeTooSkewed')
  assert.equal(await learn(on, { ...READ, as: 1 }), 2)
  await setAccessKeyEnabled(on.ram.domain, named, alice?.accessKeyId ?? '', false)
  assert.equal((await ask(on, { ...READ, as: 1 })).status, 403)
  await deleteAccessKey(on.ram.domain, named, alice?.accessKeyId ?? '')
  assert.equal((await ask(on, { ...READ, as: 1 })).status, 403)
})

test('a range of a known read of ranges is answered from what is known, whichever it is, and what selects the whole object takes all steps', async () => {
  const on = await world(true)
  await puts('a/1', '0123456789', {})(on)
  const shown = async (range: string, more = {}) => {
    const answer = await ask(on, { ...READ, headers: { range, ...more } })
    const { status, bytes } = await whole(answer)
    const place = new Map(answer.headers).get('Content-Range')
    return [answer.parts !== undefined, status, place, Buffer.from(bytes).toString()]
  }
  const WHOLE = [false, 200, undefined, '0123456789']
  assert.equal(await learn(on, { ...READ, headers: { range: 'bytes=0-0' } }), 2)
  assert.deepEqual(await shown('bytes=2-5'), [true, 206, 'bytes 2-5/10', '2345'])
  assert.deepEqual(await shown('bytes=-3'), [true, 206, 'bytes 7-9/10', '789'])
  assert.deepEqual(await shown('bytes=7-10'), WHOLE)
  assert.deepEqual(await shown('bytes=2-5', { 'if-range': '"other"' }), WHOLE)
  const standard = { 'x-oss-range-behavior': 'standard' }
  assert.equal(await learn(on, { ...READ, headers: { range: 'bytes=7-10', ...standard } }), 4) // the 8th of all
  assert.deepEqual(await shown('bytes=7-10', standard), [true, 206, 'bytes 7-9/10', '789'])
  assert.equal((await shown('bytes=10-10', standard))[1], 416)
})

test('a range of an object that was overwritten, denied or deleted is that of its present state', async () => {
  const deletes: Change = (on) => ask(on, { ...READ, method: 'DELETE', key: 'a/2' })
  const answers: [number, string][] = []
  for (const change of [puts('a/2', 'new', {}), policy({}, 'Deny'), deletes]) {
    const on = await world(true)
    const read: Asked = { ...READ, key: 'a/2', as: 1, headers: { range: 'bytes=0-1' } }
    assert.equal(await learn(on, read), 2)
    await change(on)
    const { status, bytes } = await whole(await ask(on, read))
    answers.push([status, Buffer.from(bytes.subarray(0, 2)).toString()])
  }
  assert.deepEqual(answers, [
    [206, 'ne'],
    [403, '<?'],
    [404, '<?'],
  ])
})

test('a key whose secret was changed does not sign what it has read before', async () => {
  let key = ROOT
  const started = await startService({ accessKeys: { find: () => key } })
  const on: World = { started, ram: new Ram(started), keys: [] }
  await ask(on, { method: 'PUT', bucket: BUCKET })
  await ask(on, { ...READ, method: 'PUT', body: 'x' })
  assert.equal(await learn(on, READ), 2)
  key = { ...ROOT, accessKeySecret: 'changed' }
  assert.equal((await ask(on, READ)).status, 403)
})

test('what decides by address, time or program is decided each time', async () => {
  const on = await world(true)
  const alice: Asked = { ...READ, as: 1, remoteAddress: '192.0.2.7', headers: { 'user-agent': 'web' } }
  const changes: readonly [object, (read: Asked) => Asked][] = [
    [{ IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } }, (read) => ({ ...read, remoteAddress: '10.0.0.1' })],
    [{ StringEquals: { 'acs:UserAgent': 'app' } }, (read) => ({ ...read, headers: { 'user-agent': 'app' } })],
    [{ Bool: { 'acs:SecureTransport': 'true' } }, (read) => ({ ...read, scheme: 'https' })],
    [
      { DateGreaterThan: { 'acs:CurrentTime': '2026-01-05T08:30:00Z' } },
      (read) => {
        on.started.advance(3_600_000)
        return read
      },
    ],
  ]
  for (const [condition, change] of changes) {
    await policy(condition, 'Deny')(on)
    await learn(on, alice)
    assert.equal((await ask(on, alice)).status, 200)
    assert.equal((await ask(on, change(alice))).status, 403, JSON.stringify(condition))
  }
})

test('a read with another header is not taken for a known one', async () => {
  const on = await world(true)
  await puts('a/1', 'page', { 'content-type': 'text/html' })(on)
  const plain: Asked = { ...READ, style: 'path', headers: { accept: '*/*' } }
  assert.equal(await learn(on, plain), 2)
  const page = await ask(on, { ...plain, headers: { accept: 'text/html' } })
  assert.ok(page.headers.some(([name]) => name === 'Content-Security-Policy'))
  assert.equal((await ask(on, { ...plain, headers: { accept: '*/*', range: 'bytes=0-0' } })).status, 206)
  assert.equal((await ask(on, { ...plain, headers: {} })).status, 200)
})

test('no header that is passed over states anything to a read', () => {
  for (const { input } of [operations.HeadObject, operations.GetObject]) {
    for (const { name } of Object.values(input)) assert.ok(!PASSED_OVER.has(name.toLowerCase()), name)
  }
})

test('long names, which anyone may send, are not remembered', () => {
  const head = { method: 'GET', scheme: 'http', host: 'bkt.host.test', remoteAddress: '127.0.0.1' } as const
  const name = (target: string, authorization: string) => nameOf({ ...head, target, headers: { authorization } })
  const long = 'a'.repeat(NAME_LENGTH_MAX)
  const signed = (accessKeyId: string) =>
    `OSS4-HMAC-SHA256 Credential=${accessKeyId}/20260105/region/oss/aliyun_v4_request`
  assert.notEqual(name('/key', signed('id')), undefined)
  assert.equal(name(`/${long}`, signed('id')), undefined)
  assert.equal(name('/key', signed(long)), undefined)
  assert.equal(name('/key', `OSS4-HMAC-SHA256 ${long}`), undefined)
})
