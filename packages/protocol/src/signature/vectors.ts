// size: exempt (a table: one entry per vector)

/**
 * Signed requests whose signatures are known. The A vectors are asserted by tests of the official SDKs or printed in
 * OSS's documentation; the C vectors were computed by a program of its own that reproduces all A vectors.
 */
export interface Vector {
  readonly name: string
  readonly scheme: 'v1' | 'v4'
  readonly place: 'header' | 'url'
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly method: string
  readonly bucket?: string
  readonly key?: string
  /** As on the wire, but for the query keys that sign. */
  readonly query?: string
  /** Texts; but for `authorization`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Seconds since 1970: the time of signing, for a URL of V1 that of expiry. */
  readonly time: number
  /** V4 URL. */
  readonly expiresSeconds?: number
  readonly securityToken?: string
  readonly region?: string
  readonly product?: string
  readonly additionalHeaders?: readonly string[]
  /** The request names its time in Date alone, as signers of ours never do. */
  readonly dateOnly?: true
  readonly canonicalRequest?: string
  readonly canonicalRequestSha256?: string
  readonly stringToSign?: string
  readonly signature: string
}

const SDK = { accessKeyId: 'ak', accessKeySecret: 'sk' }
const DOC = { accessKeyId: '44CF9590006BF252F707', accessKeySecret: 'OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV' }
const OURS = { accessKeyId: 'LTAI5tTESTKEY0000000', accessKeySecret: 'topsecretKEY0000000000000000xx' }

const v1 = { scheme: 'v1', place: 'header' } as const
const v1Url = { scheme: 'v1', place: 'url' } as const
const v4 = { scheme: 'v4', place: 'header', region: 'cn-hangzhou' } as const
const v4Url = { scheme: 'v4', place: 'url', region: 'cn-hangzhou' } as const

/** Wed, 28 Dec 2022 10:27:41 GMT. */
const NELSON_TIME = 1672223261
const NELSON = {
  ...SDK,
  ...v1,
  method: 'PUT',
  bucket: 'examplebucket',
  key: 'nelson',
  time: NELSON_TIME,
  headers: {
    'content-md5': 'eB5eJF1ptWaXm4bijSPyxw==',
    'content-type': 'text/html',
    date: 'Wed, 28 Dec 2022 10:27:41 GMT',
    'x-oss-meta-author': 'alice',
    'x-oss-meta-magic': 'abracadabra',
  },
} as const

const SDK_V4 = {
  ...SDK,
  method: 'PUT',
  bucket: 'bucket',
  key: '1234+-/123/1.txt',
  query: 'param1=value1&%2Bparam1=value3&%7Cparam1=value4&%2Bparam2&%7Cparam2&param2',
} as const
const SDK_V4_HEADERS = { 'x-oss-head1': 'value', abc: 'value', zabc: 'value', xyz: 'value' }
const TEXT = { ...SDK_V4_HEADERS, 'content-type': 'text/plain' }
const OCTETS = { ...SDK_V4_HEADERS, 'content-type': 'application/octet-stream' }

/** Tue, 20 Dec 2022 08:48:18 GMT. */
const TIME = 1671526098
const SCOPE = '20221220/cn-hangzhou/oss/aliyun_v4_request'
const DATE = { date: 'Tue, 20 Dec 2022 08:48:18 GMT' }
const EXAMPLE = { ...OURS, bucket: 'examplebucket', time: TIME } as const

function lines(...all: readonly string[]): string {
  return all.join('\n')
}

function ourStringToSign(digest: string): string {
  return lines('OSS4-HMAC-SHA256', '20221220T084818Z', SCOPE, digest)
}

