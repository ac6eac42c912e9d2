import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { operations } from '@bindery/protocol'
import { CALLABLE, commandNameOf, flagsOf } from '../api/operations.js'
import { startShared } from '../testing/shared.js'
import { bindery as binderyAlone, COMMAND, linesOf } from '../testing/support.js'
import { candidatesFor } from './completion.js'

const { server, folder, bindery, succeed } = await startShared()

const answerOf = async (...args: readonly string[]) => JSON.parse(await succeed(['api', ...args]))

test('every operation of the declarations has a command with a flag for each of its fields, except for two of browsers', () => {
  const names = Object.values(operations).map(({ name }) => name)
  assert.equal(CALLABLE.size, names.length - 2)
  assert.deepEqual(['GetObjectACL', 'ListObjectsV2', 'GetUserQoSInfo', 'PutBucketRTC'].map(commandNameOf), [
    'get-object-acl',
    'list-objects-v2',
    'get-user-qos-info',
    'put-bucket-rtc',
  ])
  for (const operation of CALLABLE.values()) {
    const flags = flagsOf(operation)
    const spellings = Object.entries(flags).flatMap(([flag, { spellings = [] }]) => [`--${flag}`, ...spellings])
    assert.equal(new Set(spellings).size, spellings.length, `${operation.name} has two flags of one name`)
  }
})

test('an operation is called by name, with its fields as flags by either name, and answers JSON', async () => {
  await succeed(['api', 'put-bucket', '--bucket', 'made', '--x-oss-acl', 'public-read'])
  const acl = await answerOf('get-bucket-acl', '-b', 'made')
  assert.deepEqual([acl.status, acl.body.accessControlList.grant], [200, 'public-read'])
  for (const key of ['a/1', 'a/2', 'b']) {
    await succeed([
      'api',
      'put-object',
      '--bucket',
      'made',
      '--key',
      key,
      '--body',
      `content of ${key}`,
      '--meta',
      'x=1',
    ])
  }
  const listed = await answerOf('list-objects-v2', '--bucket', 'made', '--delimiter', '/', '--max-keys', '10', '--json')
  assert.deepEqual(
    listed.body.contents.map(({ key }: { key: string }) => key),
    ['b'],
  )
  assert.equal(await succeed(['api', 'get-object', '--bucket', 'made', '--key', 'b']), 'content of b')
  const file = path.join(folder, 'got')
  await succeed(['api', 'GetObject', '--bucket', 'made', '--key', 'b', '--output', file])
  assert.equal(await readFile(file, 'utf8'), 'content of b')
  assert.equal((await answerOf('head-object', '--bucket', 'made', '--key', 'b')).headers['x-oss-meta-x'], '1')
})

test('a document is sent as XML, from a file, or as JSON, and its answer is printed as it came with --raw', async () => {
  const xml = '<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>'
  const file = path.join(folder, 'tags.xml')
  await writeFile(file, xml)
  await succeed(['api', 'put-bucket-tags', '--bucket', 'demo', '--body', `file://${file}`])
  const { body } = await answerOf('get-bucket-tags', '--bucket', 'demo')
  assert.deepEqual(body, { tagSet: { tags: [{ key: 'a', value: '1' }] } })
  await succeed(['api', 'put-bucket-tags', '--bucket', 'demo', '--body', JSON.stringify(body).replace('"1"', '"2"')])
  assert.match(await succeed(['api', 'get-bucket-tags', '--bucket', 'demo', '--raw']), /^<\?xml.*<Value>2<\/Value>/s)
  await succeed(['api', 'put-bucket-tags', '--bucket', 'demo', '--body', '-'], xml)
})

test('what is missing, misspelt or refused is reported as by other commands', async () => {
  const cases: [args: string[], code: number, message: RegExp][] = [
    [['get-bucket-acll'], 1, /unknown command api get-bucket-acll\. Did you mean api get-bucket-acl\?/],
    [['get-bucket-acl'], 1, /api get-bucket-acl needs --bucket/],
    [['get-object', '--bucket', 'demo'], 1, /api get-object needs --key/],
    [['get-bucket-acl', '--bucket', 'demo', '--nothing', 'x'], 1, /unknown flag --nothing/],
    [['get-bucket-acl', '--bucket', 'missing'], 2, /NoSuchBucket/],
    [['put-bucket-tags', '--bucket', 'demo', '--body', '{"nothing": 1}'], 1, /--body cannot be/],
  ]
  for (const [args, code, message] of cases) {
    const ran = await bindery(['api', ...args])
    assert.match(ran.stderr, message)
    assert.equal(ran.code, code, args.join(' '))
  }
})

