import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startShared } from '../testing/shared.js'
import { linesOf, runWith } from '../testing/support.js'

const KEYS = ['a blank, 100%20 and a+b', '中文/文件.txt', 'quote"\'&<>', 'tab\there']

const { server, client, bindery, succeed } = await startShared()

test('a bucket is created, listed, described and deleted', async () => {
  assert.equal(await succeed(['mb', 'oss://made', '--acl', 'public-read']), 'Created oss://made.\n')
  assert.match(await succeed(['ls']), /^\S+Z +oss-cn-hangzhou {2}Standard +oss:\/\/made$/m)
  assert.match(await succeed(['stat', 'oss://made']), /^ACL: +public-read$/m)
  assert.equal(await succeed(['rb', 's3://made/']), 'Deleted oss://made.\n')
  assert.doesNotMatch(await succeed(['ls']), /oss:\/\/made/)
})

test('keys are taken and shown as they are, whatever characters they have', async () => {
  await client.createBucket('characters')
  for (const key of KEYS) await client.put(key, `content of ${key}`, { bucket: 'characters' })
  const listed = linesOf(await succeed(['ls', 'oss://characters', '--recursive', '--json']))
  assert.deepEqual(listed.map(({ key }) => key).sort(), [...KEYS].sort())
  assert.match(await succeed(['ls', 'oss://characters', '-r']), /oss:\/\/characters\/tab\\u0009here\n/)
  for (const key of KEYS) {
    const address = `oss://characters/${key}`
    assert.equal(await succeed(['cat', address]), `content of ${key}`)
    const url = (await succeed(['presign', address, '--expires', '1m'])).trim()
    assert.equal(await (await fetch(url)).text(), `content of ${key}`)
    await succeed(['rm', address])
  }
  assert.equal(await succeed(['ls', 'oss://characters', '--recursive']), '')
  const key = KEYS[0] ?? ''
  await client.put(key, 'again', { bucket: 'characters' })
  assert.equal(linesOf(await succeed(['stat', `oss://characters/${key}`, '--json']))[0]?.key, key)
})

test('a listing ends at slashes or goes below them, over all its pages, and all is deleted in batches', async () => {
  await client.createBucket('pages')
  const keys = Array.from({ length: 1_100 }, (_, index) => `many/${String(index).padStart(4, '0')}`)
  for (let at = 0; at < keys.length; at += 50) {
    await Promise.all(keys.slice(at, at + 50).map((key) => client.put(key, key, { bucket: 'pages' })))
  }
  await client.put('other', 'kept', { bucket: 'pages' })
  assert.match(
    await succeed(['ls', 'oss://pages']),
    /^\S+ +4 {2}Standard +oss:\/\/pages\/other\n +PREFIX +oss:\/\/pages\/many\/\n$/,
  )
  const below = linesOf(await succeed(['ls', 'oss://pages/many/', '--json']))
  assert.deepEqual(
    below.map(({ key }) => key),
    keys,
  )

  const refused = await bindery(['rm', '--recursive', 'oss://pages/many/'])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /every object whose address begins with oss:\/\/pages\/many\/.*--yes/)
  const planned = await succeed(['rm', '--recursive', 'oss://pages/many/', '--dry-run'])
  assert.equal(planned.split('\n').length, 1_101)
  assert.equal((await client.head('many/0000', { bucket: 'pages' })).size, 9)
  assert.equal(await succeed(['rm', '--recursive', 'oss://pages/many/', '--yes']), '1,100 objects deleted.\n')
  assert.match(await succeed(['ls', 'oss://pages', '-r']), /^\S+ +4 {2}Standard +oss:\/\/pages\/other\n$/)
})

test('cat writes a range, and the whole of a large object', async () => {
  const bytes = Buffer.alloc(9 * 1024 * 1024, 'large object ')
  await client.put('large', bytes, { bucket: 'demo' })
  assert.equal(await succeed(['cat', 'oss://demo/large', '--range', '6-11']), 'object')
  assert.equal(await succeed(['cat', 'oss://demo/large']), bytes.toString())
})

