import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listen, rawConnection, text } from '../testing/http.js'
import { publicKeyUrl } from './public-key.js'

const PEM = '-----BEGIN PUBLIC KEY-----\n'

test('the public key is served without a signature, where the path is not an object', async (t) => {
  const health = { domains: ['oss.test'], unready: async () => undefined }
  const { port } = await listen(t, async () => text(418, 'service'), { publicKey: async () => PEM, health })
  const get = async (host: string, target = '/-/callback/public-key.pem', method = 'GET') => {
    const client = await rawConnection(port)
    await client.send(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    return client.closed()
  }
  for (const host of ['127.0.0.1', 'oss.test', 'localhost:9000']) assert.ok((await get(host)).endsWith(PEM), host)
  const head = await get('127.0.0.1', undefined, 'HEAD')
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n/)
  assert.match(head, /\r\nContent-Length: 27\r\n/)
  assert.ok(head.endsWith('\r\n\r\n'))
  for (const response of [await get('bkt.oss.test'), await get('127.0.0.1', '/-/callback/other.pem')]) {
    assert.match(response, /^HTTP\/1\.1 418 /)
  }
  const put = await get('127.0.0.1', undefined, 'PUT')
  assert.match(put, /^HTTP\/1\.1 405 /)
  assert.match(put, /\r\nAllow: GET, HEAD\r\n/)
})

test('the URL of the key is based on the address that reached the server, without bucket labels and invented host names', () => {
  const url = (host: string) => publicKeyUrl({ scheme: 'http', host, localAddress: '10.0.0.5:9000' }, ['oss.test'])
  assert.equal(url('192.168.1.5:9000'), 'http://192.168.1.5:9000/-/callback/public-key.pem')
  assert.equal(url('oss.test:9000'), 'http://oss.test:9000/-/callback/public-key.pem')
  assert.equal(url('bkt.oss.test:9000'), 'http://oss.test:9000/-/callback/public-key.pem')
  assert.equal(url('bkt.localhost'), 'http://localhost/-/callback/public-key.pem')
  assert.equal(url('bkt.oss-cn-hangzhou.aliyuncs.com'), 'http://10.0.0.5:9000/-/callback/public-key.pem')
  assert.equal(url('oss-cn-hangzhou.aliyuncs.com:80'), 'http://10.0.0.5:9000/-/callback/public-key.pem')
})
