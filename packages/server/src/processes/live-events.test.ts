import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { type IncomingMessage, request } from 'node:http'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { atEnd } from '../../../../test/support/at-end.mjs'

interface Server {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
  stop(): Promise<number | null>
  kill(): Promise<void>
}

const support = new URL('../../../../test/support/start-server.mjs', import.meta.url)
const { startServer } = (await import(support.href)) as {
  startServer(options: { readonly args: readonly string[] }): Promise<Server>
}

/** A request on a new connection, signed with V1; the query must be in signing order. */
function send(server: Server, method: string, target: string, body = ''): Promise<IncomingMessage> {
  const date = new Date().toUTCString()
  const text = `${method}\n\n\n${date}\n${target}`
  const signature = createHmac('sha1', server.accessKeySecret).update(text).digest('base64')
  const headers = { Date: date, Authorization: `OSS ${server.accessKeyId}:${signature}`, 'Content-Length': body.length }
  return new Promise((resolve, reject) => {
    const sent = request(new URL(target, server.endpoint), { method, headers, agent: false }, resolve)
    sent.on('error', reject)
    sent.end(body)
  })
}

async function answer(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of response.setEncoding('utf8')) text += piece
  assert.equal(response.statusCode, 200, text)
  return text
}

/** Resolves when the sweeper has freed all garbage, although feeds are open. */
async function swept(server: Server): Promise<void> {
  for (;;) {
    const { garbage } = JSON.parse(await answer(await send(server, 'GET', '/?x-oss-ext-status')))
    if (garbage.rows === 0) return
    await sleep(100)
  }
}

interface Feed {
  /** Resolves when the feed has reported an event of this type with this upload id. */
  reported(type: string, uploadId: string): Promise<void>
  readonly ended: Promise<unknown>
}

/** Resolves when the feed has begun. */
async function watch(server: Server): Promise<Feed> {
  const response = await send(server, 'GET', '/demo/?uploads&x-oss-ext-events')
  assert.equal(response.headers['content-type'], 'text/event-stream')
  assert.equal(response.headers['transfer-encoding'], 'chunked')
  let text = ''
  let wake = () => {}
  response.setEncoding('utf8').on('data', (piece) => {
    text += piece
    wake()
  })
  const ended = new Promise((resolve) => response.on('end', resolve))
  const until = async (isSo: () => boolean) => {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  await until(() => text.includes(': listening\n\n'))
  const has = (type: string, uploadId: string) =>
    text.split('\n\n').some((frame) => frame.includes(`event: ${type}\n`) && frame.includes(uploadId))
  return { reported: (type, uploadId) => until(() => has(type, uploadId)), ended }
}

for (const workers of ['1', '2']) {
  test(`with --workers ${workers}, every listener receives the events of every process, garbage is freed meanwhile, and SIGTERM ends the feeds`, async (t: TestContext) => {
    const server = await startServer({ args: ['--workers', workers, '--buckets', 'demo'] })
    atEnd(t, () => server.kill())
    const feeds = [await watch(server), await watch(server), await watch(server)]
    const uploadIds: string[] = []
    for (let n = 0; n < 4; n += 1) {
      const initiated = await answer(await send(server, 'POST', `/demo/k${n}?uploads`))
      const uploadId = /<UploadId>(.+)<\/UploadId>/.exec(initiated)?.[1] ?? ''
      uploadIds.push(uploadId)
      await answer(await send(server, 'PUT', `/demo/k${n}?partNumber=1&uploadId=${uploadId}`, 'hello'))
    }
    for (const feed of feeds) {
      for (const uploadId of uploadIds) {
        await feed.reported('initiated', uploadId)
        await feed.reported('part', uploadId)
      }
    }
    for (const body of ['first', 'second']) await answer(await send(server, 'PUT', '/demo/k0', body))
    await swept(server)
    const stopped = server.stop()
    await Promise.all(feeds.map(({ ended }) => ended))
    assert.equal(await stopped, 0)
  })
}
