import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { FAULTS, type ImageProcessor, ImagesBusy, ImagesUnavailable } from '@bindery/imaging'
import { ImageProcesses } from '@bindery/imaging/processes'
import { isImageFault } from '@bindery/protocol'
import {
  ask,
  BUCKET,
  call,
  element,
  OTHER,
  Ram,
  type StartedService,
  s3,
  startWithBucket,
  type TestRequest,
  type TestResponse,
} from '../../testing/index.js'

/** A flat image of 4 × 2 pixels in the colour #5c783b: a BMP, whose bytes are easy to write down. */
const BMP = Buffer.from(
  `424d4e000000000000003600000028000000040000000200000001001800000000001800000000000000000000000000000000000000${'3b785c'.repeat(8)}`,
  'hex',
)
const encoded = (text: string) => Buffer.from(text).toString('base64url')
const codeOf = ({ status, text }: TestResponse) => [status, element(text, 'Code'), element(text, 'EC')]

test('each fault of images has a row in the catalogue', () => {
  assert.deepEqual(
    FAULTS.filter((fault) => !isImageFault(fault)),
    [],
  )
})

describe('processing of images', () => {
  const images = new ImageProcesses({ processes: 1 })
  after(() => images.close())

  async function start(): Promise<StartedService> {
    const started = await startWithBucket({ images })
    const headers = { 'content-type': 'text/wrong', 'cache-control': 'no-cache', 'x-oss-meta-a': 'b' }
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'a.bmp', body: BMP, headers })
    return started
  }
  const get = (started: StartedService, process: string, more: Partial<TestRequest> = {}) =>
    call(started, { method: 'GET', bucket: BUCKET, key: 'a.bmp', query: { 'x-oss-process': process }, ...more })
  const save = (started: StartedService, body: string, more: Partial<TestRequest> = {}) =>
    call(started, { method: 'POST', bucket: BUCKET, key: 'a.bmp', query: { 'x-oss-process': '' }, body, ...more })

  test('GetObject answers the result with its own type, length and ETag, and no digest of the source', async () => {
    const started = await start()
    const source = await ask(started, 'HEAD', 'a.bmp')
    const { status, headers } = await get(started, 'image/format,png')
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'image/png')
    assert.match(headers.etag ?? '', /^"[0-9A-F]{32}"$/)
    assert.notEqual(headers.etag, source.headers.etag)
    for (const name of ['content-md5', 'x-oss-hash-crc64ecma', 'accept-ranges', 'content-range']) {
      assert.equal(headers[name], undefined, name)
    }
    for (const name of ['last-modified', 'cache-control', 'x-oss-meta-a']) {
      assert.equal(headers[name], source.headers[name], name)
    }
    const ranged = await get(started, 'image/format,png', { headers: { range: 'bytes=0-1' } })
    assert.deepEqual([ranged.status, ranged.headers['content-length']], [200, headers['content-length']])
    const known = await get(started, 'image/format,png', { headers: { 'if-none-match': source.headers.etag ?? '' } })
    assert.equal(known.status, 304)
    const query = { 'x-oss-process': 'image/info', 'response-content-type': 'text/x' }
    assert.equal((await get(started, '', { query })).headers['content-type'], 'text/x')
    const byHeader = await ask(started, 'GET', 'a.bmp', undefined, {
      headers: { 'x-oss-process': 'image/average-hue' },
    })
    assert.equal(byHeader.text, '0x5c783b')
    assert.equal(
      (await ask(started, 'HEAD', 'a.bmp', undefined, { query })).headers['content-length'],
      String(BMP.length),
    )
  })

  test('what is wrong is refused with its code and EC', async () => {
    const started = await start()
    const refused = async (process: string, expected: unknown[]) =>
      assert.deepEqual(codeOf(await get(started, process)), expected, process)
    await refused('image/resize,m_x,w_1', [400, 'InvalidArgument', '0040-00000311'])
    await refused('image/none', [400, 'InvalidArgument', '0040-00000213'])
    await refused('image/rotate', [400, 'MissingArgument', '0040-00000216'])
    await refused('image/crop,x_10', [400, 'BadRequest', undefined])
    await refused(`image/watermark,image_${encoded('none')}`, [400, 'WatermarkError', '0040-00000025'])
    await refused('style/none', [404, 'NoSuchStyle', undefined])
    await refused('video/snapshot,t_1', [400, 'NotImplemented', undefined])
    await refused(`image/info|sys/saveas,o_${encoded('x')}`, [400, 'InvalidArgument', '0040-00000213'])
    await refused(`image/resize,w_${'1'.repeat(9_000)}`, [400, 'InvalidArgument', '0017-00000288'])
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'text', body: 'no image' })
    const query = { 'x-oss-process': 'image/info' }
    const text = await ask(started, 'GET', 'text', undefined, { query })
    assert.deepEqual(codeOf(text), [400, 'BadRequest', '0040-00000005'])
    assert.deepEqual(codeOf(await ask(started, 'GET', 'none', undefined, { query })), [
      404,
      'NoSuchKey',
      '0026-00000001',
    ])
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'big', body: new Uint8Array(20 * 1024 * 1024 + 1) })
    const big = await ask(started, 'GET', 'big', undefined, { query })
    assert.deepEqual(codeOf(big), [400, 'ImageTooLarge', '0040-00000009'])
    const cold = { 'x-oss-storage-class': 'ColdArchive' }
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'cold', body: BMP, headers: cold })
    assert.equal(codeOf(await ask(started, 'GET', 'cold', undefined, { query }))[1], 'InvalidObjectState')
  })

  test('ProcessObject stores the result, and answers in the layout that clients compare', async () => {
    const started = await start()
    const saved = await save(started, `x-oss-process=image/format,png|sys/saveas,o_${encoded('dir/b.png')}`)
    const made = await ask(started, 'GET', 'dir/b.png')
    const size = made.headers['content-length']
    assert.deepEqual(
      [saved.status, saved.headers['content-type'], saved.text],
      [
        200,
        'application/json',
        `{\n    "bucket": "",\n    "fileSize": ${size},\n    "object": "dir/b.png",\n    "status": "OK"}`,
      ],
    )
    assert.deepEqual(
      [made.headers['content-type'], made.headers['x-oss-object-type'], made.headers['x-oss-meta-a']],
      ['image/png', 'Normal', undefined],
    )
    await call(started, { method: 'PUT', bucket: 'target' })
    const into = (bucket: string) =>
      save(started, `x-oss-process=image/format,png|sys/saveas,o_${encoded('b')},b_${encoded(bucket)}`)
    assert.equal((await into('target')).status, 200)
    assert.equal((await call(started, { method: 'GET', bucket: 'target', key: 'b' })).status, 200)
    assert.deepEqual(codeOf(await into('missing')), [404, 'NoSuchBucket', '0015-00000101'])
    assert.equal(codeOf(await into('A'))[1], 'InvalidBucketName')
    await call(started, { method: 'PUT', bucket: 'theirs', as: OTHER })
    assert.deepEqual(codeOf(await into('theirs')).slice(0, 2), [403, 'AccessDenied'])
    for (const [body, code] of [
      ['x-oss-process=', 'InvalidRequest'],
      [`x-oss-process=|sys/saveas,o_${encoded('b')}`, 'InvalidRequest'],
      ['x-oss-process=image/info', 'InvalidArgument'],
    ] as const) {
      assert.deepEqual(codeOf(await save(started, body)).slice(0, 2), [400, code])
    }
    assert.equal(
      (await save(started, `x-oss-process=image/info|sys/saveas,o_${encoded('b')}`, { as: OTHER })).status,
      403,
    )
  })

  test('a logo must be readable for its requester, and a private image stays private', async () => {
    const started = await start()
    for (const key of ['open', 'closed']) {
      const headers = { 'x-oss-object-acl': key === 'open' ? 'public-read' : 'private' }
      await call(started, { method: 'PUT', bucket: BUCKET, key, body: BMP, headers })
    }
    const asAnyone = (key: string, process: string) =>
      ask(started, 'GET', key, undefined, {}).then(() =>
        call(started, { method: 'GET', bucket: BUCKET, key, query: { 'x-oss-process': process }, as: 'anonymous' }),
      )
    assert.equal((await asAnyone('open', 'image/info')).status, 200)
    assert.equal((await asAnyone('closed', 'image/info')).status, 403)
    assert.equal((await asAnyone('open', `image/watermark,image_${encoded('open')}`)).status, 200)
    assert.equal((await asAnyone('open', `image/watermark,image_${encoded('closed')}`)).status, 403)
  })

  test('a style of the bucket stands for its process, on GetObject and for a stored result', async () => {
    const started = await start()
    const body = '<Style><Content>image/resize,w_2/format,png</Content></Style>'
    const query = { style: '', styleName: 'small' }
    assert.equal((await call(started, { method: 'PUT', bucket: BUCKET, query, body })).status, 200)
    const byStyle = await get(started, 'style/small')
    const direct = await get(started, 'image/resize,w_2/format,png')
    assert.deepEqual([byStyle.status, byStyle.headers.etag], [200, direct.headers.etag])
    const saved = await save(started, `x-oss-process=style/small|sys/saveas,o_${encoded('small.png')}`)
    assert.equal(saved.status, 200, saved.text)
    assert.equal((await ask(started, 'HEAD', 'small.png')).headers['content-type'], 'image/png')
    assert.equal(codeOf(await get(started, 'style/other'))[1], 'NoSuchStyle')
  })

  test('ProcessObject needs no permission to read its source, but no policy may deny that, through a symlink either', async () => {
    const started = await start()
    const target = { 'x-oss-symlink-target': 'a.bmp' }
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'link', query: { symlink: '' }, headers: target })
    const ram = new Ram(started)
    const named = { Effect: 'Allow', Action: ['oss:PostProcessTask', 'oss:PutObject'], Resource: '*' }
    const user = await ram.user('alice', named)
    const as = (key: string) =>
      save(started, `x-oss-process=image/format,png|sys/saveas,o_${encoded('out.png')}`, { key, as: user })
    assert.deepEqual([(await as('a.bmp')).status, (await as('link')).status], [200, 200])
    const read = { Effect: 'Deny', Action: 'oss:GetObject', Resource: `acs:oss:*:*:${BUCKET}/a.bmp` }
    await ram.allow('alice', { ...named, Action: 'oss:*' }, read)
    for (const key of ['a.bmp', 'link']) {
      const refused = await as(key)
      assert.deepEqual([refused.status, refused.log.refusal?.action], [403, 'oss:GetObject'], key)
    }
    await ram.allow('alice', { ...named, Action: 'oss:*' }, { ...read, Resource: `acs:oss:*:*:${BUCKET}/b.bmp` })
    assert.equal((await as('link')).status, 200)
  })

  test('S3 has no processing', async () => {
    const started = await start()
    const plain = await s3(started, {
      method: 'GET',
      bucket: BUCKET,
      key: 'a.bmp',
      query: 'x-oss-process=image%2Finfo',
    })
    assert.notEqual(plain.headers['content-type'], 'application/json')
  })
})

test('a server that cannot process images reports it, and one that is busy answers 503', async () => {
  const answers: readonly (readonly [ImageProcessor | undefined, unknown[]])[] = [
    [undefined, [501, 'NotImplemented', undefined]],
    [{ process: () => Promise.reject(new ImagesUnavailable('sharp')) }, [501, 'NotImplemented', undefined]],
    [{ process: () => Promise.reject(new ImagesBusy()) }, [503, 'ServiceUnavailable', '0004-00000801']],
  ]
  for (const [images, expected] of answers) {
    const started = await startWithBucket({ images })
    await call(started, { method: 'PUT', bucket: BUCKET, key: 'k', body: BMP })
    const query = { 'x-oss-process': 'image/info' }
    assert.deepEqual(codeOf(await ask(started, 'GET', 'k', undefined, { query })), expected)
  }
})
