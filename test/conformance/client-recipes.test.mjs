// The recipes for uploads without keys, as the guide prints them: the application's code here, the page's in Chromium.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createClient } from '@bindery/client'
import OSS from 'ali-oss'
import { atEnd } from '../support/at-end.mjs'
import { guideBlocks } from '../support/guide-blocks.mjs'
import { startServer } from '../support/start-server.mjs'
import { startChromium } from './browser/chromium.mjs'
import { bundleOf, servePage } from './browser/page-server.mjs'

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
  const script = await bundleOf(path.join(folder, `${name}-page.mjs`), { globalName: 'recipe' })
  const answered = (body, url) => answer(backend, url, body)
  const site = await servePage({
    page: '<!doctype html><input type="file" id="file"><script src="/page.js"></script>',
    scripts: { '/page.js': script },
    answers: { '/ticket': answered, '/sign': answered },
  })
  atEnd(t, () => site.stop())
  await allow(site.url)
  const opened = await chromium.open(site.url)
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
