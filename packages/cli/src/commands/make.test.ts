import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { startShared } from '../testing/shared.js'
import { linesOf } from '../testing/support.js'

const { client, folder, bindery, succeed } = await startShared()

test('rb --force deletes a bucket with its objects, versions and parts, and without it only an empty one', async () => {
  await succeed(['mb', 'oss://full'])
  await succeed(['api', 'put-bucket-versioning', '--bucket', 'full', '--body', '{"status": "Enabled"}'])
  for (const content of ['one', 'two']) await client.put('k', content, { bucket: 'full' })
  await client.delete('k', { bucket: 'full' })
  await succeed(['api', 'initiate-multipart-upload', '--bucket', 'full', '--key', 'open'])
  assert.equal((await bindery(['rb', 'oss://full'])).code, 2)
  const lines = linesOf(await succeed(['rb', 'oss://full', '--force', '--json']))
  assert.deepEqual([lines.length, lines.at(-1)?.bucket], [4, 'full'])
  assert.equal((await bindery(['stat', 'oss://full'])).code, 2)
})

test('mkdir makes an object that ends with a slash', async () => {
  assert.equal(await succeed(['mkdir', 'oss://demo/inbox']), 'Created oss://demo/inbox/.\n')
  assert.equal((await client.head('inbox/')).size, 0)
})

test('append makes an object and lengthens it, from files and from standard input', async () => {
  const file = path.join(folder, 'first.txt')
  await writeFile(file, 'first ')
  await succeed(['append', file, 'oss://demo/log.txt', '--meta', 'a=1'])
  await succeed(['append', '-', 'oss://demo/log.txt'], 'second')
  assert.equal(Buffer.from(await client.get('log.txt')).toString(), 'first second')
  const { meta, type, contentType } = await client.head('log.txt')
  assert.deepEqual([meta, type, contentType], [{ a: '1' }, 'Appendable', 'text/plain'])
  await client.put('plain', 'x')
  assert.match((await bindery(['append', file, 'oss://demo/plain'])).stderr, /ObjectNotAppendable/)
})

test('symlink makes an object through which another one is read', async () => {
  await client.put('releases/2 1.zip', 'content')
  await succeed(['symlink', 'oss://demo/releases/2 1.zip', 'oss://demo/latest'])
  assert.equal(await succeed(['cat', 'oss://demo/latest']), 'content')
  assert.equal((await bindery(['symlink', 'oss://demo/a', 'oss://demo/latest', '--forbid-overwrite'])).code, 2)
  assert.equal((await bindery(['symlink', 'oss://demo/a', 'oss://other/b'])).code, 1)
})

test('parts are events, and --fail-on-skip is exit code 6 where something was skipped', async () => {
  const file = path.join(folder, 'some/parts')
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, Buffer.alloc(250_000, 'x'))
  const flags = ['--part-size', '100KiB', '--bigfile-threshold', '0', '--json']
  const lines = linesOf(await succeed(['cp', file, 'oss://demo/parts', ...flags]))
  const parts = lines.filter(({ t }) => t === 'part')
  assert.deepEqual(parts.map(({ partNumber, size }) => [partNumber, size]).sort(), [
    [1, 102_400],
    [2, 102_400],
    [3, 45_200],
  ])
  const again = ['cp', '-r', path.dirname(file), 'oss://demo/', '--no-overwrite']
  assert.equal((await bindery(again)).code, 0)
  assert.equal((await bindery([...again, '--fail-on-skip'])).code, 6)
})
