import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  BUCKET,
  call,
  element,
  elements,
  FULL_PART,
  type S3Request,
  type StartedService,
  s3,
  startWithBucket,
} from './testing/index.js'

const asS3 = (started: StartedService, request: S3Request) => s3(started, { bucket: BUCKET, key: 'k', ...request })
const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('hex')

/** A part as a Complete lists it. */
interface Listed {
  readonly number: number
  readonly etag: string
  /** Further elements. */
  readonly more?: string
}

const partOf = ({ number, etag, more = '' }: Listed) =>
  `<Part><PartNumber>${number}</PartNumber><ETag>"${etag}"</ETag>${more}</Part>`

class Upload {
  readonly #started: StartedService
  readonly #id: string

  private constructor(started: StartedService, id: string) {
    this.#started = started
    this.#id = id
  }

  static async begin(started: StartedService, headers: Record<string, string> = {}): Promise<Upload> {
    const { text } = await asS3(started, { method: 'POST', query: 'uploads', headers })
    return new Upload(started, element(text, 'UploadId') ?? '')
  }

  put(number: number, body: string | Uint8Array, headers: Record<string, string> = {}) {
    return this.#ask({ method: 'PUT', body, headers }, `partNumber=${number}&`)
  }

  complete(parts: readonly Listed[], headers: Record<string, string> = {}) {
    const body = `<CompleteMultipartUpload>${parts.map(partOf).join('')}</CompleteMultipartUpload>`
    return this.#ask({ method: 'POST', body, headers })
  }

  list(query = '') {
    return this.#ask({ method: 'GET' }, query)
  }

  #ask(request: S3Request, query = '') {
    return asS3(this.#started, { ...request, query: `${query}uploadId=${this.#id}` })
  }
}

const codeOf = ({ status, text }: { readonly status: number; readonly text: string }) =>
  `${status} ${element(text, 'Code')}`

test('the published recipe of ETags is that of S3, and OSS shows its own of the same object', async () => {
  const started = await startWithBucket()
  const upload = await Upload.begin(started)
  const first = Buffer.alloc(5 * 1024 * 1024, 'a')
  await upload.put(1, first)
  await upload.put(2, 'hello s3')
  const done = await upload.complete([
    { number: 1, etag: md5(first) },
    { number: 2, etag: md5('hello s3').toUpperCase() },
  ])
  assert.equal(element(done.text, 'ETag'), '"debb3ace41c0978fe71d03201eda09a7-2"')
  const head = await call(started, { method: 'HEAD', bucket: BUCKET, key: 'k' })
  assert.equal(head.headers.etag, '"0DF88A1AD3CB91B0A68173D201978221-2"')
  assert.equal(head.headers['x-oss-hash-crc64ecma'], '4748357521290719582')
})

test('a list must ascend, and may leave parts out, which are dropped', async () => {
  const started = await startWithBucket()
  const upload = await Upload.begin(started)
  for (const [number, body] of [FULL_PART, 'two', 'three'].entries()) await upload.put(number + 1, body)
  const [one, two] = [
    { number: 1, etag: md5(FULL_PART) },
    { number: 2, etag: md5('two') },
  ]
  assert.equal(codeOf(await upload.complete([two, one])), '400 InvalidPartOrder')
  assert.equal(codeOf(await upload.complete([one, one])), '400 InvalidPartOrder')
  assert.equal(codeOf(await upload.complete([{ number: 10_001, etag: one.etag }])), '400 InvalidArgument')
  assert.equal((await upload.complete([one, two])).status, 200)
  const got = await asS3(started, { method: 'GET' })
  assert.equal(got.bytes.length, FULL_PART.length + 3)
  assert.equal((await asS3(started, { method: 'GET', query: 'partNumber=3' })).status, 416)
})

test('a part below the floor is refused unless it is the last, and the upload stays', async () => {
  const started = await startWithBucket()
  const upload = await Upload.begin(started)
  const small = Buffer.alloc(50 * 1024, 'a')
  await upload.put(1, small)
  await upload.put(2, 'x')
  const done = await upload.complete([
    { number: 1, etag: md5(small) },
    { number: 2, etag: md5('x') },
  ])
  assert.deepEqual(
    [codeOf(done), element(done.text, 'ProposedSize'), element(done.text, 'MinSizeAllowed')],
    ['400 EntityTooSmall', '51200', '102400'],
  )
  const listed = await asS3(started, { method: 'GET', key: undefined as never, query: 'uploads' })
  assert.deepEqual(elements(listed.text, 'Key'), ['k'])
})

test('a part with a checksum that its upload does not have is verified, and the checksum echoed', async () => {
  const started = await startWithBucket()
  const upload = await Upload.begin(started)
  const put = await upload.put(1, 'hello s3', { 'x-amz-checksum-crc32': 'fJy43g==' })
  assert.deepEqual([put.status, put.headers['x-amz-checksum-crc32']], [200, 'fJy43g=='])
  const wrong = await upload.put(1, 'hello s3', { 'x-amz-checksum-crc32': 'AAAAAA==' })
  assert.equal(codeOf(wrong), '400 BadDigest')
  const listed = await upload.list()
  assert.equal(element(listed.text, 'ChecksumCRC32'), undefined)
  const more = '<ChecksumCRC32>fJy43g==</ChecksumCRC32>'
  assert.equal((await upload.complete([{ number: 1, etag: md5('hello s3'), more }])).status, 200)
})

