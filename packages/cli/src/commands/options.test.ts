import assert from 'node:assert/strict'
import { readFile, utimes } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { openGate } from '../testing/gate.js'
import { startShared } from '../testing/shared.js'
import { linesOf, runWith } from '../testing/support.js'

const { server, client, folder, bindery, succeed, keys, newFile } = await startShared()

test('objects are stored with the metadata, tags, ACL and class of the flags, and a copy keeps what they do not name', async () => {
  const file = await newFile('page.html', '<p>')
  const flags = [
    '--meta',
    'owner=team=a',
    '--meta',
    'x-oss-meta-stage:raw#Cache-Control:no-cache',
    '--acl',
    'public-read',
  ]
  await succeed(['cp', file, 'oss://demo/page', ...flags, '--storage-class', 'IA', '--tagging', 'a=1&%E4%B8%AD=2'])
  const stored = await client.head('page')
  assert.deepEqual(stored.meta, { owner: 'team=a', stage: 'raw' })
  assert.deepEqual([stored.headers['cache-control'], stored.storageClass], ['no-cache', 'IA'])
  assert.equal((await fetch(`${server.endpoint}/demo/page`)).status, 200)
  assert.equal(stored.headers['x-oss-tagging-count'], '2')
  assert.match(await succeed(['stat', 'oss://demo/page']), /^Cache-Control: +no-cache\nx-oss-tagging-count: +2$/m)
  const [facts] = linesOf(await succeed(['stat', 'oss://demo/page', '--json']))
  assert.deepEqual([facts?.cacheControl, facts?.tags], ['no-cache', '2'])

  await succeed(['cp', 'oss://demo/page', 'oss://demo/copied', '--meta', 'stage=done', '--tagging', 'b=1'])
  const copied = await client.head('copied')
  assert.deepEqual(copied.meta, { owner: 'team=a', stage: 'done' })
  assert.deepEqual([copied.headers['cache-control'], copied.headers['x-oss-tagging-count']], ['no-cache', '1'])
  assert.equal(copied.contentType, stored.contentType)

  const wrong = await bindery(['cp', file, 'oss://demo/page', '--acl', 'secret'])
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /--acl cannot be "secret"\. Expected: default, private/)
})

test('--include and --exclude choose among many files, and sync --delete spares what they omit', async () => {
  for (const name of ['a.jpg', 'b.txt', 'tmp/c.jpg', 'tmp/d.txt']) await newFile(`chosen/${name}`, name)
  const from = path.join(folder, 'chosen')
  await succeed(['cp', '-r', from, 'oss://demo/jpg/', '--include', '*.jpg'])
  assert.deepEqual(await keys('jpg/'), ['jpg/a.jpg', 'jpg/tmp/c.jpg'])
  await succeed(['cp', '-r', 'oss://demo/jpg/', 'oss://demo/top/', '--exclude', 'tmp/**'])
  assert.deepEqual(await keys('top/'), ['top/a.jpg'])
  await client.put('sync/gone.jpg', 'x')
  await client.put('sync/kept.txt', 'x')
  await succeed(['sync', from, 'oss://demo/sync/', '--delete', '--exclude', '*.txt'])
  assert.deepEqual(await keys('sync/'), ['sync/a.jpg', 'sync/kept.txt', 'sync/tmp/c.jpg'])
  await succeed(['rm', '-rf', 'oss://demo/sync/', '--include', '*.txt'])
  assert.deepEqual(await keys('sync/'), ['sync/a.jpg', 'sync/tmp/c.jpg'])
})

test('a source that a size or age omits does not have its target deleted', async () => {
  await newFile('sized/large', 'x'.repeat(100))
  await newFile('sized/small', 'x')
  await client.put('sized/large', 'small')
  await succeed(['sync', path.join(folder, 'sized'), 'oss://demo/sized/', '--delete', '--max-size', '10'])
  assert.deepEqual(await keys('sized/'), ['sized/large', 'sized/small'])
  assert.equal(Buffer.from(await client.get('sized/large')).toString(), 'small')
})

test('--update transfers only what is newer than its target, and counts what it skips', async () => {
  const file = await newFile('update/a', 'new')
  await newFile('update/b', 'new')
  await client.put('update/a', 'stored')
  const old = new Date(Date.now() - 3_600_000)
  await utimes(file, old, old)
  const lines = linesOf(await succeed(['cp', '-ru', path.join(folder, 'update'), 'oss://demo/update/', '--json']))
  const { files, skipped, exit } = lines.at(-1) ?? {}
  assert.deepEqual([files, skipped, exit], [1, 1, 0])
  assert.equal(Buffer.from(await client.get('update/a')).toString(), 'stored')
  const later = new Date(Date.now() + 3_600_000)
  await utimes(file, later, later)
  await succeed(['cp', file, 'oss://demo/update/a', '-u'])
  assert.equal(Buffer.from(await client.get('update/a')).toString(), 'new')
})

