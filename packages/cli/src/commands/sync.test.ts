import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { startShared } from '../testing/shared.js'
import { linesOf, runWith } from '../testing/support.js'

const { server, client, env, folder, bindery, newFile, keys: keysOf } = await startShared()

const sync = (...args: readonly string[]) => bindery(['sync', ...args])

/** The sorted names that a sync transferred and deleted. */
async function synced(...args: readonly string[]): Promise<{ readonly done: string[]; readonly deleted: string[] }> {
  const { code, stdout, stderr } = await sync(...args, '--json')
  assert.equal(code, 0, stderr)
  const lines = linesOf(stdout)
  const names = (event: string) =>
    lines.filter((line) => line.t === event).map(({ to }) => path.posix.basename(String(to)))
  return { done: names('done').sort(), deleted: names('deleted').sort() }
}

const keys = async (prefix: string) => (await keysOf(prefix)).map((key) => key.slice(prefix.length))

// in an order in which folders, and characters beyond the basic plane, are easily misplaced
const NAMES = ['a-b', 'a.b', 'a/b', 'a0', 'z/～', 'z/😀', '中文 %20+']

test('a folder is uploaded once, then only what has changed, and what is gone is deleted only with --delete', async () => {
  const from = path.join(folder, 'tree')
  for (const name of NAMES) await newFile(`tree/${name}`, `content of ${name}`)
  await client.put('tree-not/other', 'kept')
  assert.equal((await synced(from, 'oss://demo/tree')).done.length, NAMES.length)
  assert.deepEqual(await keys('tree/'), NAMES)
  assert.deepEqual(await synced(from, 'oss://demo/tree'), { done: [], deleted: [] })

  await newFile('tree/a0', 'another size')
  const later = new Date(Date.now() + 5_000)
  await utimes(path.join(from, 'a.b'), later, later)
  await newFile('tree/new', 'new')
  await rm(path.join(from, 'a/b'))
  const planned = await sync(from, 'oss://demo/tree/', '--delete', '--dry-run')
  assert.equal(planned.code, 0, planned.stderr)
  assert.match(planned.stdout, /tree\/a\.b → oss:\/\/demo\/tree\/a\.b\ndelete oss:\/\/demo\/tree\/a\/b\n/)
  assert.deepEqual(await keys('tree/'), NAMES)
  assert.deepEqual(await synced(from, 'oss://demo/tree/'), { done: ['a.b', 'a0', 'new'], deleted: [] })
  assert.deepEqual((await synced(from, 'oss://demo/tree/', '--delete')).deleted, ['b'])
  assert.deepEqual((await keys('tree/')).sort(), [...NAMES.filter((name) => name !== 'a/b'), 'new'].sort())
  assert.deepEqual(await keys('tree-not/'), ['other'])
})

test('a prefix is downloaded and copied in the same way, and an interrupted download stays', async () => {
  for (const name of NAMES) await client.put(`down/${name}`, `content of ${name}`)
  const to = path.join(folder, 'down')
  assert.equal((await synced('oss://demo/down/', to)).done.length, NAMES.length)
  for (const name of NAMES) assert.equal(await readFile(path.join(to, name), 'utf8'), `content of ${name}`)
  await newFile('down/extra', 'x')
  await newFile('down/big.bindery-part', 'x')
  await client.put('down/a0', 'another size')
  assert.deepEqual(await synced('oss://demo/down/', to, '--delete'), { done: ['a0'], deleted: ['extra'] })
  assert.ok((await readdir(to)).includes('big.bindery-part'))
  assert.equal((await synced('oss://demo/down/', 'oss://demo/copy/')).done.length, NAMES.length)
  await client.put('copy/extra', 'x')
  assert.deepEqual(await synced('oss://demo/down/', 'oss://demo/copy/', '--delete'), { done: [], deleted: ['extra'] })
})

test('--checksum finds a change that keeps size and time, and skips what was only touched', async () => {
  const from = path.join(folder, 'sums')
  const file = await newFile('sums/same-size', 'aaaa')
  await newFile('sums/touched', 'bbbb')
  await synced(from, 'oss://demo/sums/')
  await writeFile(file, 'cccc')
  const [before, later] = [new Date(Date.now() - 60_000), new Date(Date.now() + 60_000)]
  await utimes(file, before, before)
  await utimes(path.join(from, 'touched'), later, later)
  assert.deepEqual((await synced(from, 'oss://demo/sums/', '--dry-run')).done, [])
  assert.deepEqual((await synced(from, 'oss://demo/sums/', '--checksum', '--checkers', '2')).done, ['same-size'])
  assert.equal(Buffer.from(await client.get('sums/same-size')).toString(), 'cccc')
})

