import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { test } from 'node:test'
import { loadNative } from '@bindery/digest'
import { atEnd } from '../../../../../test/support/at-end.mjs'
import { NativeLink } from './native-link.js'

const open = loadNative()?.openConnections
const skip = open === undefined && 'this system has no connections of its own'

test('Node.js gets a connection with what the kernel has not taken of an answer', { skip }, async (t) => {
  const owned = open?.()
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(owned && typeof address === 'object' && address !== null)
  const accepted = once(server, 'connection')
  const client = connect({ port: address.port, host: '127.0.0.1' }).pause()
  atEnd(t, () => {
    client.destroy()
    server.close()
    owned.close()
  })
  const link = NativeLink.take((await accepted)[0], owned)
  assert.ok(link)
  let sent = ''
  let taken = true
  for (let answer = 0; taken; answer += 1) {
    const text = String(answer).padEnd(16 * 1024, '.')
    taken = false
    link.send(text, undefined, (all) => {
      taken = all
    })
    // the last one waits for those before it
    if (taken) sent += text
  }
  const socket = link.leave(Buffer.from('unread'))
  socket.end('behind')
  assert.equal(String((await once(socket, 'data'))[0]), 'unread')
  let received = ''
  for await (const bytes of client.setEncoding('latin1')) received += bytes
  assert.ok(received === `${sent}behind`)
  socket.destroy()
})
