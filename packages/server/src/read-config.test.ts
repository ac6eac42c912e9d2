import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../test/support/at-end.mjs'
import { OPTIONS } from './config.js'
import type { Failure } from './failure.js'
import { readConfig } from './read-config.js'

test('without flags and variables everything has its default', () => {
  assert.deepEqual(readConfig([], {}), {
    folder: './data',
    host: '127.0.0.1',
    port: 9000,
    socketMode: 0o660,
    region: 'cn-hangzhou',
    domains: [],
    s3Domains: [],
    anonymousDialect: 'oss',
    trustedProxies: [],
    auditDays: 90,
    instanceNetworks: ['loopback'],
    instanceToken: 'required',
    buckets: [],
    workers: Math.min(Math.max(Math.floor(availableParallelism() / 2), 1), 4),
    memoryBytes: 128 * 1024 ** 2,
    reserveBytes: 'auto',
    idleTimeoutMs: 60_000,
    httpReader: 'native',
    stopTimeoutMs: 30_000,
    receiptMs: 86_400_000,
    scrubRate: 4 * 1024 ** 2,
    callbackHosts: ['loopback'],
    mirrorHosts: [],
    trustedDomains: [],
    strict: false,
    testMode: false,
    logLevel: 'info',
    json: false,
    metricsBuckets: 0,
  })
})

test('a flag takes precedence over a variable, and an empty variable is ignored', () => {
  const env = { BINDERY_PORT: '1', BINDERY_REGION: 'cn-beijing', BINDERY_HOST: '', PATH: '/bin' }
  const { port, region, host } = readConfig(['--port', '2'], env)
  assert.deepEqual([port, region, host], [2, 'cn-beijing', '127.0.0.1'])
})

test('values are parsed with their units, and lists with their commas', () => {
  const config = readConfig(
    [
      '/srv/x',
      '--memory=1GiB',
      '--idle-timeout=2m',
      '--domains',
      'OSS.test, a.b',
      '--json',
      '--buckets=a-bucket,b-bucket,',
    ],
    {},
  )
  assert.equal(config.folder, '/srv/x')
  assert.equal(config.memoryBytes, 1024 ** 3)
  assert.equal(config.idleTimeoutMs, 120_000)
  assert.deepEqual(config.domains, ['oss.test', 'a.b'])
  assert.deepEqual(config.buckets, [{ name: 'a-bucket' }, { name: 'b-bucket' }])
  assert.equal(config.json, true)
})

test('the allowed callback hosts are a list, and an empty flag allows nothing', () => {
  const hosts = (text: string) => readConfig([`--callback-hosts=${text}`], {}).callbackHosts
  assert.deepEqual(hosts('loopback, App,*.b.example,10.0.0.0/8,fd00::/8'), [
    'loopback',
    'app',
    '*.b.example',
    '10.0.0.0/8',
    'fd00::/8',
  ])
  assert.deepEqual(hosts(''), [])
})

test('without a list callbacks may go to this machine only where no other machine can request them', () => {
  const hosts = (host: string, ...more: string[]) => readConfig([`--host=${host}`, ...more], {}).callbackHosts
  for (const host of ['127.0.0.1', '127.0.0.2', '::1', 'localhost']) assert.deepEqual(hosts(host), ['loopback'], host)
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'oss.example']) assert.deepEqual(hosts(host), [], host)
  assert.deepEqual(hosts('0.0.0.0', '--callback-hosts=loopback'), ['loopback'])
  assert.deepEqual(readConfig(['--host=::'], { BINDERY_CALLBACK_HOSTS: 'app' }).callbackHosts, ['app'])
})

test('an unknown name is refused with the most similar one', () => {
  assert.throws(() => readConfig(['--prot', '1'], {}), {
    kind: 'unknownFlag',
    details: { flag: '--prot', suggestion: '--port' },
  })
  assert.throws(() => readConfig(['--quux'], {}), { details: { flag: '--quux', suggestion: undefined } })
  assert.throws(() => readConfig(['-p', '1'], {}), { kind: 'unknownFlag' })
  assert.throws(() => readConfig([], { BINDERY_BUCKET: 'a' }), {
    kind: 'unknownVariable',
    details: { variable: 'BINDERY_BUCKET', suggestion: 'BINDERY_BUCKETS' },
  })
})

