// Uploads of a page in Chromium, from another origin than that of the server: with temporary keys, presigned URLs and forms.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import OSS from 'ali-oss'
import { BUCKET, clientOf, ROLE_ARN, startWithRole } from './access/setup.mjs'
import { startApplication } from './application.mjs'
import { startPage } from './browser/application.mjs'
import { startChromium } from './browser/chromium.mjs'

const DATA = randomBytes(750_000)

let server
let user
let owner
let folder
let file
let application
let site
let stranger
let chromium
let page

before(async () => {
  ;({ server, user } = await startWithRole())
  owner = clientOf(server, { AccessKeyId: server.accessKeyId, AccessKeySecret: server.accessKeySecret })
  application = await startApplication(server.endpoint)
  folder = await mkdtemp(path.join(tmpdir(), 'bindery-browser-'))
  file = path.join(folder, 'photo.txt')
  await writeFile(file, DATA)
  site = await startPage(ANSWERS)
  stranger = await startPage(ANSWERS)
  await owner.putBucketCORS(BUCKET, [
    {
      allowedOrigin: site.url,
      allowedMethod: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
      allowedHeader: '*',
      exposeHeader: ['ETag', 'x-oss-request-id', 'x-oss-meta-people'],
      maxAgeSeconds: '600',
    },
  ])
  chromium = await startChromium()
  page = await openWithFile(site.url)
})

after(async () => {
  await chromium?.stop()
  for (const part of [site, stranger, application, server]) await part?.stop()
  if (folder !== undefined) await rm(folder, { recursive: true })
})

async function openWithFile(url) {
  const opened = await chromium.open(url)
  await opened.choose('#file', file)
  return opened
}

async function temporaryKey() {
  const { AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret } = user
  const sts = new OSS.STS({ accessKeyId, accessKeySecret, endpoint: server.endpoint })
  return (await sts.assumeRole(ROLE_ARN, '', 900, 'browser')).credentials
}

/** The fields of a form that the key of the user signs for keys below `in/`. */
function formFor(key, more = {}) {
  const policy = {
    expiration: new Date(Date.now() + 60_000).toISOString(),
    conditions: [{ bucket: BUCKET }, ['starts-with', '$key', 'in/'], ['content-length-range', 1, 1_000_000]],
  }
  const signed = clientOf(server, user).calculatePostSignature(policy)
  return { url: `${server.endpoint}/${BUCKET}/`, fields: { key, ...signed, ...more } }
}

/** Answers to the requests of the page. */
const ANSWERS = {
  '/temporary-key': async () => {
    const { AccessKeyId, AccessKeySecret, SecurityToken } = await temporaryKey()
    return {
      client: {
        endpoint: server.endpoint.replace('127.0.0.1', 'localhost'),
        region: `oss-${server.region}`,
        sldEnable: true,
        bucket: BUCKET,
        accessKeyId: AccessKeyId,
        accessKeySecret: AccessKeySecret,
        stsToken: SecurityToken,
      },
      callback: {
        url: `${application.url}/done`,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is how callbacks name their values
        body: 'bucket=${bucket}&object=${object}&size=${size}&var1=${x:var1}',
        contentType: 'application/x-www-form-urlencoded',
        customValue: { var1: 'value1' },
      },
    }
  },
  '/url-v1': async () => ({
    url: await clientOf(server, user).asyncSignatureUrl('in/by-url-v1', {
      method: 'PUT',
      expires: 60,
      'Content-Type': 'text/plain',
    }),
  }),
  '/url-v4': async () => {
    const client = clientOf(server, await temporaryKey(), { authorizationV4: true })
    return {
      url: await client.signatureUrlV4('PUT', 60, { headers: { 'Content-Type': 'text/plain' } }, 'in/by-url-v4'),
    }
  },
  '/form': async () => formFor('in/by-form', { success_action_status: '201' }),
  '/form-elsewhere': async () => formFor('out/by-form'),
  '/form-redirect': async () =>
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is how forms write the name of the file
    formFor('in/${filename}', { success_action_redirect: `${site.url}/uploaded` }),
}

async function stored(key) {
  return Buffer.compare((await owner.get(key)).content, DATA) === 0
}

test('Chromium: a page uploads a file in parts with a temporary key, and gets the answer of the callback', async () => {
  await page.evaluate("document.getElementById('upload').click()")
  const uploaded = await page.evaluate('uploaded')
  const received = `bucket=${BUCKET}&object=in%2Fclicked&size=${DATA.length}&var1=value1`
  assert.deepEqual(uploaded.data, { Status: 'OK', received })
  assert.deepEqual([uploaded.status, uploaded.progress, uploaded.meta], [200, 1, 'test'])
  assert.match(uploaded.etag, /^"[0-9A-F]{32}-8"$/)
  assert.ok(await stored('in/clicked'))
})

test('Chromium: the role of the key decides what the page may write', async () => {
  await assert.rejects(page.evaluate("uploadParts('out/parts')"), /AccessDenied/)
})

for (const version of ['v1', 'v4']) {
  test(`Chromium: a page puts a file by a URL signed by ${version.toUpperCase()}, and reads its ETag`, async () => {
    const { status, etag, text } = await page.evaluate(`putByUrl('/url-${version}')`)
    assert.equal(status, 200, text)
    assert.match(etag, /^"[0-9A-F]{32}"$/)
    assert.ok(await stored(`in/by-url-${version}`))
  })
}

test('Chromium: a page posts a form, and reads the answer and the refusal', async () => {
  const { status, text } = await page.evaluate("post('/form')")
  assert.equal(status, 201, text)
  assert.match(text, /<Key>in\/by-form<\/Key>/)
  assert.ok(await stored('in/by-form'))
  const elsewhere = await page.evaluate("post('/form-elsewhere')")
  assert.equal(elsewhere.status, 403)
  assert.match(elsewhere.text, /Policy Condition failed: \["starts-with", "\$key", "in\/"\]/)
})

test('Chromium: a form that is submitted leads to the page that it names', async () => {
  const opened = await openWithFile(site.url)
  const address = new URL(await opened.navigate("submit('/form-redirect')"))
  assert.equal(`${address.origin}${address.pathname}`, `${site.url}/uploaded`)
  assert.deepEqual([address.searchParams.get('bucket'), address.searchParams.get('key')], [BUCKET, 'in/photo.txt'])
  assert.ok(await stored('in/photo.txt'))
})

test('Chromium: a page of another origin can send nothing that needs a preflight, and read nothing', async () => {
  const opened = await openWithFile(stranger.url)
  await assert.rejects(opened.evaluate("putByUrl('/url-v1')"), /Failed to fetch/)
  await assert.rejects(opened.evaluate("post('/form')"), /Failed to fetch/)
  await assert.rejects(opened.evaluate("uploadParts('in/stranger')"), /XHR error|Failed/)
})
