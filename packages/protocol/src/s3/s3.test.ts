import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { bytesToString, hex, stringToBytes, utf8Bytes } from '@bindery/bytes'
import type { Digests } from '../digests.js'
import type { OssError } from '../errors/oss-error.js'
import { parseQuery } from '../query.js'
import { v1Signature } from '../signature/compute.js'
import { ChunkSignatures } from './chunk-signatures.js'
import { ChunkedBodyError, ChunkedDecoder, type ChunkedOptions, withoutAwsChunked } from './chunked-body.js'
import { sigV2StringsToSign } from './sigv2.js'
import {
  canonicalRequests,
  EMPTY_SHA256,
  type SigV4Request,
  sigV4Signature,
  sigV4SigningKey,
  sigV4StringToSign,
} from './sigv4.js'
import { requireSigned, type SigV4Claim } from './verifier.js'

const digests: Digests = {
  begin: (algorithm) => createHash(algorithm),
  md5: (data) => createHash('md5').update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  hmacSha1: (key, data) => createHmac('sha1', key).update(data).digest(),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
}

interface Signer {
  readonly secret: string
  readonly time: string
  readonly region: string
}

const AWS: Signer = {
  secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  time: '20130524T000000Z',
  region: 'us-east-1',
}
const OWN: Signer = { secret: 'sekret/Bindery+Key', time: '20260105T080000Z', region: 'cn-hangzhou' }
const HOST = 'examplebucket.s3.amazonaws.com'

type Given = Omit<Partial<SigV4Request>, 'headers' | 'signedHeaders'> & { readonly headers?: Record<string, string> }

/** All headers are signed. */
function request(given: Given, { time }: Signer): SigV4Request {
  const { payload = EMPTY_SHA256 } = given
  const headers = { host: HOST, 'x-amz-content-sha256': payload, 'x-amz-date': time, ...given.headers }
  return { method: 'GET', path: '/', query: '', ...given, payload, headers, signedHeaders: Object.keys(headers) }
}

/** The usual canonical request's hash, shortened, and its signature. */
function sign(signed: SigV4Request, { secret, time, region }: Signer): { cr: string; signature: string } {
  const scope = { date: time.slice(0, 8), region }
  const [canonical = ''] = canonicalRequests(signed)
  const stringToSign = sigV4StringToSign(time, scope, canonical, digests)
  return {
    cr: hex(digests.sha256(stringToBytes(canonical))).slice(0, 16),
    signature: sigV4Signature(sigV4SigningKey(secret, scope, digests), stringToSign, digests),
  }
}

const BODY = hex(digests.sha256(utf8Bytes('Welcome to Amazon S3.')))

