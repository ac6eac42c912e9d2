// Uppy's AwsS3 in Chromium: a page of another origin uploads at once and in parts, by requests that its application signs.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as S3 from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { startChromium } from './browser/chromium.mjs'
import { bundleOf, servePage } from './browser/page-server.mjs'
import { CACHE, MODES, openTarget } from './support.mjs'

const FOLDER = fileURLToPath(new URL('uppy', import.meta.url))
const INSTALLED = path.join(CACHE, 'uppy')
const BUCKET = 'conformance-uppy'

let target
let s3
let site
let chromium
let opened

before(async () => {
  target = await openTarget(MODES[0])
  const { endpoint, region, accessKeyId, accessKeySecret } = target
  s3 = new S3.S3Client({
    ...{ endpoint, region, forcePathStyle: true },
    credentials: { accessKeyId, secretAccessKey: accessKeySecret },
    // a URL is signed before its body is known
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  await s3.send(new S3.CreateBucketCommand({ Bucket: BUCKET }))
  const page = '<!doctype html><script src="/page.js"></script>'
  site = await servePage({ page, scripts: { '/page.js': await bundle() }, answers: { '/sign': sign } })
  const rule = { AllowedOrigins: [site.url], AllowedMethods: ['GET', 'PUT', 'POST', 'DELETE'], AllowedHeaders: ['*'] }
  const CORSConfiguration = { CORSRules: [{ ...rule, ExposeHeaders: ['ETag'] }] }
  await s3.send(new S3.PutBucketCorsCommand({ Bucket: BUCKET, CORSConfiguration }))
  chromium = await startChromium()
  opened = await chromium.open(site.url)
})

after(async () => {
  await chromium?.stop()
  await site?.stop()
  await target?.stop()
})

/** The page with all that it imports. */
async function bundle() {
  mkdirSync(INSTALLED, { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(path.join(FOLDER, file), path.join(INSTALLED, file))
  }
  execFileSync('npm', ['ci', '--silent', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: INSTALLED })
  return bundleOf(path.join(FOLDER, 'page.js'), { nodePaths: [path.join(INSTALLED, 'node_modules')] })
}

/** The request that Uppy wants to send, as a command of the SDK. */
function commandOf({ method, key: Key, uploadId: UploadId, partNumber: PartNumber, contentType: ContentType }) {
  const name = { Bucket: BUCKET, Key }
  if (method === 'PUT' && UploadId === undefined) return new S3.PutObjectCommand({ ...name, ContentType })
  if (method === 'PUT') return new S3.UploadPartCommand({ ...name, UploadId, PartNumber })
  if (method === 'GET') return new S3.ListPartsCommand({ ...name, UploadId })
  if (method === 'DELETE') return new S3.AbortMultipartUploadCommand({ ...name, UploadId })
  if (UploadId === undefined) return new S3.CreateMultipartUploadCommand(name)
  return new S3.CompleteMultipartUploadCommand({ ...name, UploadId })
}

/** A URL that permits what Uppy wants to send. */
async function sign(wanted) {
  return { url: await getSignedUrl(s3, commandOf(JSON.parse(wanted)), { expiresIn: 60 }) }
}

async function storedBytes(Key) {
  const { Body } = await s3.send(new S3.GetObjectCommand({ Bucket: BUCKET, Key }))
  return Body.transformToByteArray()
}

const expected = (size) => new Uint8Array(size).map((_, index) => index % 251)

test('uppy: a small file is put by a presigned URL', async () => {
  const done = await opened.evaluate("upload('small', 1000, false)")
  assert.deepEqual(done, { failed: [], key: ['small'], parts: [] })
  assert.deepEqual(await storedBytes('small'), expected(1_000))
})

test('uppy: a large file is uploaded in parts, whose tags the page may read', async () => {
  const size = 12 * 1024 * 1024 + 7
  const done = await opened.evaluate(`upload('large', ${size}, true)`)
  assert.deepEqual([done.failed, done.key], [[], ['large']])
  assert.deepEqual(
    done.parts.map(([number]) => number),
    [1, 2, 3],
  )
  for (const [, etag] of done.parts) assert.match(etag, /^"?[0-9a-f]{32}"?$/)
  assert.deepEqual(await storedBytes('large'), expected(size))
})
