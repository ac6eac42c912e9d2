import assert from 'node:assert/strict'
import { chmod, lstat, mkdir, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { listeningPath, SocketFile } from './socket-file.js'

function listenAt(path: string): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(path, () => resolve(server))
  })
}

test('a socket on which nothing listens is replaced in one step, with the given permissions, and removed at the end', async (t) => {
  const path = join(newFolder(t), 'bindery.sock')
  const earlier = await listenAt(listeningPath(path))
  const dead = await SocketFile.prepare(path, 0o600).catch((error) => error)
  assert.equal(dead.kind, 'socketTaken', 'another server is about to publish its socket')
  await new Promise((resolve) => earlier.close(resolve))

  const file = await SocketFile.prepare(path, 0o640)
  const server = await listenAt(listeningPath(path))
  atEnd(t, () => void server.close())
  await file.publish()
  assert.equal((await lstat(path)).mode & 0o777, 0o640)
  await assert.rejects(SocketFile.prepare(path, 0o600), { kind: 'socketTaken', details: { socket: path } })
  await file.publish()
  await file.remove()
  await assert.rejects(lstat(path), { code: 'ENOENT' })
})

test('a file that is not a socket stays, and so does the socket of another server', async (t) => {
  const folder = newFolder(t)
  const path = join(folder, 'bindery.sock')
  await writeFile(path, 'mine')
  await assert.rejects(SocketFile.prepare(path, 0o660), { kind: 'socketForeign' })
  assert.ok((await lstat(path)).isFile())

  const other = join(folder, 'other.sock')
  const file = await SocketFile.prepare(other, 0o660)
  const server = await listenAt(other)
  atEnd(t, () => void server.close())
  await file.remove()
  assert.ok((await lstat(other)).isSocket())
})

test('a socket that cannot be made is refused before anything else happens', async (t) => {
  const folder = newFolder(t)
  await assert.rejects(SocketFile.prepare(join(folder, 'a'.repeat(100)), 0o660), { kind: 'socketTooLong' })
  const missing = join(folder, 'missing', 'bindery.sock')
  await assert.rejects(SocketFile.prepare(missing, 0o660), {
    kind: 'socketUnusable',
    details: { socket: missing, reason: 'ENOENT' },
  })
  if (process.getuid?.() === 0) return
  const closed = join(folder, 'closed')
  await mkdir(closed)
  await chmod(closed, 0)
  await assert.rejects(SocketFile.prepare(join(closed, 'bindery.sock'), 0o660), { kind: 'socketUnusable' })
})
