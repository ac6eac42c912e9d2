// OSS's way to upload from a page, as its documentation shows it: the SDK from the network for content, a region in place of an
// endpoint, a temporary key and a callback. Chromium finds the names of OSS at this machine; the page has no other change
// than the values that its reader fills in.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import OSS from 'ali-oss'
import { CERTIFICATES } from '../../packages/server/dist/testing/certificates.js'
import { BUCKET, clientOf, ROLE_ARN, startWithRole } from './access/setup.mjs'
import { startApplication } from './application.mjs'
import { startChromium } from './browser/chromium.mjs'

const SAMPLE = new URL('browser/sample.html', import.meta.url)
const SDK = fileURLToPath(import.meta.resolve('ali-oss/dist/aliyun-oss-sdk.min.js'))
const HOST = 'uploads.example'
/** Three parts. */
const DATA = randomBytes(2_500_000)

let server
let user
let owner
let application
let folder
let file
let pages
let network
let chromium
/** The page as its address requests it, with values in place of those that a reader fills in. */
let written = {}

before(async () => {
  ;({ server, user } = await startWithRole())
  owner = clientOf(server, { AccessKeyId: server.accessKeyId, AccessKeySecret: server.accessKeySecret })
  application = await startApplication(server.endpoint)
  folder = await mkdtemp(path.join(tmpdir(), 'bindery-sample-'))
  file = path.join(folder, 'example.txt')
  await writeFile(file, DATA)
  pages = await listening(createServer(servePage))
  const { certificate: cert, key } = CERTIFICATES.one
  const sdk = await readFile(SDK)
  network = await listening(
    createSecureServer({ cert, key }, (_, response) => response.setHeader('Content-Type', 'text/javascript').end(sdk)),
  )
  await owner.putBucketCORS(BUCKET, [
    {
      allowedOrigin: `http://localhost:${pages.address().port}`,
      allowedMethod: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
      allowedHeader: '*',
      exposeHeader: ['ETag', 'x-oss-request-id'],
    },
  ])
  chromium = await startChromium([
    `--host-resolver-rules=MAP *.aliyuncs.com ${new URL(server.endpoint).host}, MAP *.alicdn.com 127.0.0.1:${network.address().port}`,
    '--ignore-certificate-errors',
  ])
})

after(async () => {
  await chromium?.stop()
  for (const one of [pages, network]) one?.close()
  for (const one of [application, server]) await one?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true })
})

async function listening(one) {
  one.listen(0, '127.0.0.1')
  await once(one, 'listening')
  return one
}

async function servePage(_, response) {
  let page = await readFile(SAMPLE, 'utf8')
  for (const [placeholder, value] of Object.entries(written)) {
    assert.ok(page.includes(placeholder), placeholder)
    page = page.replaceAll(placeholder, value)
  }
  response.setHeader('Content-Type', 'text/html').end(page)
}

/** Opens the sample with a temporary key, clicks its button, and resolves with what it logs in the end. */
async function upload(name, { more = {} } = {}) {
  const sts = new OSS.STS({
    accessKeyId: user.AccessKeyId,
    accessKeySecret: user.AccessKeySecret,
    endpoint: server.endpoint,
  })
  const { credentials } = await sts.assumeRole(ROLE_ARN, '', 900, 'sample')
  written = {
    yourRegion: `oss-${server.region}`,
    yourAccessKeyId: credentials.AccessKeyId,
    yourAccessKeySecret: credentials.AccessKeySecret,
    yourSecurityToken: credentials.SecurityToken,
    examplebucket: BUCKET,
    'exampleobject.txt': name,
    yourCallbackUrl: `${application.url}/done`,
    yourHost: HOST,
    ...more,
  }
  const page = await chromium.open(`http://localhost:${pages.address().port}`)
  await page.choose('#file', file)
  await page.evaluate(`
    window.shares = []
    window.ended = new Promise((resolve) => {
      console.log = (value) => (typeof value === 'number' ? shares.push(value) : resolve(value))
    })
    document.getElementById('submit').click()`)
  return page.evaluate(`ended.then(({ res, data, etag, code, message }) =>
    ({ url: res?.requestUrls?.[0], status: res?.status, data, etag, code, message, shares }))`)
}

test('Chromium: the documented page uploads by the names of OSS, with a temporary key and a callback', async () => {
  const { url, status, data, etag, message, shares } = await upload('in/sample.txt')
  assert.equal(message, undefined)
  assert.match(url, new RegExp(`^http://${BUCKET}\\.oss-cn-hangzhou\\.aliyuncs\\.com/in/sample\\.txt`))
  assert.equal(status, 200)
  assert.deepEqual(data, { Status: 'OK', received: `bucket=${BUCKET}&object=in%2Fsample.txt&var1=value1` })
  assert.match(etag, /^"[0-9A-F]{32}-3"$/)
  assert.equal(shares.at(-1), 1)
  const { content, res } = await owner.get('in/sample.txt')
  assert.equal(Buffer.compare(content, DATA), 0)
  const shown = ['content-type', 'x-oss-meta-year', 'x-oss-meta-people'].map((name) => res.headers[name])
  assert.deepEqual(shown, ['text/plain', '2020', 'test'])
})

test('Chromium: its headers, where they are switched on, describe the object, and keep it from being replaced', async () => {
  const more = { '// headers,': 'headers,' }
  const first = await upload('in/described.txt', { more })
  assert.equal(first.message, undefined)
  const { res } = await owner.head('in/described.txt')
  const shown = ['cache-control', 'content-disposition', 'content-encoding', 'expires'].map((name) => res.headers[name])
  assert.deepEqual(shown, ['no-cache', 'example.txt', 'utf-8', '1000'])
  assert.deepEqual((await owner.getObjectTagging('in/described.txt')).tag, { Tag1: '1', Tag2: '2' })
  assert.equal((await upload('in/described.txt', { more })).code, 'FileAlreadyExists')
})

test('Chromium: the role of its key decides what the documented page may write', async () => {
  assert.equal((await upload('out/sample.txt')).code, 'AccessDenied')
})
