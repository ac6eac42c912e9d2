import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadNative } from '@bindery/digest'
import type { ServiceRequest, ServiceResponse } from '@bindery/service'
import type { BlobStore, ByteRange, LentBytes } from '@bindery/storage'
import { openLocalBlobStore } from '@bindery/storage-local'
import { listen } from '../testing/http.js'
import { sendResponse } from './send-response.js'

const skip = loadNative()?.can.pipe !== true && 'this system has no pipes for pages'
const MIB = 1024 * 1024
const content = Buffer.from(
  Uint8Array.from({ length: 24 * MIB + 12_345 }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24),
)

interface Stored {
  readonly store: BlobStore
  readonly id: string
  readonly folder: string
}

async function stored(t: TestContext): Promise<Stored> {
  const folder = await mkdtemp(join(tmpdir(), 'bindery-unread-'))
  const store = await openLocalBlobStore({ folder, incarnation: 'a1' })
  t.after(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })
  let position = 0
  const source = {
    size: content.length,
    ready: async () => {},
    async read(buffer: Uint8Array) {
      const bytes = content.subarray(position, position + buffer.length)
      buffer.set(bytes)
      position += bytes.length
      return bytes.length
    },
  }
  const { id } = await store.write(source, { owner: Buffer.from('owner') })
  return { store, id, folder }
}

/** What went out of a store's reads: pieces not released, and bytes that were sent past node. */
interface Watch {
  lent: number
  pieces: number
  direct: number
}

function watched(pieces: AsyncIterable<LentBytes>, watch: Watch): AsyncIterable<LentBytes> {
  return (async function* () {
    for await (const piece of pieces) {
      watch.lent += 1
      watch.pieces += 1
      const { unread } = piece
      yield {
        get bytes() {
          return piece.bytes
        },
        unread: unread && {
          get length() {
            return unread.length
          },
          sendTo(socket: number) {
            const sent = unread.sendTo(socket)
            watch.direct += sent
            return sent
          },
          take: (length: number) => unread.take(length),
        },
        release() {
          watch.lent -= 1
          piece.release()
        },
      }
    }
  })()
}

/** Serves the blob: `/` whole, `/from-to` a range. */
function serving({ store, id }: Stored, watch: Watch) {
  return async ({ method, target }: Pick<ServiceRequest, 'method' | 'target'>): Promise<ServiceResponse> => {
    const [start = 0, end = content.length] = target.slice(1).split('-').filter(Boolean).map(Number)
    const range: ByteRange = { start, end }
    return {
      status: 200,
      headers: [
        ['x-oss-meta-name', '\u00e4\u00b8\u00ad'],
        ['Content-Length', String(end - start)],
      ],
      body: method === 'HEAD' ? undefined : watched(store.read(id, range), watch),
      log: { requestId: 'TEST' },
    }
  }
}

const request = (target = '/', method = 'GET') => `${method} ${target} HTTP/1.1\r\nHost: h\r\n\r\n`

/** A connection whose bytes come as they are asked for. */
class Client {
  readonly socket: Socket
  #chunks: Buffer[] = []
  #length = 0
  #wake = () => {}

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => {})
    socket.on('data', (bytes: Buffer) => {
      this.#chunks.push(bytes)
      this.#length += bytes.length
      this.#wake()
    })
    socket.on('close', () => this.#wake())
  }

  static async open(port: number): Promise<Client> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new Client(socket)
  }

  get received(): number {
    return this.#length
  }

  async take(length: number): Promise<Buffer> {
    while (this.#length < length) await this.#more()
    const all = Buffer.concat(this.#chunks)
    this.#chunks = [all.subarray(length)]
    this.#length = all.length - length
    return all.subarray(0, length)
  }

  async head(): Promise<string> {
    for (;;) {
      const end = Buffer.concat(this.#chunks).indexOf('\r\n\r\n')
      if (end >= 0) return (await this.take(end + 4)).toString('latin1')
      await this.#more()
    }
  }

  async #more(): Promise<void> {
    assert.ok(!this.socket.closed, 'the connection was closed')
    await new Promise<void>((resolve) => {
      this.#wake = resolve
    })
  }
}

async function settled(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5)
}

async function serve(t: TestContext, idleTimeoutMs = 10_000) {
  const blob = await stored(t)
  const watch: Watch = { lent: 0, pieces: 0, direct: 0 }
  const { port } = await listen(t, serving(blob, watch), { idleTimeoutMs })
  return { ...blob, watch, port }
}

test('whole objects, ranges and HEADs follow each other on one connection, byte for byte', { skip }, async (t) => {
  const { port, watch } = await serve(t)
  const client = await Client.open(port)
  for (const [start, end] of [
    [0, content.length],
    [MIB - 7, 3 * MIB + 7],
    [5, 6],
    [2 * MIB, 3 * MIB],
    [content.length - 200_000, content.length],
  ] as const) {
    client.socket.write(request(`/${start}-${end}`, 'HEAD'))
    assert.match(await client.head(), new RegExp(`Content-Length: ${end - start}\r\n`))
    client.socket.write(request(`/${start}-${end}`))
    assert.match(await client.head(), /x-oss-meta-name: \u00e4\u00b8\u00ad\r\n/)
    assert.equal(Buffer.compare(await client.take(end - start), content.subarray(start, end)), 0, `${start} to ${end}`)
  }
  assert.ok(watch.direct > content.length / 2, `${watch.direct} bytes went past node`)
  await settled(() => watch.lent === 0)
  client.socket.destroy()
})