/** Signed requests with their known signatures: from the official pages and SDKs, and of our own. */
export const VECTORS: readonly Vector[] = [
  { ...NELSON, name: 'A1', signature: 'kSHKmLxlyEAKtZPkJhG9bZb5k7M=' },
  { ...NELSON, name: 'A2', query: 'acl', signature: '/afkugFbmWDQ967j1vr6zygBLQk=' },
  {
    ...SDK,
    ...v1,
    name: 'A3',
    method: 'GET',
    bucket: 'examplebucket',
    query: 'resourceGroup&non-resousce=null',
    time: NELSON_TIME,
    signature: 'vkQmfuUDyi1uDi3bKt67oemssIs=',
  },
  {
    ...SDK,
    ...v1,
    name: 'A4',
    method: 'GET',
    bucket: 'examplebucket',
    query: 'resourceGroup&acl',
    time: NELSON_TIME,
    signature: 'x3E5TgOvl/i7PN618s5mEvpJDYk=',
  },
  {
    ...SDK,
    ...v1Url,
    name: 'A5',
    method: 'GET',
    bucket: 'bucket',
    key: 'key',
    query: 'versionId=versionId',
    time: 1699807420,
    signature: 'dcLTea+Yh9ApirQ8o8dOPqtvJXQ=',
  },
  {
    ...SDK,
    ...v1Url,
    name: 'A6',
    method: 'GET',
    bucket: 'bucket',
    key: 'key+123',
    query: 'versionId=versionId',
    securityToken: 'token',
    time: 1699808204,
    signature: 'jzKYRrM5y6Br0dRFPaTGOsbrDhY=',
  },
  {
    ...SDK_V4,
    ...v4,
    name: 'A7',
    headers: TEXT,
    time: 1702743657,
    canonicalRequest: lines(
      'PUT',
      '/bucket/1234%2B-/123/1.txt',
      '%2Bparam1=value3&%2Bparam2&%7Cparam1=value4&%7Cparam2&param1=value1&param2',
      'content-type:text/plain',
      'x-oss-content-sha256:UNSIGNED-PAYLOAD',
      'x-oss-date:20231216T162057Z',
      'x-oss-head1:value',
      '',
      '',
      'UNSIGNED-PAYLOAD',
    ),
    canonicalRequestSha256: 'f4613657f1b108998e8dbd10a1aa5da621dc2c6e02c9ddec0f163664848704c4',
    stringToSign: lines(
      'OSS4-HMAC-SHA256',
      '20231216T162057Z',
      '20231216/cn-hangzhou/oss/aliyun_v4_request',
      'f4613657f1b108998e8dbd10a1aa5da621dc2c6e02c9ddec0f163664848704c4',
    ),
    signature: 'e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe',
  },
  {
    ...SDK_V4,
    ...v4,
    name: 'A8',
    headers: TEXT,
    region: 'cb-123',
    product: 'oss-cloudbox',
    time: 1702743657,
    signature: '94ce1f12c17d148ea681030275a94449d3357f5b5b21133996eec80af3e08a43',
  },
  {
    ...SDK_V4,
    ...v4,
    name: 'A9',
    headers: TEXT,
    securityToken: 'token',
    time: 1702784856,
    signature: 'b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea',
  },
  {
    ...SDK_V4,
    ...v4,
    name: 'A10',
    headers: TEXT,
    additionalHeaders: ['ZAbc', 'abc', 'x-oss-head1', 'x-oss-no-exist'],
    time: 1702747512,
    signature: '4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f',
  },
  {
    ...SDK_V4,
    ...v4Url,
    name: 'A11',
    headers: OCTETS,
    time: 1702781677,
    expiresSeconds: 599,
    canonicalRequest: lines(
      'PUT',
      '/bucket/1234%2B-/123/1.txt',
      '%2Bparam1=value3&%2Bparam2&%7Cparam1=value4&%7Cparam2&param1=value1&param2&x-oss-credential=ak%2F20231217%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=20231217T025437Z&x-oss-expires=599&x-oss-signature-version=OSS4-HMAC-SHA256',
      'content-type:application/octet-stream',
      'x-oss-head1:value',
      '',
      '',
      'UNSIGNED-PAYLOAD',
    ),
    canonicalRequestSha256: '48814c11f278d51662015bf2f896b66ca10b6de0187ed8d952e341bbce0aa336',
    signature: 'a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe',
  },
  {
    ...SDK_V4,
    ...v4Url,
    name: 'A12',
    headers: OCTETS,
    securityToken: 'token',
    time: 1702785388,
    expiresSeconds: 599,
    signature: '3817ac9d206cd6dfc90f1c09c00be45005602e55898f26f5ddb06d7892e1f8b5',
  },
  {
    ...SDK_V4,
    ...v4Url,
    name: 'A13',
    headers: OCTETS,
    additionalHeaders: ['abc', 'ZAbc'],
    time: 1702783809,
    expiresSeconds: 599,
    signature: '6bd984bfe531afb6db1f7550983a741b103a8c58e5e14f83ea474c2322dfa2b7',
  },
  {
    ...SDK,
    ...v4,
    name: 'A14',
    method: 'PUT',
    bucket: 'oss-bucket-test',
    key: 'test-sign-V4/-!@#$%^&*()/abcdefjhijklmnoqprstuvwxyz/123456789',
    headers: { 'x-oss-head1': 'value', 'content-type': 'application/octet-stream' },
    time: 1665911671,
    signature: '5028172a0a3806285979896982bee6e36e915cbf428ee7100a809e1f0ff43b64',
  },
  {
    ...DOC,
    ...v1,
    name: 'A15',
    method: 'PUT',
    bucket: 'oss-example',
    key: 'nelson',
    headers: {
      'content-md5': 'ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=',
      'content-type': 'text/html',
      date: 'Thu, 17 Nov 2005 18:49:58 GMT',
      'x-oss-magic': 'abracadabra',
      'x-oss-meta-author': 'foo@bar.com',
    },
    dateOnly: true,
    time: 1132253398,
    stringToSign:
      'PUT\nODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=\ntext/html\nThu, 17 Nov 2005 18:49:58 GMT\nx-oss-magic:abracadabra\nx-oss-meta-author:foo@bar.com\n/oss-example/nelson',
    signature: '26NBxoKdsyly4EDv6inkoDft/yA=',
  },
  {
    ...DOC,
    ...v1Url,
    name: 'A16',
    method: 'GET',
    bucket: 'oss-example',
    key: 'oss-api.pdf',
    time: 1141889120,
    stringToSign: 'GET\n\n\n1141889120\n/oss-example/oss-api.pdf',
    signature: 'EwaNTn1erJGkimiJ9WmXgwnANLc=',
  },
  {
    ...OURS,
    ...v1,
    name: 'C1: ListBuckets',
    method: 'GET',
    headers: DATE,
    dateOnly: true,
    time: TIME,
    stringToSign: lines('GET', '', '', DATE.date, '/'),
    signature: 'DbERr2gudRKlQBKvkHd+Os9vJZE=',
  },
  {
    ...EXAMPLE,
    ...v1,
    name: 'C2: of the keys of ListObjectsV2 only continuation-token is signed, decoded',
    method: 'GET',
    query: 'list-type=2&prefix=a/&max-keys=10&continuation-token=Cg%3D%3D',
    headers: DATE,
    dateOnly: true,
    stringToSign: lines('GET', '', '', DATE.date, '/examplebucket/?continuation-token=Cg=='),
    signature: 'MYGWQB5H82HDnW9Ev8ExDHctEsY=',
  },
  {
    ...EXAMPLE,
    ...v1,
    name: 'C3: a key is signed as UTF-8, not percent-encoded',
    method: 'PUT',
    key: '目录/a b+c~.txt',
    headers: { ...DATE, 'content-type': 'text/plain', 'x-oss-storage-class': 'IA', 'x-oss-meta-name': 'v1' },
    dateOnly: true,
    stringToSign: lines(
      'PUT',
      '',
      'text/plain',
      DATE.date,
      'x-oss-meta-name:v1',
      'x-oss-storage-class:IA',
      '/examplebucket/目录/a b+c~.txt',
    ),
    signature: 'UitZL1M66tH2pOik8UfzbCYchh4=',
  },
  {
    ...EXAMPLE,
    ...v1,
    name: 'C4: UploadPart with a token',
    method: 'PUT',
    key: 'k',
    query: 'partNumber=1&uploadId=0004B9894A22E5B1888A1E29F823',
    headers: DATE,
    dateOnly: true,
    securityToken: 'TOKEN',
    stringToSign: lines(
      'PUT',
      '',
      '',
      DATE.date,
      'x-oss-security-token:TOKEN',
      '/examplebucket/k?partNumber=1&uploadId=0004B9894A22E5B1888A1E29F823',
    ),
    signature: 'i/bE3ALer6p5zC9EYNLUocngpMM=',
  },
  {
    ...EXAMPLE,
    ...v1,
    name: 'C5: GET with overrides and a process',
    method: 'GET',
    key: 'a.jpg',
    query: 'x-oss-process=image/resize,w_100&versionId=CAEQ&response-content-type=text%2Fplain%3B%20charset%3Dutf-8',
    headers: DATE,
    dateOnly: true,
    stringToSign: lines(
      'GET',
      '',
      '',
      DATE.date,
      '/examplebucket/a.jpg?response-content-type=text/plain; charset=utf-8&versionId=CAEQ&x-oss-process=image/resize,w_100',
    ),
    signature: 'NjIcM9xC9ucDzjb4Lxs+7AaoZW8=',
  },
  {
    ...EXAMPLE,
    ...v1,
    name: 'C6: x-oss-date is the date line and a header line',
    method: 'DELETE',
    key: 'k',
    stringToSign: lines('DELETE', '', '', DATE.date, `x-oss-date:${DATE.date}`, '/examplebucket/k'),
    signature: '5dkNqe+bVE5giiNL0cNdOKBO5yQ=',
  },
  {
    ...EXAMPLE,
    ...v1Url,
    name: 'C7: a URL with a token',
    method: 'GET',
    key: 'dir/oss api.pdf',
    securityToken: 'TOKEN+/=',
    time: 1893456000,
    stringToSign: lines('GET', '', '', '1893456000', '/examplebucket/dir/oss api.pdf?security-token=TOKEN+/='),
    signature: 'mFWT3mLkUYiglL++Q1gZme4MhY4=',
  },
  {
    ...OURS,
    ...v4,
    name: 'C10: ListBuckets',
    method: 'GET',
    time: TIME,
    canonicalRequest: lines(
      'GET',
      '/',
      '',
      'x-oss-content-sha256:UNSIGNED-PAYLOAD',
      'x-oss-date:20221220T084818Z',
      '',
      '',
      'UNSIGNED-PAYLOAD',
    ),
    stringToSign: ourStringToSign('5ecceca7624c8c0520b62e47fdda9c2182b567c98c33bbc0a824c7ecbec0e132'),
    signature: '623ccdc022dd0d1975ce0fd3bb2be8383934b0cca256847c1b6b65385eff2825',
  },
  {
    ...EXAMPLE,
    ...v4,
    name: 'C11: ListObjectsV2, every query key is signed',
    method: 'GET',
    query: 'list-type=2&prefix=a%2Fb&delimiter=%2F&encoding-type=url',
    canonicalRequest: lines(
      'GET',
      '/examplebucket/',
      'delimiter=%2F&encoding-type=url&list-type=2&prefix=a%2Fb',
      'x-oss-content-sha256:UNSIGNED-PAYLOAD',
      'x-oss-date:20221220T084818Z',
      '',
      '',
      'UNSIGNED-PAYLOAD',
    ),
    stringToSign: ourStringToSign('df1eb4b1dc1266016425fc9242e3bf022106f4c4085e571056e598661539b22d'),
    signature: '41e375ba59d136d20f0b0f45739f75ed0fe333e341b0f85f45c4538cc30e6d8c',
  },
  {
    ...EXAMPLE,
    ...v4,
    name: 'C12: a key in UTF-8',
    method: 'PUT',
    key: '目录/a b+c~*.txt',
    headers: { 'content-md5': 'eB5eJF1ptWaXm4bijSPyxw==', 'content-type': 'text/plain', 'x-oss-meta-name': 'v1' },
    canonicalRequest: lines(
      'PUT',
      '/examplebucket/%E7%9B%AE%E5%BD%95/a%20b%2Bc~%2A.txt',
      '',
      'content-md5:eB5eJF1ptWaXm4bijSPyxw==',
      'content-type:text/plain',
      'x-oss-content-sha256:UNSIGNED-PAYLOAD',
      'x-oss-date:20221220T084818Z',
      'x-oss-meta-name:v1',
      '',
      '',
      'UNSIGNED-PAYLOAD',
    ),
    stringToSign: ourStringToSign('4151536b9321db08cb019f2098f4918309468131a24cc6a9a74c42bbfadb41e2'),
    signature: '817edb6db0e85391b3d8a9e8530e94cce7716ce5930b37bad7a5813fd65b13cc',
  },
  {
    ...EXAMPLE,
    ...v4,
    name: 'C13: InitiateMultipartUpload with host signed',
    method: 'POST',
    key: 'k',
    query: 'uploads',
    headers: { host: 'examplebucket.oss-cn-hangzhou.aliyuncs.com' },
    additionalHeaders: ['host'],
    canonicalRequest: lines(
      'POST',
      '/examplebucket/k',
      'uploads',
      'host:examplebucket.oss-cn-hangzhou.aliyuncs.com',
      'x-oss-content-sha256:UNSIGNED-PAYLOAD',
      'x-oss-date:20221220T084818Z',
      '',
      'host',
      'UNSIGNED-PAYLOAD',
    ),
    stringToSign: ourStringToSign('4633e02fa7638d72616243a84491098d63a4a408a6d6f99b72ba3a25e8887d62'),
    signature: 'a33517d2fafa1f2a0121d9de97cd774531974c5be7e6af86a6203ad7123a168d',
  },
  {
    ...EXAMPLE,
    ...v4,
    name: 'C14: without x-oss-date the text of Date is signed',
    method: 'GET',
    key: 'k',
    headers: DATE,
    dateOnly: true,
    canonicalRequest: lines(
      'GET',
      '/examplebucket/k',
      '',
      'x-oss-content-sha256:UNSIGNED-PAYLOAD',
      '',
      '',
      'UNSIGNED-PAYLOAD',
    ),
    stringToSign: lines(
      'OSS4-HMAC-SHA256',
      DATE.date,
      SCOPE,
      'd80f6fca885a5f494a2582a6eb82b889d3d58e249552c7bc65f503763d1c08bc',
    ),
    signature: 'e79daaffb86e1ef4e4ccce334dc9cd037a2832e5f8dc7ed2c8d7a223aedfe705',
  },
  {
    ...EXAMPLE,
    ...v4,
    name: 'C15: a token',
    method: 'GET',
    key: 'k',
    securityToken: 'TOKEN',
    canonicalRequest: lines(
      'GET',
      '/examplebucket/k',
      '',
      'x-oss-content-sha256:UNSIGNED-PAYLOAD',
      'x-oss-date:20221220T084818Z',
      'x-oss-security-token:TOKEN',
      '',
      '',
      'UNSIGNED-PAYLOAD',
    ),
    stringToSign: ourStringToSign('b6d81169e6136821934c8016bcd2c939a2d3f15fecf0e5d67c247568e447c355'),
    signature: '26b612a44fb86ec2aaf17c3dbeafb1f6262167f1965b83b9e7758fcd277e4b85',
  },
  {
    ...EXAMPLE,
    ...v4Url,
    name: 'C16: a URL for a day',
    method: 'GET',
    key: 'exampleobject',
    expiresSeconds: 86400,
    canonicalRequest: lines(
      'GET',
      '/examplebucket/exampleobject',
      'x-oss-credential=LTAI5tTESTKEY0000000%2F20221220%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=20221220T084818Z&x-oss-expires=86400&x-oss-signature-version=OSS4-HMAC-SHA256',
      '',
      '',
      'UNSIGNED-PAYLOAD',
    ),
    stringToSign: ourStringToSign('47423581ff06f308e9e64098ee9f6efde77ffe88e7f9e6ea9bc7794be8792599'),
    signature: '68c232fd50e9b8c0d94a50cf4cfb25de2fcf3c18f8ecd7bdcd8225385644fc2a',
  },
  {
    ...EXAMPLE,
    ...v4Url,
    name: 'C17: a URL with host signed',
    method: 'GET',
    key: 'exampleobject',
    headers: { host: 'examplebucket.oss-cn-hangzhou.aliyuncs.com' },
    additionalHeaders: ['host'],
    expiresSeconds: 86400,
    canonicalRequest: lines(
      'GET',
      '/examplebucket/exampleobject',
      'x-oss-additional-headers=host&x-oss-credential=LTAI5tTESTKEY0000000%2F20221220%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=20221220T084818Z&x-oss-expires=86400&x-oss-signature-version=OSS4-HMAC-SHA256',
      'host:examplebucket.oss-cn-hangzhou.aliyuncs.com',
      '',
      'host',
      'UNSIGNED-PAYLOAD',
    ),
    stringToSign: ourStringToSign('de63f22eb6a2e88e15a63136ba4bded8832960619202bdb0d3cea31669d3ee4d'),
    signature: '0fa07ae2ea19a6c572d324399d42b4f6a1535177d3bc1de703da30ab42c7faaa',
  },
  {
    ...EXAMPLE,
    ...v4Url,
    name: 'C18: a URL to put with a token, type and metadata',
    method: 'PUT',
    key: 'dir/é.txt',
    headers: { 'content-type': 'text/plain', 'x-oss-meta-a': '1' },
    securityToken: 'TOKEN+/=',
    expiresSeconds: 86400,
    canonicalRequest: lines(
      'PUT',
      '/examplebucket/dir/%C3%A9.txt',
      'x-oss-credential=LTAI5tTESTKEY0000000%2F20221220%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=20221220T084818Z&x-oss-expires=86400&x-oss-security-token=TOKEN%2B%2F%3D&x-oss-signature-version=OSS4-HMAC-SHA256',
      'content-type:text/plain',
      'x-oss-meta-a:1',
      '',
      '',
      'UNSIGNED-PAYLOAD',
    ),
    stringToSign: ourStringToSign('fb11657cfb756e123f802852d46b6fac149c10df32b4d759f395d568f22dc945'),
    signature: '569ec5d156aba8618829b0c7b88e9c0c6f809c921eaf93f4296c01f4e13deb7f',
  },
  {
    ...EXAMPLE,
    ...v4Url,
    name: 'C19: a URL with an override and a process',
    method: 'GET',
    key: 'a.jpg',
    query:
      'response-content-disposition=attachment%3B%20filename%3D%22a%20b.jpg%22&x-oss-process=image%2Fresize%2Cw_100',
    expiresSeconds: 86400,
    canonicalRequest: lines(
      'GET',
      '/examplebucket/a.jpg',
      'response-content-disposition=attachment%3B%20filename%3D%22a%20b.jpg%22&x-oss-credential=LTAI5tTESTKEY0000000%2F20221220%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=20221220T084818Z&x-oss-expires=86400&x-oss-process=image%2Fresize%2Cw_100&x-oss-signature-version=OSS4-HMAC-SHA256',
      '',
      '',
      'UNSIGNED-PAYLOAD',
    ),
    stringToSign: ourStringToSign('5d12e9d18e8fdf65d85a588507f854f28ebecdd4e59b17fdd6382973242a4b14'),
    signature: '67d6afe8645f5c1e062ab584d892006fdcde68d738951934781489bb372be507',
  },
]

