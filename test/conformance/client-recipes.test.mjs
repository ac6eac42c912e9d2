// The recipes for uploads without keys, as the guide prints them: the application's code here, the page's in Chromium.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createClient } from '@bindery/client'
import OSS from 'ali-oss'
import { build } from 'esbuild'
import { atEnd } from '../support/at-end.mjs'
import { guideBlocks } from '../support/guide-blocks.mjs'
import { startServer } from '../support/start-server.mjs'
import { startChromium } from './browser/chromium.mjs'

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))
/** Two parts of a ticket. */
const DATA = randomBytes(9_000_000)

let server
let owner
let folder
let chromium
let endpoint

before(async () => {
  server = await startServer({ args: ['--buckets', 'demo'] })
  const { accessKeyId, accessKeySecret } = server
  endpoint = server.endpoint.replace('127.0.0.1', 'localhost')
  Object.assign(process.env, {
    OSS_ENDPOINT: endpoint,
    OSS_ACCESS_KEY_ID: accessKeyId,
    OSS_ACCESS_KEY_SECRET: accessKeySecret,
  })
  const credentials = { accessKeyId, accessKeySecret }
  owner = createClient({ endpoint: server.endpoint, bucket: 'demo', auth: { credentials }, checkpoints: false })
  folder = await mkdtemp(path.join(tmpdir(), 'bindery-recipes-'))
  await symlink(MODULES, path.join(folder, 'node_modules'))
  await writeFile(path.join(folder, 'film.bin'), DATA)
  chromium = await startChromium()
})

after(async () => {
  await chromium?.stop()
  owner?.close()
  await server?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true })
})

/** Serves the page of a recipe, and its application. Returns the page with the file chosen. */
async function openRecipe(t, name, blocks, answer) {
  const [application, page] = blocks.map(({ code }) => code)
  await writeFile(path.join(folder, `${name}.mjs`), application)
  await writeFile(path.join(folder, `${name}-page.mjs`), page)
  const backend = await import(pathToFileURL(path.join(folder, `${name}.mjs`)))
  const bundle = { bundle: true, write: false, format: 'iife', globalName: 'recipe', platform: 'browser' }
  const { outputFiles } = await build({ entryPoints: [path.join(folder, `${name}-page.mjs`)], ...bundle })
  const site = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    if (url.pathname === '/page.js') response.end(outputFiles[0].text)
    else if (url.pathname === '/') {
      response.setHeader('Content-Type', 'text/html')
      response.end('<!doctype html><input type="file" id="file"><script src="/page.js"></script>')
    } else if (['/ticket', '/sign'].includes(url.pathname)) {
      response.end(JSON.stringify(await answer(backend, url, await text(request))))
    } else response.writeHead(404).end()
  })
  site.listen(0, '127.0.0.1')
  await once(site, 'listening')
  atEnd(t, () => {
    site.close()
    site.closeAllConnections()
  })
  const origin = `http://localhost:${site.address().port}`
  await allow(origin)
  const opened = await chromium.open(origin)
  await opened.choose('#file', path.join(folder, 'film.bin'))
  return opened
}

async function allow(allowedOrigin) {
  const { region, accessKeyId, accessKeySecret } = server
  const setUp = new OSS({ endpoint, region: `oss-${region}`, accessKeyId, accessKeySecret, sldEnable: true })
  const exposeHeader = ['ETag', 'x-oss-request-id', 'x-oss-hash-crc64ecma']
  const allowedMethod = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']
  await setUp.putBucketCORS('demo', [{ allowedOrigin, allowedMethod, allowedHeader: '*', exposeHeader }])
}

const CHOSEN = "document.getElementById('file').files[0]"

test('Chromium: a page uploads by a ticket of its application, as the guide prints it', async (t) => {
  const page = await openRecipe(t, 'tickets', guideBlocks('tickets'), ({ ticketFor }, url) =>
    ticketFor(url.searchParams.get('name'), Number(url.searchParams.get('size'))),
  )
  const { size, parts } = await page.evaluate(`recipe.send(${CHOSEN})`)
  assert.deepEqual([size, parts], [DATA.length, 9])
  assert.equal(Buffer.compare(await owner.get('in/film.bin'), DATA), 0)
  await owner.delete('in/film.bin')
})

test('Chromium: a page has its application sign, as the guide prints it', async (t) => {
  const page = await openRecipe(t, 'signing', guideBlocks('signing'), ({ sign }, _url, body) => sign(JSON.parse(body)))
  const { size, parts } = await page.evaluate(`recipe.send('${endpoint}', ${CHOSEN})`)
  assert.deepEqual([size, parts], [DATA.length, 9])
  assert.equal(Buffer.compare(await owner.get('in/film.bin'), DATA), 0)
})
