import assert from 'node:assert/strict'
import { once } from 'node:events'
import { appendFile, chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { answered, settled, startCommand, until } from '../testing/interrupting.js'
import { startShared } from '../testing/shared.js'
import { linesOf, runWith, startWith } from '../testing/support.js'

const MIB = 1024 * 1024
const { server, client, folder, env, bindery, succeed, newFile } = await startShared({ logged: true })

/** Bytes of which no two parts are equal. */
function bytesOf(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE(at ^ 0x5bd1e995, at)
  return bytes
}

test('a sync that is killed goes on with the parts that are missing, in both directions', async () => {
  const bytes = bytesOf(40 * MIB)
  await newFile('synced-up/large', bytes)
  await client.put('synced-down/large', bytes)
  for (const [from, to, operation, key] of [
    [path.join(folder, 'synced-up'), 'oss://demo/synced-up/', 'UploadPart', 'synced-up/large'],
    ['oss://demo/synced-down/', path.join(folder, 'synced-down'), 'GetObject', 'synced-down/large'],
  ] as const) {
    const command = ['sync', from, to, '--part-size', '2MiB', '--parallel', '2']
    const running = startCommand(server, env, ...command, '--bandwidth-limit', '4MiB')
    await until(running, server, 10, [operation, key])
    running.child.kill('SIGKILL')
    await once(running.child, 'exit')
    await settled(server, operation, key)
    const { reusedParts, parts } = linesOf(await succeed([...command, '--json'])).find(({ t }) => t === 'done') ?? {}
    assert.ok(Number(reusedParts) >= 3 && Number(reusedParts) < 20, `${operation}: ${reusedParts} of ${parts}`)
  }
  assert.ok(bytes.equals(await client.get('synced-up/large')))
  assert.ok(bytes.equals(await readFile(path.join(folder, 'synced-down/large'))))
})

test('of two commands that upload one file to one key, the second is refused, and the first completes', {
  skip: process.platform === 'win32',
}, async () => {
  const file = await newFile('twice', bytesOf(24 * MIB))
  const command = ['cp', file, 'oss://demo/twice', '--part-size', '1MiB']
  const running = startCommand(server, env, ...command, '--bandwidth-limit', '256KiB')
  await until(running, server, 1, ['UploadPart', 'twice'])
  const { code, stderr } = await bindery(command)
  assert.deepEqual([code, /another process transfers the same file to the same key/.test(stderr)], [3, true])
  running.child.kill('SIGUSR2') // lifts the limit
  assert.deepEqual(await once(running.child, 'exit'), [0, null])
  assert.equal(answered(server, 'UploadPart', 'twice'), 24)
})

test('a file that changes while it is uploaded is reported, and no object of it is made', async () => {
  const file = await newFile('growing', bytesOf(24 * MIB))
  const running = startCommand(server, env, 'cp', file, 'oss://demo/growing', '--bandwidth-limit', '8MiB')
  await until(running, server, 1, ['UploadPart', 'growing'])
  await appendFile(file, 'more')
  assert.deepEqual(await once(running.child, 'exit'), [3, null])
  assert.match(await running.stderr, /the file changed while it was read, so nothing was completed/)
  assert.equal(answered(server, 'CompleteMultipartUpload', 'growing'), 0)
})

test('a full disk ends a download with the reason', { skip: process.platform !== 'linux' }, async () => {
  await client.put('for-a-full-disk', bytesOf(MIB))
  const { code, stderr } = await bindery(['cp', 'oss://demo/for-a-full-disk', '/dev/full'])
  assert.deepEqual([code, /ENOSPC/.test(stderr)], [3, true])
})

test('10,000 files go up, are found unchanged, and are deleted', async () => {
  const from = path.join(folder, 'many')
  for (let index = 0; index < 100; index += 1) await newFile(`many/${index}/0`, `${index}`)
  for (let index = 0; index < 10_000; index += 1) {
    await writeFile(path.join(from, String(index % 100), String(Math.floor(index / 100))), `${index}`)
  }
  const summaryOf = async (...args: readonly string[]) => linesOf(await succeed([...args, '--json'])).at(-1)
  const sync = ['sync', from, 'oss://demo/many/']
  assert.equal((await summaryOf(...sync))?.files, 10_000)
  assert.equal((await summaryOf(...sync))?.files, 0)
  await writeFile(path.join(from, '7', '77'), 'changed')
  assert.equal((await summaryOf(...sync))?.files, 1)
  assert.equal((await summaryOf('rm', '-r', 'oss://demo/many/', '--yes'))?.deleted, 10_000)
})

test('commands survive 503, broken connections, lost answers and a wrong clock', async (t) => {
  const faulty = await startWith(t, path.join(folder, 'faulty'), ['--test-mode'])
  const set = async (page: string, value: unknown) => {
    const answer = await fetch(`${faulty.endpoint}/-/test/${page}`, { method: 'PUT', body: JSON.stringify(value) })
    assert.ok(answer.ok, await answer.text())
  }
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runWith(faulty, args, { env })
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`)
    return linesOf(stdout)
  }
  const busy = { status: 503, code: 'ServiceUnavailable' }
  const lost = { apply: true, dropAnswer: true }
  await set('faults', [
    ...['InitiateMultipartUpload', 'ListObjectsV2', 'HeadObject', 'DeleteMultipleObjects'].map((op) => ({
      op,
      times: 2,
      then: busy,
    })),
    { op: 'UploadPart', times: 5, then: busy },
    { op: 'UploadPart', times: 2, then: { cutRequestAfter: 100_000 } },
    { op: 'UploadPart', times: 1, then: { corruptByte: 1_000 } },
    { op: 'CompleteMultipartUpload', times: 2, then: lost },
    { op: 'PutObject', times: 3, then: lost },
    { op: 'GetObject', times: 4, then: { cutAnswerAfter: 50_000 } },
  ])
  const bytes = bytesOf(12 * MIB)
  const file = await newFile('stormy/large', bytes)
  for (let index = 0; index < 20; index += 1) await newFile(`stormy/small-${index}`, `${index}`)
  const flags = ['--part-size', '1MiB', '--bigfile-threshold', '1MiB', '--json']
  const up = await run('cp', '-r', path.dirname(file), 'oss://demo/stormy/', ...flags)
  assert.ok(Number(up.at(-1)?.retries) >= 8, JSON.stringify(up.at(-1)))
  await run('sync', 'oss://demo/stormy/', path.join(folder, 'calm'), ...flags)
  assert.ok(bytes.equals(await readFile(path.join(folder, 'calm/large'))))
  assert.equal((await readdir(path.join(folder, 'calm'))).length, 21)
  for (const skewMs of [3 * 3_600_000, -3 * 3_600_000]) {
    await set('clock', { skewMs })
    assert.equal((await run('ls', 'oss://demo/stormy/', '--json')).length, 21)
  }
  assert.equal((await run('rm', '-r', 'oss://demo/stormy/', '--yes', '--json')).at(-1)?.deleted, 21)
})

test('a key that a program prints is printed again when it ends, and when it is refused', {
  skip: process.platform === 'win32',
}, async () => {
  const { endpoint, accessKeyId, accessKeySecret } = server
  const program = path.join(folder, 'print-key')
  const calls = path.join(folder, 'calls')
  const printing = (id: string, secondsLeft: number) =>
    `{"AccessKeyId":"${id}","AccessKeySecret":"${accessKeySecret}","Expiration":"'$(date -u -d "+${secondsLeft} seconds" +%FT%TZ)'"}`
  await writeFile(
    program,
    `#!/bin/sh\necho call >> ${calls}\n[ $(wc -l < ${calls}) -le 2 ] && exec printf '${printing('unknown', 900)}'\nprintf '${printing(accessKeyId, 2)}'\n`,
  )
  await chmod(program, 0o755)
  for (const [setting, value] of [
    ['endpoint', endpoint],
    ['credential-process', program],
  ]) {
    await succeed(['config', 'set', setting ?? '', value ?? '', '--profile', 'printed'])
  }
  const file = await newFile('printed', bytesOf(16 * MIB))
  const flags = ['--profile', 'printed', '--part-size', '1MiB', '--bandwidth-limit', '4MiB']
  await succeed(['cp', file, 'oss://demo/printed', ...flags])
  assert.equal((await client.head('printed')).size, 16 * MIB)
  assert.ok((await readFile(calls, 'utf8')).trim().split('\n').length >= 4)
})
