import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { onTmpfs } from '../../../../test/support/tmpfs.mjs'
import type { ConnectionListener, OwnedConnection } from './connections.js'
import type { PassSocket } from './file-watch.js'
import { loadNative } from './native.js'

const open = loadNative()?.openConnections
const skip = open === undefined && 'this system has no connections of its own'

const seed = Number(process.env.SEED ?? 1)
const bytesOf = (length: number, salt = seed) =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => Math.imul(index + salt, 0x9e3779b1) >>> 24))

/** One side that Node.js reads and writes, and one that the addon owns. */
interface Pair {
  readonly client: Socket
  readonly owned: OwnedConnection
}

interface Seen {
  readonly came: Buffer[]
  placed: number
  sent: number
  ended: number
  broken: number
}

function listen(connection: OwnedConnection, more: Partial<ConnectionListener> = {}): Seen {
  const seen: Seen = { came: [], placed: 0, sent: 0, ended: 0, broken: 0 }
  connection.listener = {
    came: (bytes) => seen.came.push(Buffer.from(bytes)),
    placed: (bytes) => {
      seen.placed += bytes
    },
    sent: () => {
      seen.sent += 1
    },
    ended: () => {
      seen.ended += 1
    },
    broken: () => {
      seen.broken += 1
    },
    ...more,
  }
  return seen
}

