// The element of uploads and the hooks of the client library in Chromium: with React, and with preact in its place.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createClient } from '@bindery/client'
import { startServer } from '../support/start-server.mjs'
import { startChromium } from './browser/chromium.mjs'
import { bundleOf, servePage } from './browser/page-server.mjs'
import { CACHE } from './support.mjs'

const PAGE = fileURLToPath(new URL('client/components.js', import.meta.url))
const REACT = fileURLToPath(new URL('react', import.meta.url))
const INSTALLED = path.join(CACHE, 'react')
/** The modules `react` and `react-dom` of the page, by the name of its library. */
const LIBRARIES = {
  'React 19': modulesOf('19'),
  'React 18': modulesOf('18'),
  preact: { react: 'preact/compat', 'react-dom': 'preact/compat' },
}
const BUCKET = 'client-components'
const PART = 256 * 1024

let server
let owner
let site
let chromium

before(async () => {
  server = await startServer()
  const { endpoint, accessKeyId, accessKeySecret } = server
  const auth = { credentials: { accessKeyId, accessKeySecret } }
  owner = createClient({ endpoint, bucket: BUCKET, auth, checkpoints: false })
  await owner.createBucket(BUCKET)
  site = await startSite({ endpoint: endpoint.replace('127.0.0.1', 'localhost'), bucket: BUCKET, ...auth.credentials })
  await allow(site.url)
  chromium = await startChromium()
})

after(async () => {
  await chromium?.stop()
  owner?.close()
  await site?.stop()
  await server?.stop()
})

async function allow(origin) {
  const rule = `<CORSRule><AllowedOrigin>${origin}</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>POST</AllowedMethod><AllowedMethod>GET</AllowedMethod><AllowedMethod>DELETE</AllowedMethod><AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-oss-hash-crc64ecma</ExposeHeader></CORSRule>`
  const body = Buffer.from(`<CORSConfiguration>${rule}</CORSConfiguration>`)
  const query = { cors: '' }
  await owner.requester.sendForText({
    ...{ op: 'PutBucketCors', method: 'PUT', bucket: BUCKET, query },
    ...{ body: () => body, bodyLength: body.length, headers: { 'content-type': 'application/xml' } },
  })
}

function modulesOf(version) {
  const modules = path.join(INSTALLED, version, 'node_modules')
  return { react: path.join(modules, 'react'), 'react-dom': path.join(modules, 'react-dom') }
}

function install(version) {
  const cwd = path.join(INSTALLED, version)
  mkdirSync(cwd, { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(path.join(REACT, version, file), path.join(cwd, file))
  }
  execFileSync('npm', ['ci', '--silent', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd })
}

async function startSite(settings) {
  for (const version of ['18', '19']) install(version)
  const define = { 'process.env.NODE_ENV': '"production"' }
  const scripts = {}
  for (const [name, alias] of Object.entries(LIBRARIES)) {
    scripts[`/${encodeURI(name)}`] = await bundleOf(PAGE, { format: 'esm', alias, define })
  }
  const page = `<!doctype html><html lang="zh-CN"><oss-uploader prefix="in/" multiple></oss-uploader><div id="component"></div><script type="module">await import(location.search.slice(1))</script></html>`
  return servePage({ page, scripts, answers: { '/settings': () => settings } })
}

async function openPage(library) {
  const page = await chromium.open(`${site.url}/?/${encodeURI(library)}`)
  await page.evaluate(
    'new Promise((r) => { const i = setInterval(() => globalThis.uploadByComponent && (clearInterval(i), r()), 10) })',
  )
  return page
}

test('Chromium: an element uploads the files that are chosen, in the language of the page, and each can be paused and removed', async () => {
  const page = await openPage('preact')
  assert.match(await page.evaluate('text()'), /选择文件/)
  await page.evaluate(`choose(${6 * PART}, ${6 * PART}, 5)`)
  await page.evaluate('until(([first]) => first?.value > 0).then(() => press(0, 0))')
  const [paused] = await page.evaluate(`until(([first]) => first.state === '已暂停')`)
  assert.deepEqual([paused.name, paused.label, paused.toggle], ['in/file-0', 'in/file-0', '继续'])
  await page.evaluate('press(1, 1)')
  await page.evaluate(`until((rows) => rows.length === 2 && rows[1].state === '已完成')`)
  await page.evaluate('press(0, 0)')
  const rows = await page.evaluate(`until(([first]) => first.state === '已完成')`)
  assert.deepEqual(
    rows.map(({ name, value, toggle }) => [name, value, toggle]),
    [
      ['in/file-0', 1, ''],
      ['in/file-2', 1, ''],
    ],
  )
  const stored = []
  for await (const { key, size } of owner.list({ prefix: 'in/' })) stored.push([key, size])
  assert.deepEqual(stored, [
    ['in/file-0', 6 * PART],
    ['in/file-2', 5],
  ])
})

for (const library of Object.keys(LIBRARIES)) {
  test(`Chromium: a component of ${library} is rendered again as its upload moves, to its end or its failure`, async () => {
    const page = await openPage(library)
    assert.equal(await page.evaluate(`uploadByComponent('hook', ${3 * PART})`), 'hook done 0 0')
    const rendered = await page.evaluate('rendered')
    const [state, ratio, code, size] = rendered.at(-1)
    assert.deepEqual([state, ratio, code ?? undefined, size], ['done', 1, undefined, 3 * PART])
    assert.ok(rendered.some(([, part]) => part > 0 && part < 1))
    assert.equal((await owner.head('hook')).size, 3 * PART)
    await page.evaluate(`uploadByComponent('failing', 5, { bucket: 'no-such-bucket-of-any' })`)
    assert.equal(await page.evaluate('rendered.at(-1)[0]'), 'failed')
  })
}