test("the published vectors of AWS have AWS's signatures", () => {
  const cases: [name: string, given: Given, cr: string, signature: string][] = [
    [
      'a range',
      { path: '/test.txt', headers: { range: 'bytes=0-9' } },
      '7344ae5b7ee6c3e7',
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'a body',
      {
        method: 'PUT',
        path: '/test$file.text',
        payload: BODY,
        headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      },
      '9e0e90d9c76de8fa',
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
    [
      'a key without a value',
      { query: 'lifecycle' },
      '9766c798316ff275',
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'two keys',
      { query: 'max-keys=2&prefix=J' },
      'df57d21db20da04d',
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ]
  for (const [name, given, cr, signature] of cases) {
    assert.deepEqual(sign(request(given, AWS), AWS), { cr, signature }, name)
  }
})

test("AWS's published examples of version 2 are reproduced", () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
  const cases = [
    ['GET', 'photos/puppy.jpg', {}, 'Tue, 27 Mar 2007 19:36:42 +0000', 'qgk2+6Sv9/oM7G3qLEjTH1a1l1g='],
    [
      'PUT',
      'photos/puppy.jpg',
      { 'content-type': 'image/jpeg' },
      'Tue, 27 Mar 2007 21:15:45 +0000',
      'iqRzw+ileNPu1fhspnRs8nOjjIA=',
    ],
  ] as const
  for (const [method, key, headers, date, signature] of cases) {
    const target = `/awsexamplebucket1/${key}`
    const request = {
      method,
      target,
      bucket: 'awsexamplebucket1',
      key,
      query: parseQuery(''),
      headers: { ...headers, date },
    }
    const [text = ''] = sigV2StringsToSign(request, undefined)
    assert.equal(v1Signature(secret, text, digests), signature)
  }
  const date = 'Wed, 28 Mar 2007 01:49:49 +0000'
  const target = '/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re'
  const named = { bucket: 'dictionary', key: 'français/préfère' }
  const [text = ''] = sigV2StringsToSign(
    { method: 'GET', target, ...named, query: parseQuery(''), headers: { date } },
    undefined,
  )
  assert.equal(v1Signature(secret, text, digests), 'DNEZGsoieTZ92F3bUfSPQcbGmlM=')
})

test('headers of S3 and the host must be signed', () => {
  const unsigned = (headers: Record<string, string>, ...signedHeaders: string[]) => {
    const claim = { signedHeaders, place: 'url' } as unknown as SigV4Claim
    try {
      requireSigned(claim, { headers })
      return ''
    } catch (error) {
      return (error as OssError).details.headersNotSigned
    }
  }
  assert.equal(unsigned({ host: 'h', 'x-amz-date': 'd', 'content-type': 'a/b' }, 'host', 'x-amz-date'), '')
  assert.equal(unsigned({ host: 'h', 'x-amz-acl': 'private' }, 'host'), 'x-amz-acl')
  assert.equal(unsigned({ host: 'h', 'x-amz-date': 'd' }, 'x-amz-date'), 'host')
})

test('a presigned URL signs its query and the host', () => {
  const query =
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=x'
  const headers = { host: HOST }
  const signed: SigV4Request = {
    method: 'GET',
    path: '/test.txt',
    query,
    headers,
    signedHeaders: ['host'],
    payload: 'UNSIGNED-PAYLOAD',
  }
  assert.deepEqual(sign(signed, AWS), {
    cr: '3bfa292879f6447b',
    signature: 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  })
})

test('keys with every kind of character are signed as botocore signs them', () => {
  const host = { host: '127.0.0.1:9000' }
  const path = '/bkt/dir%20a/%2B%26%3D%40%3A%2C%24~%21%2A%27%28%29%3B%3F%25%23/%E4%BD%A0'
  const put = request(
    {
      method: 'PUT',
      path,
      payload: hex(digests.sha256(utf8Bytes('hello s3'))),
      headers: { ...host, 'content-type': 'text/plain', 'x-amz-meta-note': '   a   b  ' },
    },
    OWN,
  )
  assert.equal(sign(put, OWN).signature, '40b95fd991b00c513b0003e5d20a1ffc1c79a6119544741bedc1d768eeea1d3f')
  const list = request(
    {
      path: '/bkt',
      query: 'list-type=2&prefix=a%20b%2F%2B&delimiter=%2F&encoding-type=url&start-after=&max-keys=2',
      headers: host,
    },
    OWN,
  )
  assert.equal(sign(list, OWN).signature, 'dab7026ac4e5068c8a760e99ffad522eead02cb604ba085fc67f563b11f3d9f4')
  const uploads = request(
    { method: 'POST', path: '/dir/a.bin', query: 'uploads', headers: { host: 'bkt.s3.example.test:9000' } },
    OWN,
  )
  assert.equal(sign(uploads, OWN).signature, '0f2ae15bcf93bb4eee33f3cdf9f45f5173987c1310618a395e955789cb80541a')
})

test('other encodings of a path, and a plus in a query, are tried after the usual ones', () => {
  const given = { path: '/bkt/a%2fb', query: 'prefix=a+b' }
  const lines = [...canonicalRequests(request(given, OWN))].map((one) => one.split('\n').slice(1, 3).join('?'))
  assert.deepEqual(lines, [
    '/bkt/a/b?prefix=a%20b',
    '/bkt/a/b?prefix=a%2Bb',
    '/bkt/a%2fb?prefix=a%20b',
    '/bkt/a%2fb?prefix=a%2Bb',
  ])
  assert.equal([...canonicalRequests(request({ path: '/bkt/a' }, OWN))].length, 1)
})

const SCOPE = { date: '20130524', region: 'us-east-1' }
const SIGNING_KEY = sigV4SigningKey(AWS.secret, SCOPE, digests)

function signatures(seed: string): NonNullable<ChunkedOptions['signatures']> {
  const chain = new ChunkSignatures({ seed, signingKey: SIGNING_KEY, timestamp: AWS.time, scope: SCOPE, digests })
  return {
    hash: () => {
      const hash = createHash('sha256')
      return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
    },
    verifiesChunk: (sha256, signature) => chain.verifiesChunk(sha256, signature),
    verifiesTrailer: (lines, signature) => chain.verifiesTrailer(lines, signature),
  }
}

/** Decodes a framed body in pieces of `pieceBytes`. */
function decode(
  body: Uint8Array,
  options: ChunkedOptions,
  pieceBytes = 1000,
): { content: string; trailer: string | undefined } {
  const decoder = new ChunkedDecoder(options)
  let content = ''
  for (let start = 0; start < body.length; start += pieceBytes) {
    decoder.push(body.subarray(start, start + pieceBytes), (bytes) => {
      content += bytesToString(bytes)
    })
  }
  decoder.end()
  return { content, trailer: decoder.trailerValue }
}

function fault(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof ChunkedBodyError) return error.fault
    throw error
  }
  return 'none'
}