test('a signed URL for PUT stores an object, and one that has expired is refused', async () => {
  const url = (await succeed(['sign', 'oss://demo/signed', '--method', 'PUT', '--expires', '1m'])).trim()
  assert.equal((await fetch(url, { method: 'PUT', body: Buffer.from('by a URL') })).status, 200)
  assert.equal(await succeed(['cat', 'oss://demo/signed']), 'by a URL')
  const short = (await succeed(['sign', 'oss://demo/signed', '--expires', '1s'])).trim()
  await new Promise((resolve) => setTimeout(resolve, 2_100))
  const refused = await fetch(short)
  assert.equal(refused.status, 403)
  assert.match(await refused.text(), /has expired/i)
})

test('a signed URL may be any request, on an object, a bucket or the server, with a header of its own', async () => {
  const text = async (response: Response) => [response.status, await response.text()] as const
  const auto = 'x-oss-ext-auto-complete: parts=1'
  const initiate = ['--method', 'POST', '--query', 'uploads', '--header', auto]
  const url = (await succeed(['sign', 'oss://demo/a b.bin', ...initiate])).trim()
  const headers = { 'x-oss-ext-auto-complete': 'parts=1' }
  const [status, initiated] = await text(await fetch(url, { method: 'POST', headers }))
  assert.equal(status, 200, initiated)
  const id = initiated.match(/<UploadId>(.+)<\/UploadId>/)?.[1]
  const explain = (
    await succeed(['sign', 'oss://demo/a b.bin', '--query', `uploadId=${id}&x-oss-ext-parts-map`])
  ).trim()
  const [, explained] = await text(await fetch(explain))
  assert.deepEqual(JSON.parse(explained).autoComplete, { parts: 1 })
  const [, listed] = await text(
    await fetch((await succeed(['sign', 'oss://demo', '--query', 'uploads&prefix=a%20b'])).trim()),
  )
  assert.match(listed, new RegExp(`<UploadId>${id}</UploadId>`))
  const [, stored] = await text(await fetch((await succeed(['sign', 'oss://', '--query', 'x-oss-ext-status'])).trim()))
  assert.ok(JSON.parse(stored).buckets.length > 0)
  const abort = ['--method', 'DELETE', '--query', `uploadId=${id}`]
  assert.equal(
    (await fetch((await succeed(['sign', 'oss://demo/a b.bin', ...abort])).trim(), { method: 'DELETE' })).status,
    204,
  )
})

test('versions and delete markers are listed, the newest first', async () => {
  await client.createBucket('versioned')
  await client.requester.send({
    op: 'PutBucketVersioning',
    method: 'PUT',
    bucket: 'versioned',
    query: { versioning: '' },
    body: () => Buffer.from('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'),
    bodyLength: 75,
  })
  const { versionId } = await client.put('k', 'old', { bucket: 'versioned' })
  await client.put('k', 'newer', { bucket: 'versioned' })
  await succeed(['rm', 'oss://versioned/k'])
  const listed = linesOf(await succeed(['ls', 'oss://versioned', '--versions', '--json']))
  assert.deepEqual(
    listed.map(({ kind, size, isLatest }) => [kind, size, isLatest]),
    [
      ['deleteMarker', undefined, true],
      ['version', 5, false],
      ['version', 3, false],
    ],
  )
  assert.equal(await succeed(['cat', 'oss://versioned/k', '--version-id', versionId ?? '']), 'old')
})

test('a refusal shows code, EC and request id, what to do next, and is exit code 2', async () => {
  const { code, stderr } = await bindery(['cat', 'oss://demo/missing'])
  assert.equal(code, 2)
  assert.match(
    stderr,
    /^bindery: the server refused: NoSuchKey: .*\(EC 0026-00000001, request [0-9A-F]{24}\)\. List .*bindery ls/,
  )
  const full = await bindery(['rb', 'oss://demo'])
  assert.equal(full.code, 2)
  assert.match(full.stderr, /BucketNotEmpty: .*rm --recursive/)
  const chinese = await runWith(server, ['stat', 'oss://demo/missing'], { env: { BINDERY_LANG: 'zh' } })
  assert.match(chinese.stderr, /^bindery: 服务器拒绝了请求：NoSuchKey：.*列出 Bucket 中的内容/)
})

