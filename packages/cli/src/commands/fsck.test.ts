import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { bindery, send, start, stored } from '../testing/support.js'

/** Flips one bit of the first byte of a text wherever a stored file contains it. */
async function damage(folder: string, text: string): Promise<void> {
  for (const name of await readdir(join(folder, 'blobs'), { recursive: true, withFileTypes: true })) {
    if (!name.isFile()) continue
    const path = join(name.parentPath, name.name)
    const bytes = await readFile(path)
    const at = bytes.indexOf(text)
    if (at === -1) continue
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await writeFile(path, bytes)
    return
  }
  assert.fail(`no file holds ${text}`)
}

test('a folder of a killed server has no problems', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  await send(server, 'PUT', 'a.txt', stored('some bytes'))
  await send(server, 'PUT', 'tiny.txt', 'held by its record')
  await server.kill()
  const { code, output } = await bindery('fsck', folder, '--bytes')
  assert.equal(code, 0, output)
  assert.match(output, /Checked 2 objects, 0 open uploads, 0 parts and 1 blob of 4.9 KiB, all named bytes verified\./)
  assert.match(output, /No problems found\./)
})

test('a folder in use, a folder that is not a data folder, and a wrong command line are not checked', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  const used = await bindery('fsck', folder)
  assert.equal(used.code, 3)
  assert.match(used.output, /is in use by process \d+/)
  await server.kill()
  assert.equal((await bindery('fsck', join(folder, 'nothing'))).code, 3)
  assert.equal(existsSync(join(folder, 'nothing')), false)
  assert.match((await bindery('fsck', folder, '--byte')).output, /Did you mean --bytes\?/)
  assert.equal((await bindery('fsck', folder, '--byte')).code, 1)
  assert.equal((await bindery('fsck', folder, 'other')).code, 1)
})

test('a flipped bit is found when all bytes are read, and reported with the name of its object', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  await send(server, 'PUT', 'a.txt', stored('the bytes of a'))
  await send(server, 'PUT', 'b.txt', stored('the bytes of b'))
  await server.stop()
  await damage(folder, 'the bytes of b')
  const { code, output } = await bindery('fsck', folder, '--bytes')
  assert.equal(code, 6)
  assert.match(output, /lost +demo\/b\.txt: some of its bytes are damaged/)
  const lines = (await bindery('fsck', folder, '--bytes', '--json')).output.trim().split('\n')
  const [finding, report] = lines.map((line) => JSON.parse(line))
  assert.deepEqual([finding.kind, finding.severity, finding.key], ['blobDamaged', 'lost', 'b.txt'])
  assert.deepEqual(report.findings, { blobDamaged: 1 })
  assert.equal('quarantine' in report, false)
  const repair = await bindery('fsck', folder, '--bytes', '--repair')
  assert.match(repair.output, /upload it again\. Nothing could be repaired\./)
  assert.equal(existsSync(join(folder, 'quarantine')), false)
})

test('a repair removes a damaged part from its upload and keeps it', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  const [, uploadId = ''] = /<UploadId>(\w+)</.exec(await send(server, 'POST', 'joined?uploads')) ?? []
  await send(server, 'PUT', `joined?partNumber=1&uploadId=${uploadId}`, stored('the bytes of part 1'))
  await send(server, 'PUT', `joined?partNumber=2&uploadId=${uploadId}`, stored('the bytes of part 2'))
  await server.stop()
  await damage(folder, 'the bytes of part 1')
  const repair = await bindery('fsck', folder, '--bytes', '--repair')
  assert.equal(repair.code, 6, repair.output)
  assert.match(repair.output, /demo\/joined, upload \w+, part 1: some of its bytes are damaged .*\[repaired\]/)
  const kept = await readdir(join(folder, 'quarantine'))
  assert.equal(kept.length, 2)
  assert.ok(kept.includes('rows.jsonl'))
  assert.equal((await bindery('fsck', folder, '--bytes')).code, 0)
  const again = await start(t, folder)
  const listed = await send(again, 'GET', `joined?uploadId=${uploadId}`)
  assert.deepEqual(
    [...listed.matchAll(/<PartNumber>(\d)</g)].map(([, number]) => number),
    ['2'],
  )
})

test('blobs without the metadata that name them are not treated as garbage', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  await send(server, 'PUT', 'a.txt', stored('some bytes'))
  await server.stop()
  await rm(join(folder, 'metadata'), { recursive: true })
  const { code, output } = await bindery('fsck', folder, '--repair')
  assert.equal(code, 3)
  assert.match(output, /metadata\.mdb is damaged\. Restore it from a backup; nothing was changed\./)
})
