import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, compact, failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { completeMultipartUpload } from './complete-multipart-upload.js'

const HEAD = 'POST /dir/a.bin?uploadId=ABC HTTP/1.1'
const P1 = '302D3A0C8E319EAA95B059B346DE1D1D'
const P2 = '337B33C02F89493026843983FF272A30'
const PARTS = [
  { partNumber: 1, etag: P1 },
  { partNumber: 2, etag: P2 },
]

function partList(quote: string): string {
  const part = (number: number, etag: string) =>
    `  <Part><PartNumber>${number}</PartNumber><ETag>${quote}${etag}${quote}</ETag></Part>\n`
  return `<CompleteMultipartUpload>\n${part(1, P1)}${part(2, P2)}</CompleteMultipartUpload>`
}

test('the list of parts is read as all SDKs write it', () => {
  const bodies = [
    ...['"', '&quot;', '&#34;', ''].map(partList),
    `<?xml version="1.0" encoding="UTF-8"?>\n${partList('"')}`,
    partList('"').replace('<CompleteMultipartUpload>', '<CompleteMultipartUpload xmlns="http://doc.example.com">'),
    partList('"').replace(/<(PartNumber>\d+)(<\/PartNumber>)(<ETag>.*<\/ETag>)/g, '$3<$1$2'),
  ]
  for (const body of bodies) {
    const document = bodyOf(completeMultipartUpload, `${HEAD}\nContent-Type: xml\n\n${body}`)
    assert.deepEqual([...(document?.parts ?? [])], PARTS, body)
  }
})

test('a list without parts is a list, and a missing body is not', () => {
  for (const body of ['<CompleteMultipartUpload></CompleteMultipartUpload>', '<CompleteMultipartUpload/>']) {
    assert.deepEqual([...(bodyOf(completeMultipartUpload, `${HEAD}\n\n${body}`)?.parts ?? ['none'])], [])
  }
  assert.deepEqual(
    failureOf(() => bodyOf(completeMultipartUpload, HEAD)),
    ['malformedCompleteXml', {}],
  )
})

test('complete-all takes no list, whatever the body contains', () => {
  const head = `${HEAD}\nx-oss-complete-all: yes`
  assert.equal(inputOf(completeMultipartUpload, head).completeAll, 'yes')
  assert.equal(bodyOf(completeMultipartUpload, head), undefined)
  for (const body of [partList('"'), '<CompleteMultipartUpload/>', 'no xml']) {
    assert.deepEqual(
      failureOf(() => bodyOf(completeMultipartUpload, `${head}\n\n${body}`)),
      ['completeAllWithBody', { argumentName: 'x-oss-complete-all', argumentValue: 'yes' }],
    )
  }
})

test('a body that is not a list of parts is malformed', () => {
  const bodies = [
    'no xml',
    '<Other/>',
    '<CompleteMultipartUpload>',
    '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>',
  ]
  for (const body of bodies) {
    assert.equal(
      failureOf(() => bodyOf(completeMultipartUpload, `${HEAD}\n\n${body}`))[0],
      'malformedCompleteXml',
      body,
    )
  }
})

test('the answer names the object, its ETag twice, and its CRC-64', () => {
  const etag = 'CDE8D21A00DEF1AF2825E34D665747D0-2'
  const location = 'http://bkt.oss-cn-hangzhou.aliyuncs.com/dir%2Fa.bin'
  const result = { location, bucket: 'bkt', key: 'dir/a.bin', etag }
  const answer = responseOf(completeMultipartUpload, { etag, crc64: 14439424006907896166n }, result)
  assert.equal(
    answer,
    `200
ETag: "${etag}"
x-oss-hash-crc64ecma: 14439424006907896166

${compact(`<?xml version="1.0" encoding="UTF-8"?>
<CompleteMultipartUploadResult>
  <Location>${location}</Location>
  <Bucket>bkt</Bucket>
  <Key>dir/a.bin</Key>
  <ETag>"${etag}"</ETag>
</CompleteMultipartUploadResult>`)}`,
  )
  const encoded = responseOf(completeMultipartUpload, { etag, crc64: 0n }, { ...result, encodingType: 'url' })
  assert.ok(encoded.includes(`<EncodingType>url</EncodingType><Location>${location}</Location>`))
  assert.ok(encoded.includes('<Key>dir%2Fa.bin</Key>'))
})

test('complete accepts the ACL and the overwrite rule, but no encryption', () => {
  const input = inputOf(
    completeMultipartUpload,
    `${HEAD}&encoding-type=url&sequential\nx-oss-object-acl: public-read\nx-oss-forbid-overwrite: true`,
  )
  assert.equal(input.objectAcl, 'public-read')
  assert.equal(input.forbidOverwrite, true)
  const failure = (header: string) => failureOf(() => inputOf(completeMultipartUpload, `${HEAD}\n${header}`))[0]
  assert.equal(failure('x-oss-object-acl: all'), 'invalidObjectAcl')
  assert.equal(failure('x-oss-complete-all: no'), 'invalidArgument')
  assert.equal(failure('x-oss-server-side-encryption: KMS'), 'encryptionHeaderOnPart')
})
