import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { startShared } from '../testing/shared.js'
import { linesOf } from '../testing/support.js'

const { client, folder, bindery, succeed, keys, newFile } = await startShared()

test('mv deletes a source after its target is complete, and keeps what it skips', async () => {
  await newFile('move/a', 'a')
  await newFile('move/d/b', 'b')
  await client.put('moved/a', 'there already')
  await succeed(['mv', '-r', path.join(folder, 'move'), 'oss://demo/moved/', '--no-overwrite'])
  assert.deepEqual(await keys('moved/'), ['moved/a', 'moved/d/b'])
  assert.deepEqual(
    [await readdir(path.join(folder, 'move')), await readdir(path.join(folder, 'move/d'))],
    [['a', 'd'], []],
  )
  await succeed(['mv', '-r', 'oss://demo/moved/', 'oss://demo/second/'])
  assert.deepEqual([await keys('moved/'), await keys('second/')], [[], ['second/a', 'second/d/b']])
  const file = path.join(folder, 'back')
  await succeed(['mv', 'oss://demo/second/a', file])
  assert.equal(await readFile(file, 'utf8'), 'there already')
  assert.deepEqual(await keys('second/'), ['second/d/b'])
})

test('nothing is moved or copied onto itself, nor again and again into itself', async () => {
  await client.put('self/k', 'x')
  const same = await bindery(['mv', 'oss://demo/self/k', 'oss://demo/self/'])
  assert.deepEqual([same.code, await keys('self/')], [0, ['self/k']])
  assert.equal((await bindery(['mv', 'oss://demo/self/k', 'oss://demo/self/k'])).code, 1)
  await succeed(['cp', '-r', 'oss://demo/self/', 'oss://demo/self/again/'])
  assert.deepEqual(await keys('self/'), ['self/again/k', 'self/k'])
})

test('du sums by folder and class, and shows what incomplete uploads hold', async () => {
  for (const [key, size] of [
    ['sum/a', 10],
    ['sum/d/b', 100],
    ['sum/d/e/c', 1_000],
  ] as const) {
    await client.put(key, 'x'.repeat(size))
  }
  await client.put('sum/cold', 'x'.repeat(5), { storageClass: 'IA' })
  const task = client.upload(new Uint8Array(300_000), { key: 'sum/open', multipartThreshold: 0, partSize: 102_400 })
  await new Promise<void>((resolve) => task.on('checkpoint', () => resolve()))
  await task.pause({ drain: true })
  const parts = task.progress.parts.done
  const lines = linesOf(await succeed(['du', 'oss://demo/sum/', '--json', '--mpu']))
  assert.deepEqual(
    lines.slice(0, -1).map(({ group, count, bytes }) => [group, count, bytes]),
    [
      ['sum/', 2, 15],
      ['sum/d/', 2, 1_100],
    ],
  )
  const { count, bytes, uploads } = lines.at(-1) ?? {}
  assert.deepEqual([count, bytes], [4, 1_115])
  assert.equal((uploads as { parts: number }).parts, parts)
  await task.abort()
  assert.match(
    await succeed(['du', 'oss://demo/sum/', '--by', 'class']),
    /1 +5 +5 B +IA\n +4 +1115 +1\.1 KiB +total\n$/,
  )
})

test('tree shows folders within folders to a depth, and sums all of it', async () => {
  for (const key of ['tree/a', 'tree/d/b', 'tree/d/e/c', 'tree/z']) await client.put(key, 'x')
  assert.equal(
    await succeed(['tree', 'oss://demo/tree/', '--depth', '2']),
    'oss://demo/tree/\n  a  1 B\n  d/\n    b  1 B\n    e/\n  z  1 B\n\n2 folders, 4 objects, 4 B\n',
  )
})

test('find prints what filters take, in any form, on a server and on this machine', async () => {
  for (const [key, size] of [
    ['find/a.log', 5],
    ['find/d/b.log', 50],
    ['find/d/c.txt', 50],
  ] as const) {
    await client.put(key, 'x'.repeat(size))
    await newFile(key, 'x'.repeat(size))
  }
  const flags = ['--include', '*.log', '--min-size', '10', '--format', '{name}\\t{size}'] as const
  assert.equal(await succeed(['find', 'oss://demo/find/', ...flags]), 'd/b.log\t50\n')
  assert.equal(await succeed(['find', path.join(folder, 'find'), ...flags]), 'd/b.log\t50\n')
  const wrong = await bindery(['find', 'oss://demo', '--format', '{nothing}'])
  assert.deepEqual([wrong.code, /Expected: \{address\}/.test(wrong.stderr)], [1, true])
  assert.equal(
    await succeed(['ls', 'oss://demo/find/', '-r', '--format', '{key} {size}\\0']),
    'find/a.log 5\0find/d/b.log 50\0find/d/c.txt 50\0',
  )
})

test('diff finds what is missing and what has other bytes, and is exit code 6 then', async () => {
  for (const name of ['same', 'only', 'bytes', 'd/size']) await newFile(`diff/${name}`, `content of ${name}`)
  for (const name of ['same', 'extra']) await client.put(`diff/${name}`, `content of ${name}`)
  await client.put('diff/bytes', 'Content of bytes')
  await client.put('diff/d/size', 'longer content of d/size')
  const { code, stdout } = await bindery(['diff', path.join(folder, 'diff'), 'oss://demo/diff'])
  assert.deepEqual(
    stdout.split('\n').sort(),
    ['', '! bytes  16', '! d/size  17 ≠ 24', '< only  15', '> extra  16'].sort(),
  )
  assert.equal(code, 6)
  const lines = linesOf(
    (await bindery(['diff', path.join(folder, 'diff'), 'oss://demo/diff', '--size-only', '--json'])).stdout,
  )
  assert.deepEqual(lines.at(-1), { t: 'summary', same: 2, differ: 1, onlyFirst: 1, onlySecond: 1, exit: 6 })
  await succeed(['diff', 'oss://demo/diff/', 'oss://demo/diff/'])
})

test('hash prints checksums, and compares a file with an object without reading the object', async () => {
  const content = Buffer.from('some bytes')
  const file = await newFile('hashed', content)
  await client.put('hashed', content)
  const [digest] = linesOf(await succeed(['hash', file, '--json']))
  assert.equal(digest?.md5, createHash('md5').update(content).digest('hex'))
  assert.equal(digest?.crc64, (await client.head('hashed')).crc64)
  await succeed(['hash', file, 'oss://demo/hashed'])
  const [stored] = linesOf(await succeed(['hash', 'oss://demo/hashed', '--bytes', '--json']))
  assert.equal(stored?.sha256, digest?.sha256)
  const [piped] = linesOf(await succeed(['hash', '-', '--json'], content))
  assert.equal(piped?.md5, digest?.md5)
  await client.put('hashed', 'same size!')
  const differs = await bindery(['hash', file, 'oss://demo/hashed'])
  assert.deepEqual([differs.code, differs.stderr], [6, 'The two are different.\n'])
})
