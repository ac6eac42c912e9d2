import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startShared } from '../testing/shared.js'
import { linesOf } from '../testing/support.js'

const { server, client, folder, bindery, succeed } = await startShared()

test('set-props changes what it names, keeps the rest, and goes over a prefix', async () => {
  const stored = { contentType: 'text/x-kept', meta: { kept: '1', changed: 'old' }, tags: { a: '1' } }
  await client.put('props/a', 'content', { ...stored, storageClass: 'IA' })
  await client.put('props/b', 'content', stored)
  const changed = ['--meta', 'changed=new', '--cache-control', 'max-age=1', '--acl', 'public-read']
  await succeed(['set-props', 'oss://demo/props/', '-r', ...changed])
  const [a, b] = [await client.head('props/a'), await client.head('props/b')]
  assert.deepEqual([a.meta, b.meta], Array(2).fill({ kept: '1', changed: 'new' }))
  assert.deepEqual([a.contentType, a.headers['cache-control'], a.storageClass], ['text/x-kept', 'max-age=1', 'IA'])
  assert.equal(a.headers['x-oss-tagging-count'], '1')
  assert.equal((await fetch(`${server.endpoint}/demo/props/a`)).status, 200)
  await succeed(['set-props', 'oss://demo/props/b', '--tagging', 'x=y', '--acl', 'private'])
  assert.equal(await succeed(['tag', 'oss://demo/props/b']), 'x=y\n')
  assert.equal((await fetch(`${server.endpoint}/demo/props/b`)).status, 403)
  assert.equal((await bindery(['set-props', 'oss://demo/props/b'])).code, 1)
})

test('tags of objects and buckets are printed, replaced, extended and deleted', async () => {
  await client.put('tagged', 'x')
  for (const address of ['oss://demo/tagged', 'oss://demo']) {
    assert.equal(await succeed(['tag', address]), '')
    assert.equal(await succeed(['tag', address, 'a=1&%E4%B8%AD=2']), 'a=1\n中=2\n')
    assert.equal(await succeed(['tag', address, 'b=3', '--add']), 'a=1\n中=2\nb=3\n')
    assert.deepEqual(linesOf(await succeed(['tag', address, 'c=', '--json']))[0]?.tags, { c: '' })
    assert.equal(await succeed(['tag', address, '--delete']), '')
  }
  assert.equal((await bindery(['tag', 'oss://demo/missing'])).code, 2)
})

test('restore requests that archived objects become readable, and refuses others', async () => {
  await client.put('cold/a', 'frozen', { storageClass: 'Archive' })
  assert.equal((await bindery(['cat', 'oss://demo/cold/a'])).code, 2)
  const [event] = linesOf(await succeed(['restore', 'oss://demo/cold/a', '--days', '2', '--json']))
  assert.deepEqual([event?.t, event?.key, event?.days], ['restored', 'cold/a', 2])
  assert.match((await client.head('cold/a')).headers['x-oss-restore'] ?? '', /ongoing-request/)
  await client.put('cold/b', 'warm')
  const many = await bindery(['restore', 'oss://demo/cold/', '-r'])
  assert.equal(many.code, 4)
  assert.match(many.stderr, /oss:\/\/demo\/cold\/b: the server refused: OperationNotSupported/)
})

test('restore speaks S3 as well, with and without days and a tier', async () => {
  for (const [key, ...flags] of [
    ['plain'],
    ['days', '--days', '3'],
    ['tier', '--tier', 'Expedited'],
    ['both', '--days', '3', '--tier', 'Bulk'],
  ] as const) {
    await client.put(`frozen/${key}`, 'frozen', { storageClass: 'Archive' })
    await succeed(['restore', `oss://demo/frozen/${key}`, '--dialect', 's3', ...flags])
    assert.match((await client.head(`frozen/${key}`)).headers['x-oss-restore'] ?? '', /ongoing-request/)
  }
})

test('presign prints URLs for one object or many, under its own name and under that of ossutil', async () => {
  for (const key of ['signed/a', 'signed/b']) await client.put(key, key)
  const urls = (await succeed(['presign', 'oss://demo/signed/', '-r', '--expires-duration', '1h'])).trim().split('\n')
  assert.deepEqual(await Promise.all(urls.map(async (url) => (await fetch(url)).text())), ['signed/a', 'signed/b'])
  const url = (await succeed(['sign', 'oss://demo/signed/a', '--timeout', '60'])).trim()
  assert.equal(await (await fetch(url)).text(), 'signed/a')
})

test('presign --upload prints a script that uploads a file in parts without a key', async () => {
  const content = Buffer.alloc(350_000, 'the content of a file ')
  const file = path.join(folder, "it's a file")
  await writeFile(file, content)
  const script = await succeed(['presign', '--upload', file, 'oss://demo/scripted', '--part-size', '100KiB'])
  assert.equal(script.match(/^part \d/gm)?.length, 4)
  assert.ok(!script.includes(server.accessKeySecret))
  const saved = path.join(folder, 'upload.sh')
  await writeFile(saved, script)
  await promisify(execFile)('sh', ['-e', saved])
  assert.ok(content.equals(await client.get('scripted')))
})
