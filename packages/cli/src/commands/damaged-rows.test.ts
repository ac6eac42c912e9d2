import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { bindery, type Server, send, start, stored } from '../testing/support.js'

/** Flips a bit of the value after each key of the metadata file that begins with one of these prefixes. */
async function damage(folder: string, ...beginnings: readonly Buffer[]): Promise<void> {
  const path = join(folder, 'metadata', 'metadata.mdb')
  const file = await readFile(path)
  for (const beginning of beginnings) {
    let found = 0
    for (let at = file.indexOf(beginning); at !== -1; at = file.indexOf(beginning, at + 1)) {
      const byte = at + beginning.length
      file[byte] = (file[byte] ?? 0) ^ 0x10
      found += 1
    }
    assert.ok(found > 0, `the file holds ${beginning.toString('latin1')}`)
  }
  await writeFile(path, file)
}

const text = (key: string) => Buffer.from(key, 'latin1')
const ofId = (space: string, id: string, more: readonly number[] = []) =>
  Buffer.concat([text(space), Buffer.from(id, 'hex'), Uint8Array.from(more)])
/** The first bytes of a JSON record, after its key. */
const RECORD = '\x01{"'

async function joinTwo(server: Server, name: string): Promise<string> {
  const [, uploadId = ''] = /<UploadId>(\w+)</.exec(await send(server, 'POST', `${name}?uploads`)) ?? []
  await send(server, 'PUT', `${name}?partNumber=1&uploadId=${uploadId}`, 'x'.repeat(102_400))
  await send(server, 'PUT', `${name}?partNumber=2&uploadId=${uploadId}`, stored(`the end of ${name}`))
  return uploadId
}

async function complete(server: Server, name: string, uploadId: string): Promise<void> {
  const listed = await send(server, 'GET', `${name}?uploadId=${uploadId}`)
  const tags = [...listed.matchAll(/<ETag>(.*?)<\/ETag>/g)].map(([, etag]) => etag)
  const parts = tags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`)
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`
  await send(server, 'POST', `${name}?uploadId=${uploadId}`, body)
}

test('flipped bits in rows are reported with the names in their keys, and repaired', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  await send(server, 'PUT', 'a.txt', stored('the bytes of a'))
  await send(server, 'PUT', 'b.txt', stored('the bytes of b'))
  await send(server, 'PUT', 'b.txt', stored('new bytes of b'))
  const open = await joinTwo(server, 'open')
  const joined = await joinTwo(server, 'joined')
  await complete(server, 'joined', joined)
  await server.kill()
  await damage(
    folder,
    text(`odemo\0a.txt${RECORD}`),
    ofId('p', open, [0, 2]),
    ofId('m', joined),
    text('gblob\0'),
    text('cdemo'),
    text(`bdemo${RECORD}`),
  )
  const { code, output } = await bindery('fsck', folder, '--json')
  assert.equal(code, 6)
  const lines = output.trim().split('\n')
  const findings = lines.slice(0, -1).map((line) => JSON.parse(line) as Record<string, unknown>)
  const damaged = findings.filter(({ kind }) => kind === 'rowDamaged')
  assert.deepEqual(
    damaged.map(({ rowKind, bucket, key, uploadId, partNumber, manifest }) =>
      [rowKind, bucket, key, uploadId, partNumber, manifest].filter((name) => name !== undefined),
    ),
    [
      ['bucket', 'demo'],
      ['garbage'],
      ['object', 'demo', 'a.txt'],
      ['part', 'demo', 'open', open, 2, open],
      ['manifest', joined],
      ['counters', 'demo'],
    ],
  )
  assert.ok(findings.some(({ kind, key }) => kind === 'manifestMissing' && key === 'joined'))

  const repair = await bindery('fsck', folder, '--repair')
  assert.equal(repair.code, 6)
  assert.match(
    repair.output,
    /demo\/a\.txt: object row is damaged \(it does not match its checksum\); its key is 6f64\w+ \[repaired\]/,
  )
  const kept = (await readFile(join(folder, 'quarantine', 'rows.jsonl'), 'utf8')).trim().split('\n')
  assert.equal(kept.length, damaged.length)
  const keys = kept.map((line) => Buffer.from(JSON.parse(line).key, 'base64').toString('latin1'))
  assert.ok(keys.includes('odemo\0a.txt'))
  const again = (await bindery('fsck', folder, '--json')).output
  assert.doesNotMatch(again, /rowDamaged|countersWrong|usageWrong/)
})

test('a server with a damaged row fails the requests that need it, logs why, and serves the rest', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  for (const name of ['a.txt', 'b.txt']) await send(server, 'PUT', name, stored(name))
  const uploadId = await joinTwo(server, 'open')
  await server.stop()
  await damage(folder, text(`odemo\0a.txt${RECORD}`), ofId('p', uploadId, [0, 1]))
  const again = await start(t, folder)
  await assert.rejects(send(again, 'GET', 'a.txt'), /<Code>InternalError</)
  await assert.rejects(send(again, 'GET', `open?uploadId=${uploadId}`), /<Code>InternalError</)
  assert.equal(await send(again, 'GET', 'b.txt'), stored('b.txt'))
  await send(again, 'PUT', 'c.txt', stored('c'))
  assert.match(again.log(), /odemo.*a\.txt.*does not match its checksum/)
  // A request that replaces a damaged record reads it first, because it names bytes to free.
  await assert.rejects(send(again, 'PUT', 'a.txt', stored('a')), /<Code>InternalError</)
  assert.equal(await again.stop(), 0)
})

test('a backup of a folder with a damaged row holds the rest and reports the damage', async (t) => {
  const folder = newFolder(t)
  const [data, target, restored] = ['data', 'backup', 'restored'].map((name) => join(folder, name))
  assert.ok(data !== undefined && target !== undefined && restored !== undefined)
  const server = await start(t, data)
  for (const name of ['a.txt', 'b.txt']) await send(server, 'PUT', name, stored(name))
  await server.stop()
  await damage(data, text(`odemo\0a.txt${RECORD}`))
  const { code, output } = await bindery('backup', data, target)
  assert.equal(code, 6, output)
  assert.match(output, /demo\/a\.txt: object row is damaged/)
  assert.equal((await bindery('restore', target, restored)).code, 6)
  const again = await start(t, restored)
  assert.equal(await send(again, 'GET', 'b.txt'), stored('b.txt'))
})