/** Requests of V2 (C8, C9), as on the wire: made with the V2 signer of an official SDK, its clock stopped. */
export const V2_VECTORS = [
  {
    ...EXAMPLE,
    name: 'C8: a header',
    method: 'GET',
    key: 'a/b c.txt',
    query: 'prefix=x/y&acl',
    headers: {
      ...DATE,
      range: 'bytes=0-9',
      'x-oss-foo': '1',
      authorization:
        'OSS2 AccessKeyId:LTAI5tTESTKEY0000000,AdditionalHeaders:range,Signature:pJMHXtHvfPP+poHZOUrG3CRDiZwrdSguTOulbb2CXJI=',
    },
    stringToSign: lines(
      'GET',
      '',
      '',
      DATE.date,
      'range:bytes=0-9',
      'x-oss-foo:1',
      'range',
      '%2Fexamplebucket%2Fa%2Fb%20c.txt?acl&prefix=x%2Fy',
    ),
  },
  {
    ...EXAMPLE,
    name: 'C9: a URL',
    method: 'GET',
    key: 'a/b c.txt',
    query:
      'x-oss-signature-version=OSS2&x-oss-expires=1893456000&x-oss-access-key-id=LTAI5tTESTKEY0000000&x-oss-signature=NqT3WG%2B2VLaVL8rC%2ByieVCStDRelEyooEYSbouNGJJY%3D',
    headers: {},
    stringToSign: lines(
      'GET',
      '',
      '',
      '1893456000',
      '',
      '%2Fexamplebucket%2Fa%2Fb%20c.txt?x-oss-access-key-id=LTAI5tTESTKEY0000000&x-oss-expires=1893456000&x-oss-signature-version=OSS2',
    ),
  },
] as const