const SEED = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'
const CHUNKS = [
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
]

function framed(signed: readonly string[], tail: string, content = 'a'.repeat(66_560)): Uint8Array {
  const sizes = [65_536, 1024, 0]
  let start = 0
  const chunks = sizes.map((size, index) => {
    const bytes = content.slice(start, start + size)
    start += size
    return `${size.toString(16)};chunk-signature=${signed[index]}\r\n${bytes}${size === 0 ? '' : '\r\n'}`
  })
  return stringToBytes(chunks.join('') + tail)
}

test("AWS's example of signed chunks is verified, however it is cut", () => {
  const body = framed(CHUNKS, '\r\n')
  for (const size of [1, 7, 65_536, 100_000]) {
    const options = { decodedLength: 66_560, trailer: undefined, signatures: signatures(SEED) }
    assert.equal(decode(body, options, size).content.length, 66_560)
  }
})

test('a signed trailer is verified, with the line ends of every client', () => {
  const seed = '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e'
  const chunks = [
    'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
    '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
    '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
  ]
  const signature = 'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435'
  const value = 'x-amz-checksum-crc32c:sOO8/Q=='
  const tails = [
    `${value}\r\n${signature}\r\n\r\n`,
    `${value}\n\r\n${signature}\r\n\r\n`,
    `${value}\r\n${signature}\r\n`,
  ]
  for (const tail of tails) {
    const options = { decodedLength: 66_560, trailer: 'x-amz-checksum-crc32c', signatures: signatures(seed) }
    assert.equal(decode(framed(chunks, tail), options).trailer, 'sOO8/Q==')
  }
  const forged = framed(chunks, tails[0]?.replace('sOO8', 'sOO9') ?? '')
  const options = { decodedLength: 66_560, trailer: 'x-amz-checksum-crc32c', signatures: signatures(seed) }
  assert.equal(
    fault(() => decode(forged, options)),
    'wrongSignature',
  )
})

