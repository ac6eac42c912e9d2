// The configurations of docs/guides/proxies.md, with the real proxies in front of a server.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import OSS from 'ali-oss'
import { atEnd, newFolder } from '../support/at-end.mjs'
import { freePort } from '../support/free-port.mjs'
import { guideBlocks } from '../support/guide-blocks.mjs'
import { startServer } from '../support/start-server.mjs'

const configurations = guideBlocks('proxies')
/** The client's address, so that it differs from that of the proxy. */
const CLIENT = '127.0.0.2'

const NGINX = {
  command: (file) => ['nginx', '-c', file, '-g', 'daemon off;'],
  configure: (block, { port, folder }) => `
      worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
      events {}
      http { access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
        fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
        ${block.replace('listen 443', `listen 127.0.0.1:${port}`)}
      }`,
}

const PROXIES = {
  nginx: NGINX,
  'nginx at a Unix domain socket': { ...NGINX, language: 'nginx', socket: 'bindery.sock' },
  haproxy: {
    command: (file) => ['haproxy', '-db', '-f', file],
    configure: (block, { port }) => block.replace('bind :443', `bind 127.0.0.1:${port}`),
  },
  caddy: {
    command: (file) => ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'],
    // a certificate of its own instead of one that Caddy requests
    configure: (block, { port, certificate, key }) =>
      `{\n  admin off\n  default_sni oss.example\n  log {\n    level ERROR\n  }\n}\n${block.replace('oss.example, *.oss.example {', `:${port} {\n  bind 127.0.0.1\n  tls ${certificate} ${key}`)}`,
  },
}

for (const [name, proxy] of Object.entries(PROXIES)) {
  test(`${name}, as the guide configures it, passes what SDKs send, and the server knows the client behind it`, async (t) => {
    const folder = newFolder(t, 'bindery-proxy-')
    const socket = proxy.socket && path.join(folder, proxy.socket)
    const listening = socket ? ['--socket', socket, '--socket-mode', '666'] : []
    // the processes of nginx are another user's
    if (socket) chmodSync(folder, 0o755)
    const trusted = socket ? 'unix' : '127.0.0.1'
    let server = await startServer({
      args: ['--trusted-proxies', trusted, ...listening, '--workers', '1', '--buckets', 'demo', '--log', 'info'],
    })
    atEnd(t, () => server.stop())
    const backend = socket ? `unix:${socket}` : new URL(server.endpoint).host
    const port = await startProxy(t, proxy, { name: proxy.language ?? name, folder, backend })

    const httpsAgent = new https.Agent({ rejectUnauthorized: false, localAddress: CLIENT, keepAlive: false })
    const client = new OSS({
      endpoint: `https://127.0.0.1:${port}`,
      secure: true,
      region: `oss-${server.region}`,
      accessKeyId: server.accessKeyId,
      accessKeySecret: server.accessKeySecret,
      authorizationV4: true,
      sldEnable: true,
      bucket: 'demo',
      httpsAgent,
    })
    const key = 'ü/a b+c%2F~*.bin'
    const body = randomBytes(3_000_000)
    await client.put(key, body)
    assert.ok((await client.get(key)).content.equals(body))
    const file = path.join(folder, 'file')
    writeFileSync(file, body)
    const { res } = await client.multipartUpload('parts', file, { partSize: 1_000_000 })
    assert.match(res.data.toString(), /<Location>https:\/\//)
    const signed = await client.signatureUrlV4('GET', 60, undefined, key)
    assert.equal((await answerOf(signed, httpsAgent)).statusCode, 200)
    assert.match(server.log(), new RegExp(`"remote":"${CLIENT}"`))
    if (name.startsWith('nginx')) return
    assert.ok((await overHttp2(signed)).equals(body))

    if (name !== 'haproxy') return
    await server.kill()
    const waiting = client.put('during a restart', body)
    server = await server.restart()
    await waiting
  })
}

async function startProxy(t, proxy, { name, folder, backend }) {
  const certificate = path.join(folder, 'crt')
  const key = path.join(folder, 'key')
  const subject = ['-subj', '/CN=oss.example', '-days', '2', '-nodes', '-newkey', 'rsa:2048']
  execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  const both = path.join(folder, 'pem')
  writeFileSync(both, readFileSync(certificate) + readFileSync(key))
  const port = await freePort()
  const block = configurations.find(({ language }) => language === name).code
  const file = path.join(folder, 'configuration')
  const text = block
    .replace('/etc/ssl/oss.example.crt', certificate)
    .replace('/etc/ssl/oss.example.key', key)
    .replace('/etc/ssl/oss.example.pem', both)
    .replace('127.0.0.1:9000', backend)
  writeFileSync(file, proxy.configure(text, { port, folder, certificate, key }))
  const env = { ...process.env, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder }
  const child = runProxy(t, proxy.command(file), env)
  const agent = new https.Agent({ rejectUnauthorized: false })
  while (!(await answerOf(`https://127.0.0.1:${port}/-/health/live`, agent).catch(() => undefined))) {
    assert.equal(child.exitCode, null, `${name} has ended`)
    await sleep(50)
  }
  return port
}

function runProxy(t, [program, ...args], env = process.env) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit'] })
  const exited = once(child, 'exit')
  atEnd(t, async () => {
    child.kill('SIGTERM')
    await exited
  })
  return child
}

test('the balancer of the cluster in containers passes no address and no scheme that its client has made up', async (t) => {
  const gateway = http.createServer(({ headers }, response) => response.end(JSON.stringify(headers)))
  await once(gateway.listen(0, '127.0.0.1'), 'listening')
  atEnd(t, () => gateway.close())
  const port = await freePort()
  const file = path.join(newFolder(t, 'bindery-proxy-'), 'configuration')
  const text = readFileSync(new URL('../../deploy/cluster/haproxy.cfg', import.meta.url), 'utf8')
    .replace('bind :9000', `bind 127.0.0.1:${port}`)
    .replace(' init-addr none', '')
    .replace(/^ {2}server (?:two|three) .*\n/gm, '')
    .replace('one:9000', `127.0.0.1:${gateway.address().port}`)
  writeFileSync(file, text)
  const child = runProxy(t, PROXIES.haproxy.command(file))
  const headers = { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' }
  let answer
  for (; answer?.ok !== true; answer = await fetch(`http://127.0.0.1:${port}/`, { headers }).catch(() => undefined)) {
    assert.equal(child.exitCode, null, 'haproxy has ended')
    await sleep(50)
  }
  const passed = await answer.json()
  assert.deepEqual([passed['x-forwarded-for'], passed['x-forwarded-proto']], ['127.0.0.1', 'http'])
})

/** The body of the answer to a GET of a URL by HTTP/2. */
async function overHttp2(url) {
  const { origin, host, pathname, search } = new URL(url)
  const session = http2.connect(origin, { rejectUnauthorized: false })
  const answer = await buffer(session.request({ ':path': pathname + search, ':authority': host }))
  session.close()
  return answer
}

function answerOf(url, agent) {
  return new Promise((resolve, reject) => {
    https.get(url, { agent }, (answer) => resolve(answer.resume())).on('error', reject)
  })
}