async function settled(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** Pairs of connections, which end with the test. */
async function pairs(t: TestContext, count: number): Promise<Pair[]> {
  assert.ok(open)
  const connections = open()
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const made: Pair[] = []
  for (let index = 0; index < count; index += 1) {
    const accepted = once(server, 'connection')
    const client = connect({ port: address.port, host: '127.0.0.1', allowHalfOpen: true })
    const [socket] = await accepted
    await once(client, 'connect')
    const owned = connections.adopt(socket._handle.fd)
    assert.ok(owned)
    socket.destroy()
    made.push({ client, owned })
  }
  atEnd(t, () => {
    for (const { client } of made) client.destroy()
    connections.close()
    server.close()
  })
  return made
}

test('what comes is reported in pieces, byte for byte, and so is the end', { skip }, async (t) => {
  const all = await pairs(t, 100)
  const seen = all.map(({ owned }) => listen(owned))
  for (const [index, { client }] of all.entries()) client.end(bytesOf(1_000 + 997 * index, index))
  await settled(() => seen.every(({ ended }) => ended === 1))
  for (const [index, { came }] of seen.entries())
    assert.ok(Buffer.concat(came).equals(bytesOf(1_000 + 997 * index, index)))
  assert.ok(seen.every(({ came }) => came.every(({ length }) => length <= 16 * 1024)))
})

test('bytes come where they are wanted, until the room is full; the rest waits', { skip }, async (t) => {
  const [pair] = await pairs(t, 1)
  assert.ok(pair)
  const { client, owned } = pair
  const seen = listen(owned)
  const bytes = bytesOf(3_000_000)
  client.write(bytes)
  const rooms: Buffer[] = []
  for (const length of [1, 70_000, 1_000_000, 1_500_000]) {
    const room = Buffer.alloc(length)
    const before = seen.placed
    const atOnce = owned.receive(room)
    await settled(() => seen.placed - before + atOnce === length)
    rooms.push(room)
  }
  const placed = Buffer.concat(rooms)
  assert.ok(placed.equals(bytes.subarray(0, placed.length)))
  assert.deepEqual(seen.came, [])
  owned.resume()
  await settled(() => seen.came.reduce((sum, { length }) => sum + length, 0) === bytes.length - placed.length)
  assert.ok(Buffer.concat(seen.came).equals(bytes.subarray(placed.length)))
})

test('nothing comes into a room that was given up', { skip }, async (t) => {
  const [pair] = await pairs(t, 1)
  assert.ok(pair)
  const { client, owned } = pair
  const seen = listen(owned)
  const room = Buffer.alloc(100)
  assert.equal(owned.receive(room), 0)
  owned.pause()
  client.write('abc')
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.deepEqual([seen.placed, seen.came.length, room.some((byte) => byte !== 0)], [0, 0, false])
  owned.resume()
  await settled(() => seen.came.length > 0)
  assert.equal(String(Buffer.concat(seen.came)), 'abc')
})

test('an answer that the kernel does not take at once follows as the reader reads, and then is reported as sent', {
  skip,
}, async (t) => {
  const [pair] = await pairs(t, 1)
  assert.ok(pair)
  const { client, owned } = pair
  const seen = listen(owned)
  client.pause()
  const body = bytesOf(30_000_000)
  assert.equal(owned.send('head é', body), 'sending')
  assert.equal(owned.send('behind'), 'busy')
  assert.ok(owned.unsent() > 0)
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.equal(seen.sent, 0)
  const received: Buffer[] = []
  client.on('data', (piece) => received.push(piece))
  client.resume()
  await settled(() => seen.sent === 1)
  assert.equal(owned.unsent(), 0)
  assert.equal(owned.send('end'), 'sent')
  owned.shut()
  await once(client, 'end')
  const expected = Buffer.concat([Buffer.from('head é', 'latin1'), body, Buffer.from('end')])
  assert.ok(Buffer.concat(received).equals(expected))
})

test('short answers to a reader that does not read follow one another, and an end comes behind them', {
  skip,
}, async (t) => {
  const [pair] = await pairs(t, 1)
  assert.ok(pair)
  const { client, owned } = pair
  const seen = listen(owned)
  client.pause()
  const pieces: Buffer[] = []
  for (let count = 0; owned.unsent() === 0 || count < 50; count += 1) {
    const piece = bytesOf(16_000, pieces.length)
    // from now on the addon answers that it is busy, until the rest was sent
    if (owned.send('', piece) === 'busy') break
    pieces.push(piece)
  }
  assert.ok(owned.unsent() > 0)
  const received: Buffer[] = []
  client.on('data', (piece) => received.push(piece))
  client.resume()
  await settled(() => seen.sent > 0)
  owned.send('end')
  owned.shut()
  await once(client, 'end')
  assert.ok(Buffer.concat(received).equals(Buffer.concat([...pieces, Buffer.from('end')])))
})

test('a head of any length is sent whole', { skip }, async (t) => {
  const [pair] = await pairs(t, 1)
  assert.ok(pair)
  const { client, owned } = pair
  listen(owned)
  let received = ''
  client.setEncoding('latin1').on('data', (piece) => {
    received += piece
  })
  let expected = ''
  for (const length of [1, 4_094, 4_095, 4_096, 4_097, 70_000]) {
    const text = bytesOf(length, length).toString('latin1')
    assert.equal(owned.send(text), 'sent')
    expected += text
  }
  await settled(() => received.length === expected.length)
  assert.equal(received, expected)
})

test('a connection that was reset is reported as broken, while it receives and while it sends', { skip }, async (t) => {
  const all = await pairs(t, 2)
  const seen = all.map(({ owned }) => listen(owned))
  assert.equal(all[1]?.owned.send('', bytesOf(30_000_000)), 'sending')
  for (const { client } of all) client.resetAndDestroy()
  await settled(() => seen.every(({ broken }) => broken === 1))
  for (const { owned } of all) {
    assert.equal(owned.send('late'), 'lost')
    owned.drop()
  }
})

test('a connection that is dropped within a batch is reported no more, nor is a new one in its place', {
  skip,
}, async (t) => {
  const all = await pairs(t, 40)
  let reported = 0
  for (const { owned } of all) {
    listen(owned, {
      came: () => {
        reported += 1
        for (const other of all) other.owned.drop()
      },
    })
  }
  for (const { client } of all) client.write('x')
  // all have come before the addon looks: this turn ends first
  const end = Date.now() + 50
  while (Date.now() < end);
  await Promise.all(all.map(({ client }) => once(client.resume(), 'end')))
  assert.equal(reported, 1)
})

/** A file of which all chunks may be passed. */
function watched(t: TestContext, content: Buffer) {
  const chunkBytes = 1 << 20
  const path = join(newFolder(t, 'bindery-watched-'), 'content')
  writeFileSync(path, content)
  const fd = openSync(path, 'r')
  const watch = loadNative()?.watchFile({ fd, start: 0, size: content.length, chunkBytes }, 0)
  assert.ok(watch !== undefined && readFileSync(path).equals(content))
  for (let index = 0; index * chunkBytes < content.length; index += 1) {
    assert.ok(watch.map(index))
    watch.note(index)
  }
  atEnd(t, () => {
    watch.end()
    closeSync(fd)
  })
  return watch
}

test('connections that are dropped while bytes are passed on them count those that the other side gets', {
  skip: skip || onTmpfs,
}, async (t) => {
  const content = bytesOf(12 << 20)
  const watch = watched(t, content)
  const counts = await Promise.all(
    (await pairs(t, 24)).map(async ({ client, owned }, index) => {
      const socket: PassSocket = { pass: (...given) => owned.pass('', ...given) }
      const counted = new Promise<number>((resolve) => {
        listen(owned, { came: () => watch.pass(socket, 0, content.length, resolve), broken: () => owned.drop() })
      })
      let received = 0
      let isDropped = false
      client.on('data', (bytes) => {
        assert.ok(bytes.equals(content.subarray(received, received + bytes.length)))
        received += bytes.length
        if (isDropped || received < (index + 1) * 100_000) return
        isDropped = true
        owned.drop()
      })
      client.write('go')
      await once(client, 'end')
      return [await counted, received]
    }),
  )
  for (const [counted, received] of counts) assert.equal(counted, received)
})

test('a connection that is released goes on with Node.js, with what it had not received', { skip }, async (t) => {
  const [pair] = await pairs(t, 1)
  assert.ok(pair)
  const { client, owned } = pair
  const seen = listen(owned)
  client.write('abc')
  await settled(() => seen.came.length === 1)
  owned.pause()
  client.write('def')
  const socket = new Socket({ fd: owned.release(), readable: true, writable: true })
  atEnd(t, () => socket.destroy())
  const [data] = await once(socket, 'data')
  assert.equal(String(data), 'def')
  socket.write('back')
  const [back] = await once(client, 'data')
  assert.equal(String(back), 'back')
})

test('wrong arguments throw, and connections that are closed take none', { skip }, async (t) => {
  assert.ok(open)
  const connections = open()
  assert.equal(connections.adopt(1_000_000), undefined)
  const [pair] = await pairs(t, 1)
  const fd = pair?.owned.release()
  assert.ok(fd !== undefined)
  assert.throws(() => pair?.owned.send('x'), { message: 'there is no such connection' })
  connections.close()
  connections.close()
  assert.throws(() => connections.adopt(fd), { message: 'the connections are closed' })
  closeSync(fd)
})

test('requests that bring large bodies are reported 8 at a time, small ones 16, heads alone as many as there are', {
  skip,
}, async (t) => {
  const all = await pairs(t, 40)
  let turn = 0
  let turning = setImmediate(function next() {
    turn += 1
    turning = setImmediate(next)
  })
  atEnd(t, () => clearImmediate(turning))
  /** How many pieces came in each turn, when all clients send a piece of this length at once. */
  const round = async (length: number): Promise<number[]> => {
    const turns: number[] = []
    for (const { owned } of all) listen(owned, { came: () => turns.push(turn) })
    for (const { client } of all) client.write(bytesOf(length))
    await settled(() => turns.length === all.length)
    return [...new Set(turns)].map((one) => turns.filter((other) => other === one).length)
  }
  await round(5_000)
  assert.ok(Math.max(...(await round(5_000))) <= 16)
  await round(16 * 1024)
  assert.ok(Math.max(...(await round(16 * 1024))) <= 8)
  await round(700)
  assert.ok(Math.max(...(await round(700))) > 16)
})

test('the bodies of a batch are hashed together, whatever their lengths; too long ones, other bytes, and those of earlier batches are not', {
  skip,
}, async (t) => {
  const head = Buffer.from('PUT / HTTP/1.1\r\nhost: a\r\n\r\n')
  const lengths = [1, 55, 56, 63, 64, 65, 119, 120, 128, 1_000, 4_032, 4_095, 4_096, 4_097, 8_000]
  for (let index = 0; index < 45; index += 1) lengths.push(1 + ((Math.imul(index + seed, 0x9e3779b1) >>> 8) % 4_096))
  const all = await pairs(t, lengths.length)
  const later: (() => Uint8Array | undefined)[] = []
  for (const [index, { owned }] of all.entries()) {
    const body = bytesOf(lengths[index] ?? 0, index)
    listen(owned, {
      came: (bytes) => {
        const came = bytes.subarray(head.length)
        assert.ok(came.equals(body))
        assert.equal(owned.md5Of(Buffer.from(came))(), undefined)
        assert.equal(owned.md5Of(bytes.subarray(head.length + 1))(), undefined)
        const md5 = owned.md5Of(came)
        const expected = body.length > 4_096 ? undefined : createHash('md5').update(body).digest()
        assert.deepEqual(md5(), expected)
        later.push(md5)
      },
    })
  }
  for (const [index, { client }] of all.entries())
    client.write(Buffer.concat([head, bytesOf(lengths[index] ?? 0, index)]))
  await settled(() => later.length === all.length)
  for (const md5 of later) assert.equal(md5(), undefined)
})
