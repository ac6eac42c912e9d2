// Bytes to upload, the options of the published samples, and functions that the facts of ali-oss share.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

export const PART = 100 * 1024
export const DATA = randomBytes(9 * PART + 12_345)
export const ODD_KEYS = [
  'a b',
  'a+b',
  '100%',
  '%41',
  'a?b#c&d=e',
  '中文/文件',
  'é',
  'a//b',
  '~!*()\'"',
  '<&>',
  '😀',
  '.a/..b',
  'tab\tend',
]

/** A key with the control characters from 0x01 to 0x1F. */
export const CONTROL_KEY = `control/${String.fromCharCode(...Array.from({ length: 31 }, (_, index) => index + 1))}`

// The options of the published samples, for Node.js and the browser.
const HEADERS = {
  'Cache-Control': 'no-cache',
  'Content-Disposition': 'example.txt',
  'Content-Encoding': 'utf-8',
  Expires: '1000',
  'x-oss-storage-class': 'Standard',
}
export const sampleOptions = () => ({
  headers: { ...HEADERS, 'x-oss-tagging': 'Tag1=1&Tag2=2', 'x-oss-forbid-overwrite': 'true' },
  meta: { year: 2020, people: 'test' },
  mime: 'text/plain',
})

export function chunks() {
  return Array.from({ length: Math.ceil(DATA.length / PART) }, (_, index) =>
    DATA.subarray(index * PART, (index + 1) * PART),
  )
}

export function md5(bytes) {
  return createHash('md5').update(bytes).digest('hex').toUpperCase()
}

export function quoted(bytes) {
  return `"${md5(bytes)}"`
}

/** OSS's ETag of an object: the MD5 of its parts' ETags, joined as text, and their number. */
export function multipartEtag(parts) {
  return `"${md5(parts.map(md5).join(''))}-${parts.length}"`
}

export async function refused(code, promise) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.code, code)
    assert.equal(error.requestId?.length, 24)
    return true
  })
}

export async function checkHead(client, key, attributes) {
  const { res, meta } = await client.head(key)
  const expected = { ...HEADERS, 'Content-Type': 'text/plain', 'x-oss-tagging-count': '2', ...attributes }
  for (const [name, value] of Object.entries(expected)) {
    assert.equal(`${name}: ${res.headers[name.toLowerCase()]}`, `${name}: ${value}`)
  }
  assert.deepEqual(meta, { year: '2020', people: 'test' })
}

export async function sendPart(client, key, uploadId, number, part) {
  const { etag } = await client.uploadPart(key, uploadId, number, part, 0, part.length)
  assert.equal(etag, quoted(part))
  return { number, etag }
}

/** Calls `body` with a temporary file that holds the data. */
export async function withFile(body) {
  const folder = await mkdtemp(path.join(tmpdir(), 'conformance-'))
  try {
    await writeFile(path.join(folder, 'file'), DATA)
    await body(path.join(folder, 'file'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
