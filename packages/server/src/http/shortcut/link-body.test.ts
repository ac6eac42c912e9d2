import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { ServiceRequest } from '@bindery/service'
import { bodyOf, echo, listen, READERS, rawConnection, text } from '../../testing/http.js'
import type { HttpReader } from '../http-server.js'
import type { Answered } from '../recent-requests.js'

const MIB = 1024 ** 2
const LARGE = Buffer.alloc(300_000, 'x')
const head = (target: string, bytes: number) => `PUT ${target} HTTP/1.1\r\nHost: h\r\nContent-Length: ${bytes}\r\n\r\n`
const length = ({ length: bytes }: Buffer) => `[${bytes}]`

async function serve(
  t: TestContext,
  reader: HttpReader,
  handle: (request: ServiceRequest) => ReturnType<typeof echo>,
  idleTimeoutMs = 60_000,
) {
  const answered: Answered[] = []
  const { port } = await listen(t, handle, { reader, idleTimeoutMs, onAnswered: (one) => answered.push(one) })
  return { answered, client: await rawConnection(port) }
}

async function settled(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('the next request may follow in the same piece as the end of a body', async (t) => {
  for (const reader of READERS) {
    const { client, answered } = await serve(t, reader, (request) => echo(request, length))
    await client.send(head('/a', LARGE.length))
    await client.send(LARGE.subarray(0, 100_000))
    await client.send(Buffer.concat([LARGE.subarray(100_000), Buffer.from(head('/b', 5))]))
    await client.send(Buffer.concat([Buffer.from('hello'), Buffer.from(head('/c', 3))]))
    await client.send('abc')
    const received = await client.until('[3]')
    assert.deepEqual(received.match(/\[\d+\]/g), ['[300000]', '[5]', '[3]'])
    assert.deepEqual(
      answered.map(({ bytesReceived }) => bytesReceived),
      [300_000, 5, 3],
    )
    client.socket.destroy()
  }
})

test('a small rest of a body that is not read is discarded, and the connection is kept', async (t) => {
  for (const reader of READERS) {
    const { client, answered } = await serve(t, reader, async ({ target }) => text(403, `[${target}]`))
    await client.send(head('/a', LARGE.length))
    await client.until('[/a]')
    await client.send(Buffer.concat([LARGE, Buffer.from('GET /b HTTP/1.1\r\nHost: h\r\n\r\n')]))
    assert.doesNotMatch(await client.until('[/b]'), /Connection: close/)
    assert.equal(answered[0]?.bytesReceived, LARGE.length)
    client.socket.destroy()
  }
})

test('a large rest of a body that is not read is discarded too, and the connection closes', async (t) => {
  for (const reader of READERS) {
    const { client, answered } = await serve(t, reader, async () => text(403, 'refused'))
    await client.send(head('/a', 4 * MIB))
    await client.until('refused')
    await client.send(Buffer.alloc(3 * MIB))
    await client.send(Buffer.concat([Buffer.alloc(MIB), Buffer.from(head('/b', 5))]))
    const received = await client.closed()
    assert.match(received, /^HTTP\/1\.1 403 Forbidden\r\n.*Connection: close\r\n.*refused$/s)
    assert.deepEqual(
      answered.map(({ bytesReceived }) => bytesReceived),
      [4 * MIB],
    )
  }
})

test('a rest that does not come is not waited for when its sender leaves', async (t) => {
  for (const reader of READERS) {
    const { client, answered } = await serve(t, reader, async () => text(403, 'refused'))
    await client.send(head('/a', 10))
    await client.until('refused')
    const leftAt = performance.now()
    client.socket.end()
    await client.closed()
    await settled(() => answered.length === 1)
    assert.ok(performance.now() - leftAt < 4_000)
  }
})

test('a body that is not read stays with its sender', async (t) => {
  for (const reader of READERS) {
    let goOn = () => {}
    const mayRead = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const { client } = await serve(t, reader, async (request) => {
      await mayRead
      return text(200, length(await bodyOf(request)))
    })
    const body = Buffer.alloc(64 * MIB)
    await client.send(head('/a', body.length))
    const sent = client.send(body)
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.ok(client.socket.writableLength > 0)
    goOn()
    await sent
    await client.until(`[${body.length}]`)
    client.socket.destroy()
  }
})

test('a sender that leaves or falls silent within a body fails it, and what came is counted', async (t) => {
  const leaving: [string, (socket: Socket) => unknown, idleTimeoutMs: number][] = [
    ['incompleteBody', (socket) => socket.end(), 60_000],
    ['incompleteBody', (socket) => socket.resetAndDestroy(), 60_000],
    ['requestTimeout', () => undefined, 500],
  ]
  for (const reader of READERS) {
    for (const [expected, leave, idleTimeoutMs] of leaving) {
      let reason: unknown
      let read = 0
      const handle = async ({ body }: ServiceRequest) => {
        try {
          for (const buffer = Buffer.alloc(64 * 1024); ; ) {
            await body.ready()
            read += await body.read(buffer)
          }
        } catch (error) {
          ;({ reason } = error as { reason?: unknown })
          return text(400, 'failed')
        }
      }
      const { client, answered } = await serve(t, reader, handle, idleTimeoutMs)
      await client.send(head('/a', LARGE.length))
      await client.send(LARGE.subarray(0, 100_000))
      await settled(() => read === 100_000)
      leave(client.socket)
      await settled(() => answered.length === 1)
      assert.equal(reason, expected)
      assert.equal(answered[0]?.bytesReceived, 100_000)
      if (!client.socket.destroyed) assert.match(await client.closed(), /^HTTP\/1\.1 400 /)
    }
  }
})
