import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { test } from 'node:test'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { startProxy } from '../testing/proxy.js'
import { startShared } from '../testing/shared.js'
import { runWith } from '../testing/support.js'

const { server, client, folder, env, bindery, succeed, newFile } = await startShared()

test('requests go through a proxy that a flag, a variable or a profile names', async (t) => {
  const proxy = await startProxy(t)
  const file = await newFile('proxied', 'through')
  await succeed(['cp', file, 'oss://demo/a/../proxied 1', '--proxy', proxy.url])
  assert.equal(Buffer.from(await client.get('a/../proxied 1')).toString(), 'through')
  assert.ok(proxy.seen.every((target) => target.startsWith(`${server.endpoint}/demo`)))
  const count = proxy.seen.length
  await runWith(server, ['ls', 'oss://demo'], { env: { ...env, OSS_PROXY: proxy.url } })
  assert.equal(proxy.seen.length, count + 1)
  await succeed(['config', 'set', 'proxy', proxy.url, '--profile', 'proxied'])
  await succeed(['ls', 'oss://demo', '--profile', 'proxied'])
  assert.equal(proxy.seen.length, count + 2)
  const refused = await bindery(['ls', '--proxy', proxy.url.replace('secret', 'wrong')])
  assert.match(refused.stderr, /407/)
  assert.equal(refused.code, 2)
  const wrong = await bindery(['ls', '--proxy', 'socks4://me:hidden@127.0.0.1:1'])
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /--proxy cannot be "socks4:.*Expected: http:/)
  assert.doesNotMatch(wrong.stderr, /hidden/)
})

test('a proxy that does not answer is named, and not the server alone', async () => {
  for (const proxy of ['http://127.0.0.1:1', 'socks5://127.0.0.1:1']) {
    const { code, stderr } = await bindery(['ls', '--proxy', proxy, '--retry-times', '1'])
    assert.equal(code, 3)
    assert.match(stderr, /no answer from .*the proxy 127\.0\.0\.1:1 .*ECONNREFUSED.*--proxy URL or OSS_PROXY/)
  }
})

test('a server that does not answer is given up after --read-timeout, and one without TLS after --connect-timeout', async (t) => {
  const silent = net.createServer((socket) => socket.on('error', () => {}))
  silent.listen(0, '127.0.0.1')
  atEnd(t, () => silent.close())
  await once(silent, 'listening')
  const port = (silent.address() as AddressInfo).port
  const single = ['--retry-times', '1']
  const read = await bindery(['ls', '-e', `http://127.0.0.1:${port}`, '--read-timeout', '1', ...single])
  assert.equal(read.code, 3)
  assert.match(read.stderr, /1000 ms/)
  const connect = await bindery(['ls', '-e', `https://127.0.0.1:${port}`, '--connect-timeout', '1s', ...single])
  assert.equal(connect.code, 3)
  assert.match(connect.stderr, /no connection to 127\.0\.0\.1:\d+ within 1000 ms/)
  assert.equal((await bindery(['ls', '--read-timeout', '0'])).code, 1)
})

test('connections begin at the address of --bind-address', { skip: process.platform !== 'linux' }, async () => {
  const log = path.join(folder, 'bound.log')
  await succeed(['ls', 'oss://demo', '--bind-address', '127.0.0.9', '--log-file', log])
  const { code, stderr } = await bindery(['ls', '--bind-address', '192.0.2.1', '--retry-times', '1', '--log-file', log])
  assert.equal(code, 3, stderr)
  assert.match(await readFile(log, 'utf8'), /EADDRNOTAVAIL/)
  assert.equal((await bindery(['ls', '--bind-address', 'localhost'])).code, 1)
})

test('requests are logged: those that fail, or all, on standard error or in a file, and never with a signature', async () => {
  await client.put('logged', 'x')
  const log = path.join(folder, 'requests.log')
  await succeed(['cat', 'oss://demo/logged', '--log-file', log])
  const text = await readFile(log, 'utf8')
  assert.match(
    text,
    /^\d{4}-\S+Z GetObject GET http:\S+\/demo\/logged 200 attempt=1 ms=\d+ sent=0 received=1 requestId=\w+\n/m,
  )
  assert.doesNotMatch(text, /ignature/)
  assert.equal((await bindery(['stat', 'oss://demo/logged', '--loglevel', 'info'])).stderr, '')
  const { stdout, stderr } = await bindery(['stat', 'oss://demo/none', '--loglevel', 'info'])
  assert.match(stderr, /HEAD \S+\/none 404 /)
  assert.equal(stdout, '')
  assert.match((await bindery(['stat', 'oss://demo/logged', '--loglevel', 'debug'])).stderr, /HEAD \S+\/logged 200 /)
  const unwritable = await bindery(['ls', '--log-file', path.join(folder, 'none', 'x.log')])
  assert.deepEqual([unwritable.code, /cannot be written/.test(unwritable.stderr)], [1, true])
})

test('--ignore-env-var leaves the variables of the server and of the key alone', async () => {
  const key = ['-e', server.endpoint, '-i', server.accessKeyId, '-k', server.accessKeySecret]
  const wrong = { ...env, OSS_SIGN_VERSION: 'v9', OSS_ENDPOINT: 'http://127.0.0.1:1' }
  assert.equal((await runWith(server, ['ls', ...key], { env: wrong })).code, 1)
  assert.equal((await runWith(server, ['ls', '--ignore-env-var', ...key], { env: wrong })).code, 0)
})
