import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadNative } from '@bindery/digest'
import type { LentBody } from '@bindery/service'
import type { LentBytes } from '@bindery/storage'
import { atEnd, newFolder } from '../../../../../test/support/at-end.mjs'
import { onTmpfs } from '../../../../../test/support/tmpfs.mjs'
import { GET, LOG, lengthOf, settled } from '../../testing/answers.js'
import { listen, rawConnection, text } from '../../testing/http.js'
import type { Answered } from '../recent-requests.js'

const MIB = 1024 * 1024
const native = loadNative()
const skip = onTmpfs || (native?.openConnections === undefined && 'the addon owns no connections here')
const content = Buffer.alloc(24 * MIB + 4_321)
for (let at = 0; at + 4 < content.length; at += 64) content.writeUInt32LE(Math.imul(at + 1, 0x9e3779b1) >>> 0, at)

/** Bodies of `content` in a file, of which bytes go through memory where `isRead` returns true. */
function bodies(t: TestContext, isRead: (at: number) => boolean, failure?: Error) {
  const path = join(newFolder(t, 'bindery-passed-'), 'content')
  writeFileSync(path, content)
  const fd = openSync(path, 'r')
  const watch = native?.watchFile({ fd, start: 0, size: content.length, chunkBytes: MIB }, 0)
  assert.ok(watch !== undefined && readFileSync(path).equals(content))
  for (let index = 0; index * MIB < content.length; index++) {
    assert.ok(watch.map(index))
    watch.note(index)
  }
  atEnd(t, () => {
    watch.end()
    closeSync(fd)
  })
  const state = { lent: 0, closed: 0, passed: 0 }
  const newBody = (): LentBody => {
    let at = 0
    async function* pieces(): AsyncGenerator<LentBytes> {
      while (at < content.length) {
        await sleep(1)
        if (failure !== undefined) throw failure
        const bytes = content.subarray(at, at + 1_000_000)
        at += bytes.length
        state.lent += 1
        const release = () => {
          state.lent -= 1
        }
        yield { bytes, release }
      }
    }
    const iterator = pieces()
    return {
      [Symbol.asyncIterator]: () => iterator,
      get left() {
        return content.length - at
      },
      pass(socket, passed) {
        if (isRead(at)) {
          passed(0)
          return
        }
        // the first of them one by one, so that it is seen that it has begun
        const most = at < 2 * MIB || isRead(at + MIB) ? MIB : content.length - at
        watch.pass(socket, at, Math.min(most, content.length - at), (bytes) => {
          at += bytes
          state.passed += bytes
          passed(bytes)
        })
      },
      async close() {
        state.closed += 1
      },
    }
  }
  const answer = () => ({ status: 200, headers: [lengthOf(content.length)], body: newBody(), log: LOG })
  return { state, answer }
}

test('a body comes whole, whatever of it is passed and whatever is read, and the connection carries the next', {
  skip,
}, async (t) => {
  for (const isRead of [() => false, (at: number) => at % 3 === 1 || at % 5 === 0, () => true]) {
    const { answer, state } = bodies(t, isRead)
    const { port } = await listen(t, async ({ target, passes }) => {
      assert.equal(passes, target === '/small' ? passes : true)
      return target === '/small' ? text(200, 'done') : answer()
    })
    const client = await rawConnection(port)
    for (const last of [false, true]) {
      await client.send(GET)
      client.socket.pause()
      await sleep(20)
      // it waits for the answer before it
      await client.send(`GET /small HTTP/1.1\r\nHost: h\r\n${last ? 'Connection: close\r\n' : ''}\r\n`)
      client.socket.resume()
      await settled(() => state.closed === (last ? 2 : 1))
    }
    const answers = (await client.closed()).split('HTTP/1.1 200 OK\r\n').slice(1)
    const received = answers.map((one) => Buffer.from(one.slice(one.indexOf('\r\n\r\n') + 4), 'latin1'))
    assert.equal(received.length, 4)
    for (const [index, body] of received.entries()) {
      assert.ok(body.equals(index % 2 === 0 ? content : Buffer.from('done')), `answer ${index}`)
    }
    assert.equal(state.closed, 2)
    assert.equal(state.lent, 0)
  }
})

test('a body that is passed is closed when its reader leaves, takes nothing for too long, or it cannot be read', {
  skip,
}, async (t) => {
  const atMiddle = (at: number) => at >= 5 * MIB
  const cases = [
    { of: bodies(t, () => false), leave: true },
    { of: bodies(t, () => false), leave: false },
    { of: bodies(t, atMiddle, new Error('damaged')), leave: false },
  ]
  for (const [index, { of, leave }] of cases.entries()) {
    const answered: Answered[] = []
    const onAnswered = (one: Answered) => answered.push(one)
    const { port, server } = await listen(t, async () => of.answer(), { idleTimeoutMs: 300, onAnswered })
    const client = await rawConnection(port)
    if (index < 2) client.socket.pause()
    await client.send(GET)
    await settled(() => of.state.passed > 0)
    if (leave) client.socket.resetAndDestroy()
    await settled(() => answered.length === 1)
    assert.equal(of.state.closed, 1)
    assert.equal(of.state.lent, 0)
    assert.equal(answered[0]?.bytesSent, of.state.passed)
    assert.ok(of.state.passed < content.length)
    assert.deepEqual([...server.running], [[undefined, 0]])
    client.socket.destroy()
  }
})

test('bodies of many connections come whole at the same time, from memory and passed, while other readers leave', {
  skip,
}, async (t) => {
  const { answer, state } = bodies(t, (at) => at % 7 === 3)
  const bytes = content.subarray(0, 3 * MIB)
  const whole = () => ({ status: 200, headers: [lengthOf(bytes.length)], body: bytes, log: LOG })
  const { port, server } = await listen(t, async ({ target }) => {
    if (target === '/end') return text(200, 'done')
    return target === '/whole' ? whole() : answer()
  })
  const clients = await Promise.all(Array.from({ length: 9 }, () => rawConnection(port)))
  for (const { socket } of clients) socket.pause()
  const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: h\r\n`
  await Promise.all(clients.map((one, index) => one.send(`${get(index % 3 === 1 ? '/whole' : '/passed')}\r\n`)))
  await settled(() => state.passed > 0)
  const received = clients.map(async (client, index) => {
    if (index % 3 === 2) client.socket.resetAndDestroy()
    else {
      client.socket.resume()
      await client.send(`${get('/end')}Connection: close\r\n\r\n`)
    }
    return index % 3 === 2 ? undefined : client.closed()
  })
  for (const [index, answers] of (await Promise.all(received)).entries()) {
    if (answers === undefined) continue
    const expected = index % 3 === 1 ? bytes : content
    const rest = Buffer.from(answers.slice(answers.indexOf('\r\n\r\n') + 4), 'latin1')
    assert.ok(rest.subarray(0, expected.length).equals(expected), `answer ${index}`)
    assert.match(rest.subarray(expected.length).toString('latin1'), /^HTTP.1.1 200 OK.*done$/s)
  }
  await settled(() => state.closed === 6 && [...server.running.values()].every((count) => count === 0))
  assert.equal(state.lent, 0)
})
