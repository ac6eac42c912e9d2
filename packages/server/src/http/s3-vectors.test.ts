import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { BUCKET, call, ROOT } from '@bindery/service/testing'
import { rawConnection } from '../testing/http.js'
import { openWire } from '../testing/wire.js'

const TOKEN = 'session/token=='
const KEY = { ...ROOT, accessKeyId: 'AKIDBINDERY', accessKeySecret: 'sekret/Bindery+Key' }
const SESSION = { securityToken: TOKEN, expiresAt: Date.UTC(2026, 0, 6) }

/** A key that signs with a token and without, as botocore did when it made the vectors, at the same time. */
const accessKeys = {
  find: (id: string, token: string | undefined) =>
    id === ROOT.accessKeyId ? ROOT : token === undefined ? KEY : { ...KEY, session: SESSION },
}

const PRESIGNED =
  'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDBINDERY%2F20260105%2Fcn-hangzhou%2Fs3%2Faws4_request&X-Amz-Date=20260105T080000Z&X-Amz-SignedHeaders=host'

/** The status line and the rest of the answer to a request that is sent as these bytes. */
async function send(t: TestContext, lines: readonly string[], body = ''): Promise<string> {
  const { port, started } = await openWire(t, { accessKeys })
  await call(started, { method: 'PUT', bucket: BUCKET })
  await call(started, { method: 'PUT', bucket: BUCKET, key: 'dir/a.bin', body: 'content' })
  const client = await rawConnection(port)
  await client.send(`${[...lines, 'Host: 127.0.0.1:9000', 'Connection: close'].join('\r\n')}\r\n\r\n${body}`)
  return client.closed()
}

const GET = `/bkt/dir/a.bin?response-content-disposition=attachment%3B%20filename%3D%22x%20y.bin%22&${PRESIGNED}&X-Amz-Expires=900&X-Amz-Security-Token=session%2Ftoken%3D%3D`

test("botocore's presigned GET with a token is served", async (t) => {
  const signature = '1942676b10c812e46aede0c5e86d4f5f24bdec3abbf5dec17332ba7c46035900'
  const answer = await send(t, [`GET ${GET}&X-Amz-Signature=${signature} HTTP/1.1`])
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/)
  assert.match(answer, /\r\nContent-Disposition: attachment; filename="x y\.bin"\r\n/)
  assert.ok(answer.endsWith('\r\n\r\ncontent'))
})

test('a presigned GET with another signature, or without its token, is refused', async (t) => {
  const signature = '0942676b10c812e46aede0c5e86d4f5f24bdec3abbf5dec17332ba7c46035900'
  assert.match(await send(t, [`GET ${GET}&X-Amz-Signature=${signature} HTTP/1.1`]), /<Code>SignatureDoesNotMatch</)
  const bare = GET.replace('&X-Amz-Security-Token=session%2Ftoken%3D%3D', '')
  const right = '1942676b10c812e46aede0c5e86d4f5f24bdec3abbf5dec17332ba7c46035900'
  assert.match(await send(t, [`GET ${bare}&X-Amz-Signature=${right} HTTP/1.1`]), /^HTTP\/1\.1 403 Forbidden\r\n/)
})

test("botocore's presigned PUT of a part is taken for what it is", async (t) => {
  const part = `/bkt/dir/a.bin?partNumber=1&uploadId=0123456789ABCDEF0123456789ABCDEF&${PRESIGNED}&X-Amz-Expires=604800`
  const put = (signature: string) =>
    send(t, [`PUT ${part}&X-Amz-Signature=${signature} HTTP/1.1`, 'Content-Length: 1'], 'x')
  const right = '1368ca570f2b05d9eed0205366e00328ca25c815911145058275add1b9f24db0'
  assert.match(await put(right), /^HTTP\/1\.1 404 Not Found\r\n.*<Code>NoSuchUpload</s)
  assert.match(await put(right.replace(/^1/, '2')), /^HTTP\/1\.1 403 Forbidden\r\n.*<Code>SignatureDoesNotMatch</s)
})
