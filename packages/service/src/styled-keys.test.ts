import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { ImageProcesses } from '@bindery/imaging/processes'
import { BUCKET, call, element, OTHER, startWithBucket } from './testing/index.js'

/** A flat image of 4 × 2 pixels: a BMP, whose bytes are easy to write down. */
const BMP = Buffer.from(
  `424d4e000000000000003600000028000000040000000200000001001800000000001800000000000000000000000000000000000000${'3b785c'.repeat(8)}`,
  'hex',
)

const images = new ImageProcesses({ processes: 1 })
after(() => images.close())

/** A public bucket with an image and a style, and these settings of processing. */
async function gallery(settings: string) {
  const started = await startWithBucket({ images })
  const ask = (request: object) => call(started, { method: 'PUT', bucket: BUCKET, ...request })
  await ask({ query: { acl: '' }, headers: { 'x-oss-acl': 'public-read' } })
  await ask({ key: 'a/b.bmp', body: BMP })
  const style = '<Style><Content>image/format,png</Content></Style>'
  await ask({ query: { style: '', styleName: 'small' }, body: style })
  const body = `<BucketProcessConfiguration>${settings}</BucketProcessConfiguration>`
  const set = await ask({ query: { processConfiguration: '' }, body })
  assert.equal(set.status, 200, set.text)
  const see = async (key: string, more: object = {}) => {
    const { status, headers, text } = await ask({ method: 'GET', key, as: 'anonymous', ...more })
    return status === 200 ? headers['content-type'] : element(text, 'Code')
  }
  return { ask, see }
}

test('a key with a delimiter and a style is the processed image, unless an object has that key', async () => {
  const { ask, see } = await gallery('<StyleDelimiters>!,-</StyleDelimiters>')
  assert.equal(await see('a/b.bmp'), 'application/octet-stream')
  for (const key of ['a/b.bmp!small', 'a/b.bmp-small']) assert.equal(await see(key), 'image/png', key)
  assert.equal(await see('a/b.bmp_small'), 'NoSuchKey')
  assert.equal(await see('a/b.bmp!none'), 'NoSuchStyle')
  assert.equal(await see('none.bmp!small'), 'NoSuchKey')
  for (const key of ['!small', 'a/b.bmp!']) assert.equal(await see(key), 'NoSuchKey', key)
  await ask({ key: 'a/b.bmp!small', body: 'x', headers: { 'content-type': 'text/x' } })
  assert.equal(await see('a/b.bmp!small'), 'text/x')
})

test('without a setting a delimiter is a part of the key', async () => {
  const { see } = await gallery('')
  assert.equal(await see('a/b.bmp!small'), 'NoSuchKey')
})

test('the rights to the image itself count', async () => {
  const { ask, see } = await gallery('<StyleDelimiters>!</StyleDelimiters>')
  await ask({ query: { acl: '' }, headers: { 'x-oss-acl': 'private' } })
  assert.equal(await see('a/b.bmp!small'), 'AccessDenied')
  assert.equal(await see('a/b.bmp!small', { as: OTHER }), 'AccessDenied')
  assert.equal(await see('a/b.bmp!small', { as: undefined }), 'image/png')
})

test('a protected image is shown to everyone by styles alone, and to signed requests as it is', async () => {
  const protect = '<SourceFileProtect>Enabled</SourceFileProtect>'
  const suffixes = '<SourceFileProtectSuffix>jpg,bmp</SourceFileProtectSuffix>'
  const { ask, see } = await gallery(`${protect}${suffixes}<StyleDelimiters>!</StyleDelimiters>`)
  await ask({ key: 'c.txt', body: 'x' })
  assert.equal(await see('a/b.bmp'), 'AccessDenied')
  assert.equal(await see('a/b.bmp!small'), 'image/png')
  assert.equal(await see('a/b.bmp', { query: { 'x-oss-process': 'style/small' } }), 'image/png')
  assert.equal(await see('a/b.bmp', { query: { 'x-oss-process': 'image/resize,p_100' } }), 'AccessDenied')
  assert.equal(await see('c.txt'), 'application/octet-stream')
  for (const signature of ['v4', 'url']) {
    assert.equal(await see('a/b.bmp', { as: undefined, signature }), 'application/octet-stream', signature)
  }
  await ask({ key: 'plain', body: BMP })
  const logo = `image/watermark,image_${Buffer.from('a/b.bmp').toString('base64url')}/format,png`
  assert.equal(await see('plain', { query: { 'x-oss-process': logo } }), 'AccessDenied')
  assert.equal(await see('plain', { query: { 'x-oss-process': logo }, as: undefined }), 'image/png')
  await ask({ query: { style: '', styleName: 'marked' }, body: `<Style><Content>${logo}</Content></Style>` })
  assert.equal(await see('plain', { query: { 'x-oss-process': 'style/marked' } }), 'image/png')
})

test('a protected image is not copied for everyone', async () => {
  const protect = '<SourceFileProtect>Enabled</SourceFileProtect>'
  const { ask } = await gallery(`${protect}<SourceFileProtectSuffix>bmp</SourceFileProtectSuffix>`)
  await ask({ query: { acl: '' }, headers: { 'x-oss-acl': 'public-read-write' } })
  await ask({ key: 'plain', body: 'x' })
  const copy = async (source: string, as?: string) => {
    const headers = { 'x-oss-copy-source': `/${BUCKET}/${source}` }
    return (await ask({ key: 'copy', headers, ...(as && { as }) })).status
  }
  assert.deepEqual(
    [await copy('a/b.bmp', 'anonymous'), await copy('plain', 'anonymous'), await copy('a/b.bmp')],
    [403, 200, 200],
  )
})
