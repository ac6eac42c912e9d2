import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { startShared } from '../testing/shared.js'

const { client, folder, bindery, succeed, newFile } = await startShared()

/** Durations and ids differ from run to run. */
const fixed = (text: string) =>
  text
    .replace(/[\d.]+\(s\) elapsed/, 'T(s) elapsed')
    .replace(/RequestId=[0-9A-F]+/, 'RequestId=R')
    .replace(/average speed \d+/, 'average speed S')

const compat = async (...args: readonly string[]) => fixed(await succeed(['--compat', 'ossutil', ...args]))

test('--compat ossutil lists objects, uploads and parts in the columns of ossutil', async () => {
  await client.put('listed/a', 'content', { storageClass: 'IA' })
  const listed = await compat('ls', 'oss://demo/listed/')
  const [head, line, ...rest] = listed.split('\n')
  assert.equal(
    head,
    'LastModifiedTime                   Size(B)  StorageClass   ETAG                                  ObjectName',
  )
  assert.match(
    line ?? '',
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC {12}7 {12}IA {3}[0-9A-F]{32} {6}oss:\/\/demo\/listed\/a$/,
  )
  assert.deepEqual(rest, ['Object Number is: 1', '', 'T(s) elapsed', ''])
  const id = (await succeed(['api', 'initiate-multipart-upload', '--bucket', 'demo', '--key', 'up', '--json']))
    .match(/"uploadId":"(\w+)"/)
    ?.at(1)
  assert.match(
    await compat('ls', 'oss://demo', '-m', '-s'),
    new RegExp(`^UploadID {28}ObjectName\n${id} {4}oss://demo/up\n`),
  )
  await succeed([
    'api',
    'upload-part',
    '--bucket',
    'demo',
    '--key',
    'up',
    '--upload-id',
    id ?? '',
    '--part-number',
    '1',
    '--body',
    'x',
  ])
  assert.match(
    await compat('listpart', 'oss://demo/up', id ?? ''),
    /^PartNumber\tEtag {28}\tSize\(Byte\)\tLastModifyTime\n1 {9}\t"[0-9A-F]{32}"\t1 {9}\t/,
  )
  assert.match(await compat('getallpartsize', 'oss://demo'), /\n\ntotal part count:1\ttotal part size\(MB\):0\.00\n\n/)
  assert.match(
    await compat('rm', '-m', '-r', '-f', 'oss://demo'),
    /\rSucceed: Total 1 uploadIds\. Removed 1 uploadIds\.\n/,
  )
})

test('--compat ossutil ends a transfer with the sentence of ossutil', async () => {
  const file = await newFile('compat/file', 'x'.repeat(3_000))
  const end = '\n\naverage speed S(byte/s)\n\nT(s) elapsed\n'
  assert.equal(
    await compat('cp', '-f', file, 'oss://demo/compat', '--loglevel', 'info'),
    `\rSucceed: Total num: 1, size: 3,000. OK num: 1(upload 1 files).${end}`,
  )
  assert.equal(
    await compat('cp', '-u', file, 'oss://demo/compat'),
    `\rSucceed: Total num: 1, size: 3,000. OK num: 1(skip 1 files), Skip size: 3,000.${end}`,
  )
  assert.equal(
    await compat('cp', 'oss://demo/compat', path.join(folder, 'compat/back')),
    `\rSucceed: Total num: 1, size: 3,000. OK num: 1(download 1 objects).${end}`,
  )
})

test('--compat ossutil prints failures on standard output, and ends with 1 for all of them', async () => {
  const { code, stdout, stderr } = await bindery(['--compat', 'ossutil', 'ls', 'oss://no-such-bucket'])
  assert.deepEqual([code, stderr], [1, ''])
  assert.equal(
    fixed(stdout),
    'Error: oss: service returned error: StatusCode=404, ErrorCode=NoSuchBucket, ErrorMessage="The specified bucket does not exist.", RequestId=R, Ec=0015-00000101, Bucket=no-such-bucket, Object=\n',
  )
  const unknown = await bindery(['--compat', 'ossutil', 'lcb'])
  assert.deepEqual(
    [unknown.code, unknown.stdout],
    [1, 'Error: no such command: "lcb", please try "help" for more information\n'],
  )
  const question = await bindery(['--compat', 'ossutil', 'rm', '-r', 'oss://demo/'])
  assert.deepEqual([question.code, question.stderr], [1, ''])
  assert.equal((await bindery(['--compat', 'mc', 'ls'])).code, 1)
  const silent = await bindery(['--compat', 'ossutil', 'set-acl', 'oss://demo/no-such-key', 'private'])
  assert.equal(silent.code, 1)
  assert.match(silent.stdout, /^Error: .*ErrorCode=NoSuchKey/m)
})

test('--compat ossutil deletes no bucket in place of an object whose key is missing', async () => {
  await client.createBucket('left-alone')
  for (const flags of [[], ['-a'], ['-m'], ['--all-versions'], ['-a', '-b', '-f']]) {
    const { code, stdout } = await bindery(['--compat', 'ossutil', 'rm', 'oss://left-alone', ...flags])
    assert.equal(code, 1, flags.join(' '))
    assert.match(stdout, /^Error: .*oss:\/\/BUCKET\/KEY/, flags.join(' '))
  }
  assert.match(await succeed(['ls']), /oss:\/\/left-alone\n/)
  assert.match(await compat('rm', '-b', '-f', 'oss://left-alone'), /Removed Bucket: left-alone\n/)
})
