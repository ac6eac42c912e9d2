/** Corrupts requests and bytes at random and reproducibly. */
import type { Random } from '@bindery/storage'
import type { Template } from './corpus.js'

export function pick<T>(random: Random, from: readonly T[]): T {
  const one = from[random.below(from.length)]
  if (one === undefined) throw new Error('there is nothing to choose from')
  return one
}

const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH', 'get', 'QUERY']

const NAMES_IN_QUERY = [
  'acl uploads uploadId partNumber delete lifecycle list-type prefix delimiter marker max-keys max-parts max-uploads',
  'key-marker upload-id-marker part-number-marker continuation-token start-after encoding-type fetch-owner position',
  'append versionId versions tagging symlink restore policy cors logging website referer location stat bucketInfo',
  'sequential callback callback-var response-content-type response-expires x-oss-process x-oss-traffic-limit',
  'x-oss-ext-explain x-oss-ext-status x-oss-ext-watch x-oss-ext-detail x-oss-ext-size x-oss-ext-part-size objectMeta',
  'security-token Expires Signature OSSAccessKeyId x-oss-signature x-oss-credential x-oss-date x-oss-expires',
].flatMap((line) => line.split(' '))

const NAMES_OF_HEADERS = [
  'range if-match if-none-match if-modified-since if-unmodified-since content-md5 content-type content-encoding expires',
  'cache-control content-disposition content-language x-oss-acl x-oss-object-acl x-oss-storage-class x-oss-tagging',
  'x-oss-tagging-directive x-oss-metadata-directive x-oss-copy-source x-oss-copy-source-range x-oss-forbid-overwrite',
  'x-oss-copy-source-if-match x-oss-copy-source-if-none-match x-oss-copy-source-if-modified-since x-oss-complete-all',
  'x-oss-copy-source-if-unmodified-since x-oss-hash-crc64ecma x-oss-callback x-oss-callback-var x-oss-meta-a x-oss-meta-',
  'x-oss-server-side-encryption x-oss-traffic-limit x-oss-range-behavior x-oss-ext-auto-complete x-oss-security-token',
  'x-oss-allow-same-action-overlap x-oss-qos-delay-time x-oss-date date authorization x-oss-content-sha256 __proto__',
].flatMap((line) => line.split(' '))

const NUL = String.fromCharCode(0)
const VALUES = [
  ...['', '0', '1', '-1', '+1', '01', '1.5', '1e9', '0x10', 'NaN', 'null', 'true', 'yes', ' ', '*', '/', '?', '#', '"'],
  ...[
    '2',
    '10000',
    '10001',
    '1000',
    '1001',
    '2147483648',
    '9007199254740993',
    '99999999999999999999',
    '-9223372036854775808',
  ],
  ...[
    '%',
    '%zz',
    '%00',
    '%ff',
    NUL,
    '\u007f',
    'ÿþ',
    'Ã¤Ã¶',
    '\u0085',
    '<x>',
    '&amp;',
    ']]>',
    '..',
    '../..',
    './/',
    'a'.repeat(2000),
  ],
  ...[
    'bytes=0-',
    'bytes=-0',
    'bytes=-5',
    'bytes=5-2',
    'bytes=0-0,2-2',
    'bytes=0-99999999999999999999',
    'bytes=a-b',
    'bytes=',
  ],
  ...[
    '"x"',
    'W/"x"',
    '"',
    '"*"',
    'Standard',
    'IA',
    'Archive',
    'public-read-write',
    'default',
    'url',
    'COPY',
    'REPLACE',
  ],
  ...[
    'Thu, 01 Jan 1970 00:00:00 GMT',
    'Fri, 31 Feb 2026 25:61:61 GMT',
    '20260105T080000Z',
    '1e400',
    'constructor',
    '__proto__',
  ],
  ...['a=1&a=2', '=', '&&', 'a=1&b', 'a=%ff', Array.from({ length: 11 }, (_, index) => `k${index}=v`).join('&')],
  ...[
    'e30=',
    'W10=',
    'bnVsbA==',
    '////',
    'eyJjYWxsYmFja1VybCI6W119',
    'AAAAAAAAAAAAAAAAAAAAAA==',
    'd41d8cd98f00b204e9800998ecf8427e',
  ],
  ...[
    '/bkt/an%20object',
    'bkt/an object',
    '/bkt/',
    '/bkt',
    '/other/x?versionId=null',
    '/bkt/x?versionId=',
    '/%62kt/a',
    '/bkt/%2e%2e/a',
  ],
]

const KEYS = [
  'a',
  'an object',
  'a/b/',
  '/a',
  '//',
  '.',
  '..',
  '../x',
  ' ',
  '+',
  '%',
  '%2F',
  'ä',
  '😀',
  '\\x',
  'a?b#c',
  `a\u0001`,
  NUL,
]
const LONG_KEYS = ['k'.repeat(1023), 'k'.repeat(1024), 'ä'.repeat(512)]
const BUCKETS = [
  'bkt',
  'other',
  'a',
  'A',
  '-bkt',
  'bkt-',
  'b..t',
  '127.0.0.1',
  'b'.repeat(63),
  'b'.repeat(64),
  'ä',
  'oss',
]

