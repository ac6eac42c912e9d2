import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startCommand } from '../testing/interrupting.js'
import { startShared } from '../testing/shared.js'

const { server, client, folder, bindery, succeed, keys } = await startShared()

test('a mirror deletes what only the target has, unless that is more than --max-delete', async () => {
  const from = path.join(folder, 'from')
  await mkdir(from)
  await writeFile(path.join(from, 'a'), 'a')
  for (const key of ['mirror/x', 'mirror/y']) await client.put(key, 'x')
  const refused = await bindery(['mirror', from, 'oss://demo/mirror/', '--max-delete', '1'])
  assert.equal(refused.code, 6)
  assert.match(refused.stderr, /Nothing was deleted: only the target has 2, more than --max-delete 1/)
  assert.deepEqual(await keys('mirror/'), ['mirror/a', 'mirror/x', 'mirror/y'])
  await succeed(['mirror', from, 'oss://demo/mirror/', '--max-delete', '2'])
  assert.deepEqual(await keys('mirror/'), ['mirror/a'])
  assert.equal((await bindery(['sync', from, 'oss://demo/mirror/', '--max-delete', '2'])).code, 1)
})

test('--backup-dir keeps what a mirror deletes, objects as well as files', async () => {
  const from = path.join(folder, 'kept-from')
  await mkdir(from)
  await writeFile(path.join(from, 'a'), 'a')
  await client.put('kept/deep/old', 'old')
  await succeed(['mirror', from, 'oss://demo/kept/', '--backup-dir', 'oss://demo/deleted/'])
  assert.deepEqual([await keys('kept/'), await keys('deleted/')], [['kept/a'], ['deleted/deep/old']])
  await mkdir(path.join(folder, 'kept-to/deep'), { recursive: true })
  await writeFile(path.join(folder, 'kept-to/deep/file'), 'old')
  await succeed([
    'mirror',
    'oss://demo/kept/',
    path.join(folder, 'kept-to'),
    '--backup-dir',
    path.join(folder, 'deleted'),
  ])
  assert.equal(await readFile(path.join(folder, 'deleted/deep/file'), 'utf8'), 'old')
  for (const backup of ['oss://demo/kept/inside/', path.join(folder, 'elsewhere')]) {
    const refused = await bindery(['mirror', from, 'oss://demo/kept/', '--backup-dir', backup])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /--backup-dir cannot use/)
  }
})

test('a mirror that watches a folder follows its changes until a signal', async () => {
  const from = path.join(folder, 'watched')
  await mkdir(path.join(from, 'deep'), { recursive: true })
  await writeFile(path.join(from, 'first'), '1')
  const running = startCommand(
    server,
    { XDG_STATE_HOME: path.join(folder, 'state') },
    'mirror',
    from,
    'oss://demo/watched/',
    '--watch',
  )
  const becomes = async (expected: readonly string[]) => {
    while (String(await keys('watched/')) !== String(expected)) {
      assert.equal(running.child.exitCode, null, 'it has ended')
      await sleep(50)
    }
  }
  await becomes(['watched/first'])
  // its first run may still compare, so that the change is found by the second one only
  await writeFile(path.join(from, 'deep/second'), '2')
  await becomes(['watched/deep/second', 'watched/first'])
  await rm(path.join(from, 'first'))
  await becomes(['watched/deep/second'])
  while (!running.printed().includes('1 deleted from the target.')) await sleep(20)
  running.child.kill('SIGINT')
  await running.stderr
  // 5: it was comparing once more, because an event of a change came late
  assert.ok([0, 5].includes(running.child.exitCode ?? -1), `${running.child.exitCode}: ${running.printed()}`)
})

test('standard input becomes an object, and touch makes one or changes its time alone', async () => {
  await succeed(['put', 'oss://demo/put.txt', '--meta', 'owner=me'], 'from a pipe')
  assert.equal(await succeed(['cat', 'oss://demo/put.txt']), 'from a pipe')
  await succeed(['set-props', 'oss://demo/put.txt', '--acl', 'public-read'])
  const before = await client.head('put.txt')
  await sleep(1_100) // the time of an object has whole seconds
  await succeed(['touch', 'oss://demo/put.txt'])
  const touched = await client.head('put.txt')
  assert.ok(touched.lastModified > before.lastModified)
  assert.deepEqual([touched.meta, touched.crc64, touched.contentType], [before.meta, before.crc64, before.contentType])
  assert.match(await succeed(['api', 'get-object-acl', '--bucket', 'demo', '--key', 'put.txt', '--raw']), /public-read/)

  assert.match(await succeed(['touch', 'oss://demo/new', '--no-create']), /does not exist/)
  assert.match(await succeed(['touch', 'oss://demo/new']), /Created/)
  assert.equal((await client.head('new')).size, 0)
})
