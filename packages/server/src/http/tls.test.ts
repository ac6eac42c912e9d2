import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { get } from 'node:https'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { Failure } from '../failure.js'
import { CERTIFICATES } from '../testing/certificates.js'
import { listen, rawConnection, text } from '../testing/http.js'
import { isOpenInPlainText } from '../tls-files.js'
import type { TlsFiles } from './certificate.js'

type Name = keyof typeof CERTIFICATES

function filesOf(t: TestContext, name: Name): TlsFiles & { write(name: Name): void } {
  const folder = newFolder(t, 'bindery-tls-')
  const files = { certificate: path.join(folder, 'server.crt'), key: path.join(folder, 'server.key') }
  const write = (other: Name) => {
    writeFileSync(files.certificate, CERTIFICATES[other].certificate)
    writeFileSync(files.key, CERTIFICATES[other].key)
  }
  write(name)
  return { ...files, write }
}

/** A connection that trusts nothing but one certificate. */
function connected(port: number, trusted: Name): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca: CERTIFICATES[trusted].certificate }, () => resolve(socket))
    socket.on('error', reject)
  })
}

test('a server with a certificate speaks TLS, and its requests are known to be secure', async (t) => {
  const { port } = await listen(t, async ({ scheme }) => text(200, scheme), { tls: filesOf(t, 'one') })
  const body = await new Promise<string>((resolve, reject) => {
    const ca = CERTIFICATES.one.certificate
    get({ port, host: '127.0.0.1', path: '/bkt/key', ca, agent: false }, (response) => {
      response.setEncoding('utf8').on('data', resolve)
    }).on('error', reject)
  })
  assert.equal(body, 'https')
  const old = connect({ port, host: '127.0.0.1', ca: CERTIFICATES.one.certificate, maxVersion: 'TLSv1.1' })
  await assert.rejects(new Promise((resolve, reject) => old.on('secureConnect', resolve).on('error', reject)))
})

test('a client that half-closes over TLS gets all answers, and then the connection closes', async (t) => {
  const body = 'x'.repeat(8 * 1024 ** 2)
  const { port } = await listen(t, async () => text(200, body), { tls: filesOf(t, 'one') })
  const options = { port, host: '127.0.0.1', ca: CERTIFICATES.one.certificate, allowHalfOpen: true }
  const client = connect(options)
  client.end('GET / HTTP/1.1\r\nHost: h\r\n\r\n'.repeat(3))
  let received = ''
  client.setEncoding('latin1')
  for await (const piece of client) received += piece
  assert.equal([...received.matchAll(/\r\n\r\n(x+)/g)].filter(([, bytes]) => bytes?.length === body.length).length, 3)
})

test('a client that leaves before the handshake has ended is gone at once', async (t) => {
  const { port, server } = await listen(t, async () => text(200, 'x'), { tls: filesOf(t, 'one') })
  for (const begun of ['', '\x16\x03\x01']) {
    const client = await rawConnection(port)
    const before = performance.now()
    client.socket.end(begun, 'latin1')
    assert.equal(await client.closed(), '')
    assert.ok(performance.now() - before < 5_000)
  }
  assert.equal(await server.stop(60_000), 0)
})

test('a renewed certificate is used for new connections without a restart, and open ones go on', async (t) => {
  const files = filesOf(t, 'one')
  const { port } = await listen(t, async () => text(200, 'ok'), { tls: files })
  const before = await connected(port, 'one')
  files.write('two')
  let after: TLSSocket | undefined
  while (after === undefined) after = await connected(port, 'two').catch(() => undefined)
  assert.equal(after.getPeerCertificate().subject.CN, 'two.test')
  before.write('GET /bkt/key HTTP/1.1\r\nHost: h\r\n\r\n')
  const [answer] = await new Promise<Buffer[]>((resolve) => before.once('data', (...all) => resolve(all)))
  assert.match(String(answer), /^HTTP\/1.1 200 /)
  for (const socket of [before, after]) socket.destroy()
})

test('a key that belongs to another certificate keeps the server from starting', async (t) => {
  const files = filesOf(t, 'one')
  writeFileSync(files.key, CERTIFICATES.two.key)
  await assert.rejects(
    listen(t, async () => text(200, 'ok'), { tls: files }),
    (error) => error instanceof Failure && error.kind === 'certificateUnusable',
  )
})

test('a server that other machines reach without TLS is warned about, unless a proxy is trusted', () => {
  const open = (host: string, more: object = {}) =>
    isOpenInPlainText({ host, trustedProxies: [], tlsCertificate: undefined, tlsKey: undefined, ...more })
  assert.deepEqual(
    ['127.0.0.1', '127.1.2.3', '::1', 'localhost'].map((host) => open(host)),
    [false, false, false, false],
  )
  assert.deepEqual(
    ['0.0.0.0', '::', '10.0.0.1', 'store.example'].map((host) => open(host)),
    [true, true, true, true],
  )
  assert.equal(open('0.0.0.0', { trustedProxies: ['10.0.0.0/8'] }), false)
  assert.equal(open('0.0.0.0', { tlsCertificate: 'a', tlsKey: 'b' }), false)
})