test('invalid values are refused with a description of valid ones', () => {
  for (const [flag, value] of [
    ['--port', '65536'],
    ['--port', '-1'],
    ['--port', '1e3'],
    ['--workers', '0'],
    ['--memory', '12TB'],
    ['--memory', '1MiB'],
    ['--idle-timeout', '60'],
    ['--idle-timeout', '1000h'],
    ['--log', 'loud'],
    ['--domains', 'http://x'],
    ['--json', 'maybe'],
    ['--callback-hosts', 'http://x'],
    ['--trusted-domains', 'http://x'],
    ['--scrub-rate', '10'],
    ['--callback-hosts', '10.0.0.0/33'],
    ['--buckets', 'ok-bucket,Not_Ok'],
    ['--region', 'oss-cn-hangzhou'],
  ] as const) {
    assert.throws(() => readConfig([`${flag}=${value}`], {}), { kind: 'valueInvalid' }, `${flag}=${value}`)
  }
})

test('a flag without its value and a second folder are refused', () => {
  assert.throws(() => readConfig(['--port'], {}), { kind: 'valueMissing' })
  assert.throws(() => readConfig(['--port', '--json'], {}), { kind: 'valueMissing' })
  assert.throws(() => readConfig(['a', 'b'], {}), { kind: 'unexpectedArgument', details: { argument: 'b' } })
})

test('the root key must be complete or absent', () => {
  assert.throws(() => readConfig([], { BINDERY_ACCESS_KEY_ID: 'a' }), {
    kind: 'keyHalfGiven',
    details: { missing: 'BINDERY_ACCESS_KEY_SECRET' },
  })
})

test('keys of a role are not handed out unsigned where a proxy forwards requests', () => {
  assert.throws(() => readConfig(['--instance-role=reader', '--trusted-proxies=loopback'], {}), {
    kind: 'instanceRoleProxied',
  })
  assert.equal(readConfig(['--instance-role=reader', '--trusted-proxies='], {}).instanceRole, 'reader')
})

test('every option has a variable or a flag, and no two options share one', () => {
  const names = Object.values(OPTIONS).flatMap(({ flag, variable }) =>
    [flag, variable].filter((name) => name !== undefined),
  )
  assert.equal(new Set(names).size, names.length)
  for (const { flag, variable } of Object.values(OPTIONS)) assert.ok(flag ?? variable)
})

test('a secret may be in a file, which a variable names', async (t) => {
  const folder = newFolder(t, 'bindery-config-')
  const file = join(folder, 'url')
  await writeFile(file, 'postgres://a:b@db/bindery\n')
  const env = { BINDERY_METADATA_FILE: file }
  assert.equal(readConfig(['--blobs', 'blobs'], env).metadata, 'postgres://a:b@db/bindery')
  const both = { ...env, BINDERY_METADATA: 'postgres://other/' }
  assert.equal(readConfig(['--blobs', 'blobs'], both).metadata, 'postgres://other/')
  assert.throws(() => readConfig([], { BINDERY_MASTER_KEYS_FILE: join(folder, 'none') }), { kind: 'fileUnreadable' })
  assert.throws(() => readConfig([], { BINDERY_HOST_FILE: file }), { kind: 'unknownVariable' })
})

test('a place for blobs whose endpoint holds a password is refused: others would see it', () => {
  const metadata = ['--metadata', 'postgres://db/bindery']
  for (const endpoint of ['http://a:b@s3.test', 'http%3A%2F%2Fa%3Ab%40s3.test']) {
    const blobs = `s3://bucket/x?region=r&endpoint=${endpoint}`
    assert.throws(() => readConfig([...metadata, '--blobs', blobs], {}), { kind: 'valueInvalid' })
  }
  for (const blobs of ['s3://bucket/a@b?endpoint=http://s3.test&region=r', '/srv/a@b', 's3://bucket'])
    assert.equal(readConfig([...metadata, '--blobs', blobs], {}).blobs, blobs)
})