test('a checksum of checksums is made only where each part is listed with its own', async () => {
  const started = await startWithBucket()
  const upload = await Upload.begin(started, { 'x-amz-checksum-algorithm': 'CRC32' })
  await upload.put(1, 'hello s3', { 'x-amz-checksum-crc32': 'fJy43g==' })
  const listed = (more: string) => [{ number: 1, etag: md5('hello s3'), more }]
  const bare = await upload.complete(listed(''))
  assert.equal(codeOf(bare), '400 InvalidRequest')
  assert.match(bare.text, /created using a crc32 checksum.*missing for part 1 in the request/)
  const crc = (value: string) => `<ChecksumCRC32>${value}</ChecksumCRC32>`
  assert.equal(codeOf(await upload.complete(listed(crc('AAAAAA==')))), '400 InvalidPart')
  assert.equal(codeOf(await upload.complete(listed(crc('AAAA')))), '400 InvalidArgument')
  const sha1 = `<ChecksumSHA1>${createHash('sha1').update('hello s3').digest('base64')}</ChecksumSHA1>`
  assert.equal(codeOf(await upload.complete(listed(sha1))), '400 BadDigest')
  assert.equal(codeOf(await upload.complete(listed(crc('fJy43g==') + sha1))), '400 InvalidArgument')
  const right = listed(crc('fJy43g=='))
  assert.equal(codeOf(await upload.complete(right, { 'x-amz-mp-object-size': '9' })), '400 InvalidRequest')
  assert.equal(codeOf(await upload.complete(right, { 'x-amz-checksum-type': 'FULL_OBJECT' })), '400 InvalidRequest')
  const done = await upload.complete(right, { 'x-amz-mp-object-size': '8', 'x-amz-checksum-type': 'COMPOSITE' })
  assert.match(element(done.text, 'ChecksumCRC32') ?? done.text, /^[\w+/]{6}==-1$/)
})

test('the numbers of an upload without parts all have digits', async () => {
  const started = await startWithBucket()
  const upload = await Upload.begin(started)
  const { text } = await upload.list('max-parts=&part-number-marker=&')
  const numbers = ['PartNumberMarker', 'NextPartNumberMarker', 'MaxParts'].map((name) => element(text, name))
  assert.deepEqual(numbers, ['0', '0', '1000'])
})

test('a part of OSS leaves an upload without its checksum of checksums, and S3 completes it with the checksums that it has', async () => {
  const started = await startWithBucket()
  const begun = await asS3(started, {
    method: 'POST',
    key: 'k',
    query: 'uploads',
    headers: { 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-server-side-encryption': 'AES256' },
  })
  const uploadId = element(begun.text, 'UploadId') ?? ''
  const first = await asS3(started, {
    method: 'PUT',
    key: 'k',
    query: `partNumber=1&uploadId=${uploadId}`,
    body: FULL_PART,
  })
  const checksum = first.headers['x-amz-checksum-crc32']
  assert.equal(typeof checksum, 'string')
  const second = await call(started, {
    method: 'PUT',
    bucket: BUCKET,
    key: 'k',
    query: { partNumber: '2', uploadId },
    body: 'end',
  })
  const done = await asS3(started, {
    method: 'POST',
    key: 'k',
    query: `uploadId=${uploadId}`,
    // minio-go repeats the encryption of the upload
    headers: { 'x-amz-server-side-encryption': 'AES256' },
    body: `<CompleteMultipartUpload>
      <Part><PartNumber>1</PartNumber><ETag>${first.headers.etag}</ETag><ChecksumCRC32>${checksum}</ChecksumCRC32></Part>
      <Part><PartNumber>2</PartNumber><ETag>${second.headers.etag}</ETag></Part>
    </CompleteMultipartUpload>`,
  })
  assert.deepEqual([done.status, element(done.text, 'ChecksumCRC32')], [200, undefined], done.text)
  assert.equal(done.headers['x-amz-server-side-encryption'], 'AES256')
})

test('a page of no uploads is whole, and a part without its upload is refused', async () => {
  const started = await startWithBucket()
  await asS3(started, { method: 'POST', key: 'k', query: 'uploads' })
  const { text } = await s3(started, { method: 'GET', bucket: BUCKET, query: 'uploads&max-uploads=0' })
  assert.deepEqual([element(text, 'IsTruncated'), elements(text, 'UploadId')], ['false', []])
  const refused = await asS3(started, { method: 'PUT', key: 'k', query: 'partNumber=1', body: 'x' })
  assert.deepEqual([refused.status, element(refused.text, 'Code')], [400, 'InvalidArgument'])
})