test('a changed byte or signature of a chunk is found', () => {
  const options = () => ({ decodedLength: 66_560, trailer: undefined, signatures: signatures(SEED) })
  assert.equal(
    fault(() => decode(framed(CHUNKS, '\r\n', `b${'a'.repeat(66_559)}`), options())),
    'wrongSignature',
  )
  assert.equal(
    fault(() => decode(framed([...CHUNKS].reverse(), '\r\n'), options())),
    'wrongSignature',
  )
  assert.equal(
    fault(() => decode(stringToBytes('1\r\na\r\n0\r\n\r\n'), options())),
    'incomplete',
  )
})

test('bare chunks of any size are taken, with and without a trailer', () => {
  const plain = (body: string, length: number, trailer?: string) =>
    decode(stringToBytes(body), { decodedLength: length, trailer })
  assert.equal(plain('3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n', 5).content, 'abcde')
  assert.equal(plain('0\r\n\r\n', 0).content, '')
  const crc = 'x-amz-checksum-crc32'
  assert.equal(plain(`3\r\nabc\r\n0\r\n${crc}:NSRBwg==\r\n\r\n`, 3, crc).trailer, 'NSRBwg==')
  assert.equal(plain(`3\r\nabc\r\n0\r\n${crc}:NSRBwg==\n\r\n\r\n`, 3, crc).trailer, 'NSRBwg==')
})

test('framing that is broken in any way is refused', () => {
  const refused = (body: string, length: number, trailer?: string) =>
    fault(() => decode(stringToBytes(body), { decodedLength: length, trailer }))
  assert.equal(refused('3\r\nabc\r\n', 3), 'incomplete')
  assert.equal(refused('3\r\nab', 3), 'incomplete')
  assert.equal(refused('3\r\nabcd\r\n0\r\n\r\n', 3), 'incomplete')
  assert.equal(refused('3\nabc\r\n0\r\n\r\n', 3), 'incomplete')
  assert.equal(refused('x\r\nabc\r\n0\r\n\r\n', 3), 'incomplete')
  assert.equal(refused('-3\r\nabc\r\n0\r\n\r\n', 3), 'incomplete')
  assert.equal(refused(`${'0'.repeat(2000)}3\r\nabc`, 3), 'incomplete')
  assert.equal(refused('3\r\nabc\r\n0\r\n\r\nmore', 3), 'incomplete')
  assert.equal(refused('3\r\nabc\r\n0\r\n\r\n', 4), 'wrongLength')
  assert.equal(refused('3\r\nabc\r\n0\r\n\r\n', 2), 'wrongLength')
  assert.equal(refused('0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n', 0), 'malformedTrailer')
  assert.equal(refused('0\r\nother:1\r\n\r\n', 0, 'x-amz-checksum-crc32'), 'malformedTrailer')
  assert.equal(refused('0\r\n\r\n', 0, 'x-amz-checksum-crc32'), 'malformedTrailer')
})

test("S3's own token does not stay in Content-Encoding", () => {
  assert.equal(withoutAwsChunked('aws-chunked'), undefined)
  assert.equal(withoutAwsChunked('gzip, aws-chunked'), 'gzip')
  assert.equal(withoutAwsChunked('aws-chunked,gzip,AWS-CHUNKED, br'), 'gzip,br')
})

test('the policy of a form is signed as botocore signs it', () => {
  const policy = Buffer.from(
    '{"expiration":"2026-01-06T00:00:00Z","conditions":[{"bucket":"bkt"},["starts-with","$key","up/"],{"x-amz-algorithm":"AWS4-HMAC-SHA256"},{"x-amz-credential":"AKIDBINDERY/20260105/cn-hangzhou/s3/aws4_request"},{"x-amz-date":"20260105T080000Z"}]}',
  ).toString('base64')
  assert.equal(policy.length, 324)
  const signingKey = sigV4SigningKey(OWN.secret, { date: '20260105', region: OWN.region }, digests)
  assert.equal(
    sigV4Signature(signingKey, policy, digests),
    'e1c069d14b3e055fc0b5846bbf9260a3af5b64ee4d22207e3200a9cd7840e820',
  )
})