test('an empty source does not delete everything, and a missing one nothing', async () => {
  await client.put('precious/a', 'x')
  await mkdir(path.join(folder, 'empty'))
  const empty = await sync(path.join(folder, 'empty'), 'oss://demo/precious/', '--delete')
  assert.equal(empty.code, 3)
  assert.match(empty.stderr, /empty is empty, so --delete would delete everything/)
  const missing = await sync(path.join(folder, 'missing'), 'oss://demo/precious/', '--delete')
  assert.equal(missing.code, 1)
  assert.match(missing.stderr, /there is no folder \S+missing/)
  assert.deepEqual(await keys('precious/'), ['a'])
})

test('a part of the source that cannot be read is reported, and nothing that may be in it is deleted', {
  skip: process.platform === 'win32',
}, async () => {
  const from = path.join(folder, 'closed')
  for (const name of ['a', 'inner/b', 'z']) await newFile(`closed/${name}`, name)
  await sync(from, 'oss://demo/closed/')
  for (const key of ['closed/0', 'closed/inner/c', 'closed/zz']) await client.put(key, 'only here')
  await chmod(folder, 0o755)
  // of others than root's: root may read everything
  const uid = process.getuid?.() === 0 ? { uid: 65_534 } : {}
  for (const mode of [0o000, 0o444]) {
    await chmod(path.join(from, 'inner'), mode)
    const { code, stderr } = await runWith(server, ['sync', from, 'oss://demo/closed/', '--delete'], { env, ...uid })
    assert.equal(code, 4, stderr)
    assert.match(stderr, /closed\/inner\S* is left out: it cannot be read/)
    assert.match(stderr, /Not everything that only the target has was deleted/)
    assert.deepEqual(await keys('closed/'), ['a', 'inner/b', 'inner/c', 'z', 'zz'])
    const copied = await runWith(server, ['cp', '-r', from, `oss://demo/open${mode}/`], { env, ...uid })
    assert.equal(copied.code, 4)
    assert.deepEqual(await keys(`open${mode}/`), ['a', 'z'])
    assert.equal((await runWith(server, ['find', from], { env, ...uid })).code, 4)
  }
  await chmod(path.join(from, 'inner'), 0o755)
  assert.equal((await sync(from, 'oss://demo/closed/', '--delete')).code, 0)
  assert.deepEqual(await keys('closed/'), ['a', 'inner/b', 'z'])
})

test('files that cannot be deleted or read fail by themselves, and the others are transferred', {
  skip: process.platform === 'win32',
}, async () => {
  const locked = path.join(folder, 'locked')
  for (const name of ['a', 'extra', 'secret']) await newFile(`locked/${name}`, name)
  await client.put('locked/a', 'a')
  await client.put('locked/secret', 'SECRET')
  await chmod(path.join(locked, 'secret'), 0o000)
  await chmod(locked, 0o555)
  await chmod(folder, 0o755)
  const uid = process.getuid?.() === 0 ? { uid: 65_534 } : {}
  const run = (...args: readonly string[]) => runWith(server, args, { env, ...uid })
  const cases: [args: string[], code: number, message: RegExp][] = [
    [['sync', 'oss://demo/locked/', locked, '--delete', '--size-only'], 4, /locked\/extra: EACCES/],
    [
      ['sync', 'oss://demo/locked/', locked, '--delete', '--size-only', '--backup-dir', path.join(locked, '../b')],
      4,
      /extra: EACCES/,
    ],
    [['sync', locked, 'oss://demo/locked/', '--checksum'], 4, /locked\/secret.*the file system refused/],
    [['cp', '-r', locked, 'oss://demo/locked/', '--checksum'], 4, /locked\/secret.*the file system refused/],
    [['mv', path.join(locked, 'a'), 'oss://demo/locked/b'], 3, /the file system refused: EACCES/],
    [['diff', locked, 'oss://demo/locked/'], 3, /the file system refused: EACCES/],
    [['append', path.join(locked, 'secret'), 'oss://demo/appended'], 1, /secret cannot be read/],
  ]
  for (const [args, code, message] of cases) {
    const ran = await run(...args)
    assert.match(ran.stderr, message, args.join(' '))
    assert.equal(ran.code, code, args.join(' '))
  }
  await chmod(locked, 0o755)
})