test('one version is downloaded and deleted by its id, and all of them with --all-versions', async () => {
  const versioned = { bucket: 'versions' }
  await client.createBucket('versions')
  await client.requester.sendForText({
    op: 'PutBucketVersioning',
    method: 'PUT',
    ...versioned,
    query: { versioning: '' },
    body: () => Buffer.from('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'),
    bodyLength: 75,
  })
  const first = await client.put('k', 'first', versioned)
  await client.put('k', 'second', versioned)
  await client.put('k2', 'other', versioned)
  await client.put('l', 'kept', versioned)
  const file = path.join(folder, 'old')
  await succeed(['cp', 'oss://versions/k', file, '--version-id', first.versionId ?? ''])
  assert.equal(await readFile(file, 'utf8'), 'first')
  await succeed(['rm', 'oss://versions/k'])

  const versions = async () => linesOf(await succeed(['ls', 'oss://versions', '--versions', '--json']))
  assert.equal((await versions()).length, 5)
  await succeed(['rm', 'oss://versions/k', '--version-id', first.versionId ?? ''])
  assert.equal((await versions()).length, 4)
  const planned = linesOf(await succeed(['rm', 'oss://versions/k', '--all-versions', '--dry-run', '--json']))
  assert.deepEqual(
    planned.map(({ t, key }) => [t, key]),
    [
      ['delete', 'k'],
      ['delete', 'k'],
    ],
  )
  assert.equal((await bindery(['rm', 'oss://versions/k', '--all-versions'])).code, 1, 'it must be confirmed')
  await succeed(['rm', 'oss://versions/k', '--all-versions', '-y'])
  assert.deepEqual(
    (await versions()).map(({ key }) => key),
    ['k2', 'l'],
  )
  await succeed(['rm', '-r', 'oss://versions/', '--all-versions', '-y'])
  assert.deepEqual(await versions(), [])
  await succeed(['rb', 'oss://versions'])
})

test('flags are accepted in the spellings of ossutil, and the key as a flag', async () => {
  const file = await newFile('spelling', 'x')
  const { accessKeyId, accessKeySecret, endpoint } = server
  const none = { OSS_ENDPOINT: '', OSS_ACCESS_KEY_ID: '', OSS_ACCESS_KEY_SECRET: '', XDG_STATE_HOME: folder }
  const key = ['-e', endpoint, '-i', accessKeyId, '-k', accessKeySecret]
  const args = ['cp', file, 'oss://demo/spelling', '-f', '-j5', '--job=3', '--maxupspeed', '50000', ...key]
  const { code, stderr } = await runWith(server, args, { env: none })
  assert.equal(code, 0, stderr)
  const half = await runWith(server, ['ls', '-k', 'x'], { env: none })
  assert.match(half.stderr, /--access-key-secret needs --access-key-id/)
  assert.match((await bindery(['ls', '-t', 'token'])).stderr, /--sts-token needs --access-key-id/)
  assert.equal(await succeed(['cp', file, 'oss://demo/spelling', '-q']).then(() => 'done'), 'done')
  assert.equal((await bindery(['cp', file, 'oss://demo/spelling', '-q'])).stderr, '')
})

test('a failure is an event as well, and a summary ends what a transfer reports', async () => {
  const refused = await bindery(['stat', 'oss://demo/missing', '--json'])
  assert.equal(refused.code, 2)
  const [event] = linesOf(refused.stdout)
  assert.deepEqual([event?.t, event?.code, event?.exit], ['error', 'NoSuchKey', 2])
  const failed = await bindery(['cp', 'oss://demo/missing', path.join(folder, 'x'), '--json'])
  assert.equal(failed.code, 2)
  const events = linesOf(failed.stdout)
  assert.deepEqual(
    // progress comes by the clock
    events.map(({ t }) => t).filter((event) => event !== 'progress'),
    ['start', 'error', 'summary'],
  )
  assert.deepEqual([events.at(-1)?.exit, events.at(-1)?.failed], [2, 1])
  const wrong = await bindery(['ls', '--nonsense', '--json'])
  assert.equal(linesOf(wrong.stdout)[0]?.exit, 1)
})

test('flags of every command may precede its name, and --language chooses the language of its texts', async () => {
  await client.put('global/a', 'x')
  const lines = linesOf(await succeed(['--json', '--endpoint', server.endpoint, '-q', 'ls', 'oss://demo/global/']))
  assert.deepEqual(
    lines.map(({ key }) => key),
    ['global/a'],
  )
  const chinese = await bindery(['stat', 'oss://demo/global/none', '--language', 'zh'])
  assert.match(chinese.stderr, /列出 Bucket 中的内容/)
  assert.match(await succeed(['--language=CH', 'help', 'ls']), /列出/)
  const { code, stderr } = await bindery(['ls', '--language', 'fr'])
  assert.deepEqual([code, /Expected: en, zh/.test(stderr)], [1, true])
})

test('--utc prints times in UTC in place of the zone of the machine', async () => {
  await client.put('global/time', 'x')
  const env = { TZ: 'Asia/Shanghai' }
  const local = await runWith(server, ['ls', 'oss://demo/global/time'], { env })
  assert.match(local.stdout, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00 /)
  const utc = await runWith(server, ['ls', 'oss://demo/global/time', '--utc'], { env })
  assert.match(utc.stdout, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /)
})

test('small files are transferred sixteen at a time, large ones five, and --jobs decides about both', async (t) => {
  const gate = await openGate(t, server.endpoint)
  const atOnce = async (name: string, ...flags: readonly string[]) => {
    await succeed(['cp', '-r', path.join(folder, name), `oss://demo/${name}/`, '--endpoint', gate.endpoint, ...flags])
    return gate.most()
  }
  for (let index = 0; index < 40; index += 1) await newFile(`jobs-small/${index}`, 'x')
  for (let index = 0; index < 8; index += 1) await newFile(`jobs-large/${index}`, 'x'.repeat(1024 * 1024))
  for (let index = 0; index < 6; index += 1) await newFile(`jobs-few/${index}`, 'x')
  assert.equal(await atOnce('jobs-small'), 16)
  assert.equal(await atOnce('jobs-large'), 5)
  assert.equal(await atOnce('jobs-few', '--jobs', '2'), 2)
})
