import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { bindery, COMMAND, type Server, send, start, stored } from '../testing/support.js'

/** Too large for a pack, so that it has its own file. */
const LARGE = 'large '.repeat(500_000)

interface Folders {
  readonly data: string
  readonly target: string
  readonly restored: string
}

async function folders(t: TestContext): Promise<Folders> {
  const parent = newFolder(t)
  return { data: join(parent, 'data'), target: join(parent, 'target'), restored: join(parent, 'restored') }
}

async function restoredServer(t: TestContext, { target, restored }: Folders): Promise<Server> {
  const { code, output } = await bindery('restore', target, restored, '--bytes')
  assert.equal(code, 0, output)
  return start(t, restored)
}

test('a folder restored from a backup of a running server holds everything acknowledged before the backup began', async (t) => {
  const places = await folders(t)
  const server = await start(t, places.data)
  for (let index = 0; index < 20; index += 1) await send(server, 'PUT', `kept/${index}`, `bytes ${index}`)
  await send(server, 'PUT', 'large', LARGE)
  const [, uploadId = ''] = /<UploadId>(\w+)</.exec(await send(server, 'POST', 'open?uploads')) ?? []
  await send(server, 'PUT', `open?partNumber=1&uploadId=${uploadId}`, LARGE)
  let isDone = false
  const writer = (async () => {
    for (let index = 0; !isDone; index += 1) {
      await send(server, 'PUT', `busy/${index % 3}`, `${'busy '.repeat(300_000)}${index}`)
      if (index % 4 === 3) await send(server, 'DELETE', `busy/${(index + 1) % 3}`)
    }
  })()
  const { code, output } = await bindery('backup', places.data, places.target, '--bytes')
  isDone = true
  await writer
  assert.equal(code, 0, output)
  await send(server, 'PUT', 'later', 'after the backup')
  await server.stop()
  const restored = await restoredServer(t, places)
  for (let index = 0; index < 20; index += 1)
    assert.equal(await send(restored, 'GET', `kept/${index}`), `bytes ${index}`)
  assert.equal(await send(restored, 'GET', 'large'), LARGE)
  await assert.rejects(send(restored, 'GET', 'later'), /NoSuchKey/)
  await send(
    restored,
    'POST',
    `open?uploadId=${uploadId}`,
    completion(await send(restored, 'GET', `open?uploadId=${uploadId}`)),
  )
  assert.equal(await send(restored, 'GET', 'open'), LARGE)
  await restored.stop()
  assert.equal((await bindery('fsck', places.restored, '--bytes')).code, 0)
})

/** The list that completes an upload, from a page of ListParts. */
function completion(page: string): string {
  const [, etag = ''] = /<ETag>(?:&quot;|")?(\w+)/.exec(page) ?? []
  return `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`
}

test('a second backup into the same folder copies what is new and removes what is no longer named', async (t) => {
  const places = await folders(t)
  const server = await start(t, places.data)
  await send(server, 'PUT', 'large', LARGE)
  await send(server, 'PUT', 'small', stored('small'))
  assert.equal((await bindery('backup', places.data, places.target)).code, 0)
  await send(server, 'PUT', 'other', LARGE.replaceAll('l', 'm'))
  const second = await bindery('backup', places.data, places.target)
  assert.match(second.output, /3 blobs of .*, of which 2 were already present/)
  await send(server, 'DELETE', 'large')
  const third = await bindery('backup', places.data, places.target)
  assert.equal(third.code, 0, third.output)
  assert.match(third.output, /2 blobs of .*, of which 2 were already present/)
  await server.stop()
  assert.equal((await filesOf(join(places.target, 'blobs'))).filter(({ size }) => size > 1_000_000).length, 1)
  const restored = await restoredServer(t, places)
  assert.equal(await send(restored, 'GET', 'other'), LARGE.replaceAll('l', 'm'))
})

test('files of large blobs are linked if possible, and packs never', async (t) => {
  const places = await folders(t)
  const server = await start(t, places.data)
  await send(server, 'PUT', 'large', LARGE)
  await send(server, 'PUT', 'small', stored('small'))
  await server.stop()
  assert.equal((await bindery('backup', places.data, places.target)).code, 0)
  const links = await filesOf(join(places.data, 'blobs'))
  assert.deepEqual(
    new Map(links.map(({ name, nlink }) => [name.endsWith('.pack'), nlink])),
    new Map([
      [false, 2],
      [true, 1],
    ]),
  )
})

interface StoredFile {
  readonly name: string
  readonly size: number
  readonly nlink: number
}

async function filesOf(folder: string): Promise<StoredFile[]> {
  const names = await readdir(folder, { recursive: true })
  const stats = await Promise.all(names.map(async (name) => ({ name, stats: await stat(join(folder, name)) })))
  return stats.filter((file) => file.stats.isFile()).map(({ name, stats: { size, nlink } }) => ({ name, size, nlink }))
}

test('a backup into its own data folder is refused, also through a link', async (t) => {
  const places = await folders(t)
  const server = await start(t, places.data)
  await symlink(places.data, join(places.data, '..', 'link'))
  for (const target of [places.data, join(places.data, 'backup'), join(places.data, '..', 'link', 'a', 'b')]) {
    const { code, output } = await bindery('backup', places.data, target)
    assert.match(output, /is inside the other\. Name a folder outside it/)
    assert.equal(code, 3)
  }
  await server.stop()
})

/** Begins a backup, and kills it before it has finished. */
async function interruptBackup({ data, target }: Folders): Promise<void> {
  const marker = join(target, 'backup.json')
  for (;;) {
    const running = spawn(process.execPath, [COMMAND, 'backup', data, target], { stdio: 'ignore' })
    while (!existsSync(marker)) await new Promise((resolve) => setTimeout(resolve, 5))
    running.kill('SIGKILL')
    if (running.exitCode === null) await once(running, 'exit')
    if (JSON.parse(await readFile(marker, 'utf8')).state === 'unfinished') return
    // it was faster than this process
    await rm(target, { recursive: true })
  }
}

test('an interrupted backup is refused by restore, and a later run completes it', async (t) => {
  const places = await folders(t)
  const server = await start(t, places.data)
  for (let index = 0; index < 50; index += 1) await send(server, 'PUT', `large/${index}`, `${LARGE}${index}`)
  await interruptBackup(places)
  const refused = await bindery('restore', places.target, places.restored)
  assert.equal(refused.code, 3)
  assert.match(refused.output, /is not a finished backup/)
  assert.equal(existsSync(places.restored), false)
  assert.equal((await bindery('backup', places.data, places.target)).code, 0)
  await server.stop()
  const restored = await restoredServer(t, places)
  assert.equal(await send(restored, 'GET', 'large/49'), `${LARGE}49`)
})

test('neither a backup nor a restore overwrites other files', async (t) => {
  const places = await folders(t)
  const server = await start(t, places.data)
  await mkdir(places.target)
  await writeFile(join(places.target, 'mine'), '')
  const foreign = await bindery('backup', places.data, places.target)
  assert.equal(foreign.code, 3)
  assert.match(foreign.output, /is not empty/)
  assert.equal((await bindery('backup', places.data, places.data)).code, 3)
  assert.equal((await bindery('backup', places.data, places.restored)).code, 0)
  await server.stop()
  assert.equal((await bindery('restore', places.restored, places.data)).code, 3)
  assert.equal((await bindery('restore', places.restored, places.target)).code, 3)
  assert.equal((await bindery('restore', places.data, join(places.target, 'new'))).code, 3)
  assert.equal((await bindery('backup', places.data)).code, 1)
})