const DOCUMENTS = [
  '',
  '<',
  '<a/>',
  '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
  '<?xml version="1.0" encoding="UTF-16"?><a/>',
  `${'<a>'.repeat(5000)}`,
  '<CompleteMultipartUpload/>',
  '<CompleteMultipartUpload><Part><PartNumber>0</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>',
  '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>',
  '<Delete/>',
  '<Delete><Object/></Delete>',
  '<Delete><Object><Key></Key></Object><Quiet>maybe</Quiet></Delete>',
  '<LifecycleConfiguration><Rule/></LifecycleConfiguration>',
  '\ufeff<Delete><Object><Key>a</Key></Object></Delete>',
  '<Delete><Object><Key>&#0;</Key></Object></Delete>',
  '<Delete><Object><Key>&#xD800;</Key></Object></Delete>',
  '<x:Delete xmlns:x="y"><x:Object><x:Key>a</x:Key></x:Object></x:Delete>',
].map((text) => Buffer.from(text))

/** Corrupts a request in one to three places, sometimes in none. */
export function mutateTemplate(random: Random, template: Template): Template {
  let mutated = template
  for (let count = random.below(4); count > 0; count -= 1) mutated = mutateOnce(random, mutated)
  return random.below(2) === 0 ? mutated : mutateInside(random, mutated)
}

/** Corrupts a body that has a syntax of its own: a document, or the JSON of a callback. */
function mutateInside(random: Random, template: Template): Template {
  const callback = template.headers['x-oss-callback']
  if (callback !== undefined) {
    const spoilt = mutateBytes(random, Buffer.from(callback, 'base64')).toString('base64')
    return { ...template, headers: { ...template.headers, 'x-oss-callback': spoilt } }
  }
  if (template.body[0] !== '<'.charCodeAt(0)) return template
  return { ...template, body: mutateBytes(random, template.body) }
}

function mutateOnce(random: Random, template: Template): Template {
  switch (random.below(8)) {
    case 0:
      return { ...template, method: pick(random, METHODS) }
    case 1:
      return { ...template, key: pick(random, random.below(8) === 0 ? LONG_KEYS : KEYS) }
    case 2:
      return { ...template, bucket: random.below(2) === 0 ? undefined : pick(random, BUCKETS) }
    case 3:
    case 4:
      return { ...template, query: mutateFields(random, template.query, NAMES_IN_QUERY) }
    case 5:
    case 6: {
      const headers = mutateFields(random, template.headers, NAMES_OF_HEADERS)
      return { ...template, headers: Object.fromEntries(Object.entries(headers).map(([n, value = '']) => [n, value])) }
    }
    default:
      return { ...template, body: random.below(2) === 0 ? pick(random, DOCUMENTS) : mutateBytes(random, template.body) }
  }
}

/** Changes, adds or removes a field. */
function mutateFields(
  random: Random,
  fields: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string | undefined> {
  const own = Object.keys(fields)
  const name = own.length > 0 && random.below(3) > 0 ? pick(random, own) : pick(random, names)
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined
  const { [name]: _taken, ...rest } = fields
  if (random.below(6) === 0) return rest
  const next = random.below(4) === 0 && value !== undefined ? mutateText(random, value) : pick(random, VALUES)
  return { ...rest, [name]: next }
}

/** A similar byte string. */
function mutateText(random: Random, text: string): string {
  return mutateBytes(random, Buffer.from(text, 'latin1'))
    .toString('latin1')
    .replace(/[\r\n]/g, '')
}

const BYTES = [0, 9, 10, 13, 32, 34, 37, 38, 45, 47, 58, 60, 61, 62, 63, 127, 128, 192, 255]

/** Flips, sets, duplicates, removes or moves some bytes. */
export function mutateBytes(random: Random, bytes: Uint8Array): Buffer {
  let mutated = Buffer.from(bytes)
  for (let count = 1 + random.below(3); count > 0; count -= 1) mutated = mutateBytesOnce(random, mutated)
  return mutated
}

function mutateBytesOnce(random: Random, bytes: Buffer): Buffer<ArrayBuffer> {
  const at = random.below(bytes.length + 1)
  const end = Math.min(at + 1 + random.below(random.below(2) === 0 ? 4 : 40), bytes.length)
  const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)]
  switch (random.below(6)) {
    case 0:
      return Buffer.concat([before, piece.map((byte) => byte ^ (1 << random.below(8))), after])
    case 1:
      return Buffer.concat([before, Buffer.of(pick(random, BYTES)), bytes.subarray(Math.min(at + 1, bytes.length))])
    case 2:
      return Buffer.concat([before, Buffer.of(pick(random, BYTES)), bytes.subarray(at)])
    case 3:
      return Buffer.concat([before, piece, piece, after])
    case 4:
      return Buffer.concat([before, after])
    default:
      return Buffer.from(random.below(2) === 0 ? before : Buffer.concat([after, piece, before]))
  }
}