test('requests that are sent ahead are answered one after another', { skip }, async (t) => {
  const { port, watch } = await serve(t)
  const client = await Client.open(port)
  const ranges = [0, 1, 2, 3].map((index) => ({ start: index * 5 * MIB + index, end: (index + 1) * 5 * MIB }))
  client.socket.write(ranges.map(({ start, end }) => request(`/${start}-${end}`)).join(''))
  for (const { start, end } of ranges) {
    await client.head()
    assert.equal(Buffer.compare(await client.take(end - start), content.subarray(start, end)), 0)
  }
  await settled(() => watch.lent === 0)
  client.socket.destroy()
})

test('a reader who reads little by little gets all, and is not taken for one who has left', { skip }, async (t) => {
  const { port, watch } = await serve(t, 400)
  const client = await Client.open(port)
  client.socket.write(request())
  await client.head()
  const found: Buffer[] = []
  const began = performance.now()
  for (let left = content.length; left > 0; ) {
    const length = Math.min(left, 2 * MIB)
    found.push(await client.take(length))
    left -= length
    client.socket.pause()
    await sleep(100)
    client.socket.resume()
  }
  assert.ok(performance.now() - began > 800, 'it took longer than the idle time')
  assert.equal(Buffer.compare(Buffer.concat(found), content), 0)
  await settled(() => watch.lent === 0)
  client.socket.destroy()
})

test('a reader who takes nothing holds few pieces, and loses its connection after the idle time', {
  skip,
}, async (t) => {
  const { port, watch } = await serve(t, 300)
  const client = await Client.open(port)
  client.socket.pause()
  client.socket.write(request())
  await settled(() => watch.lent > 0)
  await settled(() => watch.lent === 0)
  assert.ok(watch.pieces < 20, `${watch.pieces} pieces were read for a client that takes none`)
  client.socket.resume()
  await once(client.socket, 'close')
  assert.ok(client.received < content.length)
})

test('when clients leave in the middle, everything is given back, and others get what they asked for', {
  skip,
}, async (t) => {
  const { port, watch } = await serve(t)
  for (let round = 0; round < 12; round += 1) {
    const leaver = await Client.open(port)
    leaver.socket.write(request())
    await leaver.take(1 + round * MIB)
    const stayer = await Client.open(port)
    stayer.socket.write(request('/0-3145728'))
    leaver.socket.resetAndDestroy()
    await stayer.head()
    assert.equal(Buffer.compare(await stayer.take(3 * MIB), content.subarray(0, 3 * MIB)), 0)
    stayer.socket.destroy()
  }
  await settled(() => watch.lent === 0)
})

test('damage in the middle breaks the connection before any byte of its chunk', { skip }, async (t) => {
  const { port, watch, folder } = await serve(t)
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const [entry] = names.filter((each) => each.isFile())
  assert.ok(entry)
  const file = await open(join(entry.parentPath ?? entry.path, entry.name), 'r+')
  await file.write(Buffer.from([(content[9 * MIB + 1] ?? 0) ^ 4]), 0, 1, 4096 + 9 * MIB + 1)
  await file.close()
  const client = await Client.open(port)
  client.socket.write(request())
  await client.head()
  assert.equal(Buffer.compare(await client.take(MIB), content.subarray(0, MIB)), 0)
  await once(client.socket, 'close')
  assert.ok(client.received <= 8 * MIB)
  await settled(() => watch.lent === 0)
})

test('where the descriptor is not told, or TLS stands before it, all goes through node', { skip }, async (t) => {
  const blob = await stored(t)
  const hidden: ((socket: Socket) => void)[] = [
    (socket) => Object.assign(socket, { encrypted: true }),
    (socket) => Object.defineProperty(Reflect.get(socket, '_handle'), 'fd', { value: undefined }),
    (socket) => Object.defineProperty(Reflect.get(socket, '_handle'), 'constructor', { value: class Other {} }),
  ]
  for (const hide of [...hidden, () => {}]) {
    const watch: Watch = { lent: 0, pieces: 0, direct: 0 }
    const handle = serving(blob, watch)
    const server = createServer(async (message, response) => {
      hide(message.socket)
      const answer = await handle({ method: 'GET', target: '/' })
      await sendResponse(response, answer, { idleTimeoutMs: 10_000, close: false })
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const client = await Client.open((server.address() as AddressInfo).port)
    client.socket.write(request())
    await client.head()
    assert.equal(Buffer.compare(await client.take(content.length), content), 0)
    await settled(() => watch.lent === 0)
    assert.equal(watch.direct > 0, !hidden.includes(hide))
    client.socket.destroy()
    server.close()
  }
})

test('a body without a length goes through node, which frames it', { skip }, async (t) => {
  const { store, id } = await stored(t)
  const watch: Watch = { lent: 0, pieces: 0, direct: 0 }
  const { port } = await listen(t, async () => ({
    status: 200,
    headers: [],
    body: watched(store.read(id, { start: 0, end: 2 * MIB }), watch),
    log: { requestId: 'TEST' },
  }))
  const response = await fetch(`http://127.0.0.1:${port}/`)
  assert.equal(Buffer.compare(Buffer.from(await response.arrayBuffer()), content.subarray(0, 2 * MIB)), 0)
  assert.equal(watch.pieces, 2)
  assert.equal(watch.direct, 0)
  await settled(() => watch.lent === 0)
})