test('wrong arguments are exit code 1, with what was probably meant', async () => {
  const cases: [args: string[], message: RegExp][] = [
    [['ls', 'demo/key'], /demo\/key is not an address .* Did you mean oss:\/\/demo\/key\?/],
    [['ls', 'os:/demo'], /Did you mean oss:\/\/demo\?/],
    [['ls', 'oss//demo'], /Did you mean oss:\/\/demo\?/],
    [['ls', 'oss:///'], /Expected: oss:\/\/BUCKET\/KEY/],
    [['mb', 'oss://Upper_Case'], /no bucket can be named Upper_Case: 3 to 63 lower-case letters/],
    [['sync', 'no-such-folder', 'oss://demo/x/'], /^bindery: there is no folder no-such-folder\n$/],
    [['put', 'oss://demo/folder/'], /put cannot use oss:\/\/demo\/folder\//],
    [['copy', 'a', 'oss://demo/'], /Did you mean cp\?/],
    [['admin', 'info'], /Did you mean admin server\?/],
    [['cat', 'oss://demo'], /cat cannot use oss:\/\/demo: it needs oss:\/\/BUCKET\/KEY/],
    [['mb', 'oss://demo/key'], /it needs oss:\/\/BUCKET\./],
    [['rm', '--recursve', 'oss://demo'], /Did you mean --recursive\?/],
    [['presign', 'oss://demo/k', '--expires', '8d'], /--expires cannot be "8d"/],
    [['presign', 'oss://demo/k', '--header', 'nothing'], /--header cannot be "nothing"/],
    [['cat', 'oss://demo/k', '--range', '9-3'], /--range cannot be "9-3"/],
    [['lss'], /Did you mean ls\?/],
  ]
  for (const [args, message] of cases) {
    const { code, stderr } = await bindery(args)
    assert.match(stderr, message)
    assert.equal(code, 1, args.join(' '))
  }
})

test('the server is found by the data folder that it uses, and one that does not answer is reported', async () => {
  const none = { OSS_ENDPOINT: '', OSS_ACCESS_KEY_ID: '', OSS_ACCESS_KEY_SECRET: '' }
  const byFolder = await runWith(server, ['ls', '--dir', server.folder], { env: none })
  assert.match(byFolder.stdout, /oss:\/\/demo\n/)
  const byVariable = await runWith(server, ['ls'], { env: { ...none, BINDERY_DIR: server.folder } })
  assert.equal(byVariable.stdout, byFolder.stdout)
  const silent = await bindery(['ls', '--endpoint', 'http://127.0.0.1:1'])
  assert.equal(silent.code, 3)
  assert.match(silent.stderr, /no answer from http:\/\/127\.0\.0\.1:1: nothing listens there/)
  const unused = await runWith(server, ['ls', '--dir', '/nowhere'], { env: none })
  assert.equal(unused.code, 3)
  assert.match(unused.stderr, /no server is running on \/nowhere/)
})

test('a server that does not answer is reported with the reason', async () => {
  const reasonOf = async (endpoint: string) => (await bindery(['ls', '--endpoint', endpoint])).stderr
  assert.match(await reasonOf('http://127.0.0.1:1'), /nothing listens there/)
  assert.match(await reasonOf('http://no-such-name.invalid'), /the host name cannot be resolved/)
  assert.match(await reasonOf(server.endpoint.replace('http:', 'https:')), /does not use TLS/)
  const { host } = new URL(server.endpoint)
  assert.match(await succeed(['ls', '--endpoint', host]), /oss:\/\/demo\n/)
})