test('each operation has a help page with its flags and its document', async () => {
  const { output } = await binderyAlone('api', 'put-bucket-lifecycle', '--help')
  assert.match(output, /^bindery api put-bucket-lifecycle\n/)
  assert.match(output, /^ {2}--bucket BUCKET, -b +required$/m)
  assert.match(output, /^ {2}LifecycleConfiguration\/Rule\[\]\/ID: /m)
  assert.deepEqual(await binderyAlone('help', 'api', 'put-bucket-lifecycle'), { code: 0, output })
})

test('a shell completes commands, actions, flags, operations, buckets and keys', async () => {
  const env = {
    OSS_ENDPOINT: server.endpoint,
    OSS_ACCESS_KEY_ID: server.accessKeyId,
    OSS_ACCESS_KEY_SECRET: server.accessKeySecret,
    HOME: folder,
  }
  await succeed(['api', 'put-object', '--bucket', 'demo', '--key', 'photos/cat.jpg', '--body', 'x'])
  const of = (...words: readonly string[]) => candidatesFor(words, env)
  assert.deepEqual(await of('--endpoint', 'http://x', '--json', 'tre'), ['tree'])
  assert.deepEqual(
    [await of('--lang'), await of('--language', 'z'), await of('ls', '--dialect', '')],
    [['--language'], ['zh'], ['oss', 's3']],
  )
  assert.deepEqual(await of('com'), ['completion'])
  assert.deepEqual(await of('cp', '--overwrite', 'ne'), ['never', 'newer'])
  assert.deepEqual(await of('bucket', 'life'), ['lifecycle'])
  assert.deepEqual(await of('bucket', 'acl', 's'), ['set'])
  assert.deepEqual(await of('mpu', 'c'), ['complete'])
  assert.deepEqual(await of('cp', '--ca'), ['--cache-control'])
  assert.deepEqual(await of('api', 'get-bucket-ac'), ['get-bucket-access-monitor', 'get-bucket-acl'])
  assert.deepEqual(await of('api', 'list-objects-v2', '--max'), ['--max-keys'])
  assert.deepEqual(await of('ls', 'oss://de'), ['oss://demo/'])
  assert.deepEqual(await of('ls', 'oss://demo/'), ['oss://demo/photos/'])
  assert.deepEqual(await of('rm', '-f', 's3://demo/photos/c'), ['s3://demo/photos/cat.jpg'])
  assert.deepEqual(await candidatesFor(['ls', 'oss://de'], { ...env, OSS_ENDPOINT: 'http://127.0.0.1:1' }), [])

  const script = await succeed(['completion', 'bash'])
  const shell = `bindery() { "${process.execPath}" "${COMMAND}" "$@"; }
${script}
COMP_LINE='bindery ls oss://demo/ph' COMP_POINT=24 COMP_WORDBREAKS=$' \\t\\n"'"'"'><=;|&(:'
_bindery; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await promisify(execFile)('bash', ['-c', shell], { env: { ...process.env, ...env } })
  assert.equal(stdout, '//demo/photos/\n')
})

test('bench measures, and leaves nothing', async () => {
  const lines = linesOf(await succeed(['bench', 'oss://demo/bench/', '--size', '1MiB', '--objects', '5', '--json']))
  assert.deepEqual(
    lines.map(({ phase, bytes }) => [phase, bytes]),
    [
      ['put 4 KiB', 20_480],
      ['get 4 KiB', 20_480],
      ['head', 0],
      ['list', 0],
      ['put 1.0 MiB', 1_048_576],
      ['get 1.0 MiB', 1_048_576],
    ],
  )
  assert.equal(await succeed(['ls', 'oss://demo/bench/', '-r']), '')
})
