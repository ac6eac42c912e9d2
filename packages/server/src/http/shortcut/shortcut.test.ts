import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { SentAnswer } from '@bindery/service'
import { answerOf, GET, LARGE, LOG, lender, lengthOf, settled, whole } from '../../testing/answers.js'
import { echo, listen, READERS, rawConnection, text } from '../../testing/http.js'
import type { HttpReader } from '../http-server.js'
import type { Answered } from '../recent-requests.js'

/** Facts that both ways report alike. With HEAD `node:http` counts a body that it does not send. */
function factsOf({ answer, method, target, bytesReceived, bytesSent, userAgent, remote, traceparent }: Answered) {
  return {
    status: answer.status,
    failed: answer.log.failure !== undefined,
    method,
    target,
    bytesReceived,
    bytesSent: method === 'HEAD' ? 0 : bytesSent,
    userAgent,
    remote,
    traceparent,
  }
}

interface Seen {
  readonly received: string
  readonly answered: unknown[]
  readonly sent: unknown[]
}

/** An answer without the lines that delimit its chunks, which newer versions of Node.js join. */
function unframed(received: string): string {
  const [head = '', ...rest] = received.split('\r\n\r\n')
  if (!head.includes('Transfer-Encoding: chunked')) return received
  const framed = rest.join('\r\n\r\n')
  assert.ok(framed.endsWith('0\r\n\r\n'))
  return `${head}\n${framed.replace(/(^|\r\n)[\da-f]+\r\n/g, '')}`
}

async function exchange(t: TestContext, reader: HttpReader, request: string): Promise<Seen> {
  const answered: unknown[] = []
  const sent: unknown[] = []
  const onSent = ({ bytes, requestBytes, receivedBytes, httpVersion }: SentAnswer) =>
    sent.push({ bytes: request.startsWith('HEAD') ? 0 : bytes, requestBytes, receivedBytes, httpVersion })
  const { port } = await listen(t, async (one) => ({ ...answerOf(one), onSent }), {
    reader,
    onAnswered: (one) => answered.push(factsOf(one)),
  })
  const client = await rawConnection(port)
  await client.send(request)
  client.socket.end()
  const received = await client.closed()
  await settled(() => answered.length > 0)
  // Node.js keeps the reason of the head that it could not write
  const read = unframed(received)
    .replace('500 OK', '500 Internal Server Error')
    .replace(/^(Date: (?!Mon, 05)).*/gm, '$1')
  return { received: read, answered, sent }
}

test('answers of all forms are sent, counted and logged as by node:http', async (t) => {
  const targets = [
    'none',
    'unchanged',
    'no-length',
    'dated',
    'bytes',
    'bytes-without-length',
    'large',
    'lent',
    'lent-large',
  ]
  for (const target of [...targets, 'pieces', 'chunks', 'split-header', 'blank-in-name']) {
    for (const method of ['GET', 'HEAD']) {
      const request = `${method} /${target} HTTP/1.1\r\nHost: h\r\nUser-Agent: u/1\r\ntraceparent: p\r\n\r\n`
      const [own, ofSocket, theirs] = await Promise.all(READERS.map((reader) => exchange(t, reader, request)))
      assert.deepEqual(own, theirs, `${method} ${target}`)
      assert.deepEqual(ofSocket, theirs, `${method} ${target}`)
    }
  }
})

test('an answer whose body cannot be read to its end is cut, and noted as by node:http', async (t) => {
  const request = 'GET /cut HTTP/1.1\r\nHost: h\r\n\r\n'
  const theirs = await exchange(t, 'node', request)
  for (const reader of READERS) {
    const own = await exchange(t, reader, request)
    assert.deepEqual([own.answered, own.sent], [theirs.answered, []])
    assert.ok(own.received.length < LARGE.length)
  }
})

test('a body that arrived with its head is read in pieces of any size, and the rest is not taken for a request', async (t) => {
  const { port } = await listen(t, (request) => echo(request, (bytes) => `[${bytes.length} ${bytes}]`))
  const client = await rawConnection(port)
  const put = `PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: ${GET.length}\r\n\r\n${GET}`
  await client.send(put)
  await client.until(`[${GET.length} ${GET}]`)
  await client.send('DELETE /k HTTP/1.1\r\nHost: h\r\n\r\n')
  const received = await client.until('[0 ]')
  assert.equal(received.split('HTTP/1.1 200').length, 3)
  client.socket.destroy()
})

test('requests that come before the answer to the one before wait for it, and are answered in order', async (t) => {
  let running = 0
  const { port } = await listen(t, async ({ target }) => {
    assert.equal(running, 0)
    running += 1
    await new Promise((resolve) => setTimeout(resolve, 20))
    running -= 1
    return text(200, `[${target}]`)
  })
  const client = await rawConnection(port)
  const targets = Array.from({ length: 12 }, (_, index) => `/${index}`)
  for (const target of targets) {
    await client.send(`GET ${target} HTTP/1.1\r\nHost: h\r\n${target === '/7' ? 'A: 1\r\nA: 2\r\n' : ''}\r\n`)
    await new Promise((resolve) => setTimeout(resolve, 7))
  }
  const received = await client.until('[/11]')
  assert.deepEqual(
    [...received.matchAll(/\[(\S+)\]/g)].map(([, target]) => target),
    targets,
  )
  client.socket.destroy()
})

test('a stop lets a request complete that the shortcut handles, and closes its connection', async (t) => {
  let goOn = () => {}
  const mayAnswer = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let isHandled = false
  const { port, server } = await listen(t, async () => {
    isHandled = true
    await mayAnswer
    return text(200, 'done')
  })
  const [busy, idle] = [await rawConnection(port), await rawConnection(port)]
  await busy.send(GET)
  await settled(() => isHandled)
  const stopped = server.stop(10_000)
  await idle.closed()
  goOn()
  assert.match(await busy.closed(), /200 OK\r\n.*Connection: close\r\n\r\ndone$/s)
  assert.equal(await stopped, 0)
})

test('a client that leaves before its answer is noted as cut, and the body is released', async (t) => {
  const { body, lent } = whole(LARGE)
  const answered: Answered[] = []
  let goOn = () => {}
  const mayAnswer = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const { port, server } = await listen(
    t,
    async () => {
      await mayAnswer
      return { status: 200, headers: [lengthOf(LARGE.length)], body, log: LOG }
    },
    { onAnswered: (one) => answered.push(one) },
  )
  const client = await rawConnection(port)
  await client.send(GET)
  await settled(() => server.running.get(undefined) === 1)
  client.socket.resetAndDestroy()
  await new Promise((resolve) => setTimeout(resolve, 50))
  goOn()
  await settled(() => answered.length === 1)
  assert.equal(answered[0]?.bytesSent, 0)
  assert.equal(lent(), 0)
  assert.deepEqual([...server.running], [[undefined, 0]])
})

test('a reader that takes nothing loses its connection, and what it was sent is released', async (t) => {
  const huge = Buffer.alloc(20_000_000)
  for (const lend of [() => whole(huge), () => lender(Array.from({ length: 20 }, () => huge.subarray(0, 1_000_000)))]) {
    const { body, lent } = lend()
    const answered: Answered[] = []
    const { port } = await listen(t, async () => ({ status: 200, headers: [lengthOf(huge.length)], body, log: LOG }), {
      idleTimeoutMs: 200,
      onAnswered: (one) => answered.push(one),
    })
    const client = await rawConnection(port)
    client.socket.pause()
    await client.send(GET)
    await settled(() => answered.length === 1)
    await settled(() => lent() === 0)
    client.socket.destroy()
  }
})