test('a cluster needs a database and a place for the blobs', () => {
  assert.throws(() => readConfig(['--metadata', 'postgres://db/bindery'], {}), { details: { missing: '--blobs' } })
  assert.throws(() => readConfig(['--blobs', 'blobs'], {}), { details: { missing: '--metadata' } })
  assert.throws(() => readConfig(['--blobs', 'blobs', '--metadata', 'mysql://db'], {}), { kind: 'valueInvalid' })
})

test('a file sets options, below variables and flags, and a key that is not an option is refused', async (t) => {
  const folder = newFolder(t, 'bindery-config-')
  const file = join(folder, 'bindery.json')
  const write = (settings: unknown) => writeFile(file, JSON.stringify(settings))
  await write({ port: 1, region: 'cn-file', 'strict-oss': true, buckets: ['aaa', 'bbb'], dir: '/srv' })
  const config = readConfig(['--config', file, '--port', '3'], { BINDERY_REGION: 'cn-variable', BINDERY_PORT: '2' })
  assert.deepEqual([config.port, config.region, config.strict], [3, 'cn-variable', true])
  assert.deepEqual([config.buckets, config.folder], [[{ name: 'aaa' }, { name: 'bbb' }], '/srv'])
  assert.equal(readConfig([], { BINDERY_SERVER_CONFIG: file }).port, 1)

  const read = () => readConfig(['--config', file], {})
  await write({ regoin: 1 })
  assert.throws(read, { kind: 'settingUnknown', details: { file, setting: 'regoin', suggestion: 'region' } })
  await write({ 'server-config': 'other' })
  assert.throws(read, { kind: 'settingUnknown' })
  await write({ port: 'many' })
  assert.throws(read, {
    kind: 'valueInvalid',
    details: { name: `BINDERY_PORT in ${file}`, value: 'many', expected: '0-65535' },
  })
  await write(['port'])
  assert.throws(read, { kind: 'settingsMalformed', details: { file } })
  await writeFile(file, '{')
  assert.throws(read, { kind: 'settingsMalformed' })
  assert.throws(() => readConfig(['--config', join(folder, 'none')], {}), { kind: 'fileUnreadable' })
})

test('a file in YAML sets options as their texts, and an error names its line and column', async (t) => {
  const file = join(newFolder(t, 'bindery-config-'), 'bindery.yaml')
  const read = () => readConfig(['--config', file], {})
  await writeFile(
    file,
    `# a comment
port: 9100
buckets:
  - aaa
  - photos:public-read
access-key-id: 0123
access-key-secret: &secret 0777
metrics-token: *secret
strict-oss: true
region:
reserve: 1GiB
`,
  )
  const config = read()
  assert.deepEqual([config.port, config.strict, config.region], [9100, true, 'cn-hangzhou'])
  assert.deepEqual(config.buckets, [{ name: 'aaa' }, { name: 'photos', acl: 'public-read' }])
  assert.deepEqual([config.accessKeyId, config.accessKeySecret, config.metricsToken], ['0123', '0777', '0777'])
  assert.equal(config.reserveBytes, 1024 ** 3)

  await writeFile(file, 'port: 9000\n  regoin: x\n')
  assert.throws(read, (error: Failure) => {
    const { line, column, reason } = error.details as { line: number; column: number; reason: string }
    assert.deepEqual([error.kind, line], ['settingsMalformed', 1])
    assert.ok(column > 5 && reason.length > 10)
    return true
  })
  await writeFile(file, '# one\nport: 9000\nregoin: x\n')
  const details = { file, setting: 'regoin', suggestion: 'region', line: 3, column: 1 }
  assert.throws(read, { kind: 'settingUnknown', details })
  await writeFile(file, 'port: 1\nport: 2\n')
  assert.throws(read, { kind: 'settingsMalformed' })
  await writeFile(file, '- port\n')
  assert.throws(read, { kind: 'settingsMalformed', details: { file, line: 1, column: 1 } })
  await writeFile(file, 'region:\n  name: x\n')
  assert.throws(read, { kind: 'valueInvalid', message: /BINDERY_REGION in .*bindery\.yaml/ })
  await writeFile(file, '# nothing\n')
  assert.equal(read().port, 9000)
})
