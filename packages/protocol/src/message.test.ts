import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '@bindery/bytes'
import { integer, oneOf, text } from './codec.js'
import { either, flag, header, optional, query, required, userMetadata, withDefault } from './field.js'
import { decodeBody, decodeHead, encodeHeaders } from './message.js'
import {
  type BodyOf,
  type InputOf,
  type OutputOf,
  operation,
  type ResultOf,
  refuseHeader,
  refuseQuery,
} from './operation.js'
import { parseQuery } from './query.js'
import { failureOf } from './testing/exchange.js'
import { parsePlainXml } from './testing/plain-xml.js'
import { element, optionalDocument, optionalElement, xml } from './xml.js'

const sample = operation({
  name: 'Sample',
  summary: 'Has a field of each kind.',
  source: 'https://example.com',
  method: 'POST',
  level: 'object',
  permissions: [],
  input: {
    number: query('number', integer(1, 9)),
    word: optional(header('X-Word', text)),
    size: withDefault(query('size', integer(1, 1000)), 100),
    limit: optional(either('x-limit', integer(1, 9), 'trafficLimitTwice')),
    encoding: optional(either('encoding', oneOf(['url']))),
    mark: flag('mark'),
    owner: required(header('X-Owner', text), 'missingObjectAcl', { a: 'b' }),
    userMetadata,
  },
  body: optionalDocument(xml('Body', { a: element('A', text), b: optionalElement('B', text) })),
  decodeWith: (read, body, { word }) => (word === undefined || body.length > 0 ? read() : { a: word }),
  status: 200,
  output: { count: header('X-Count', integer(0, 9)), note: optional(header('X-Note', text)), userMetadata },
  result: xml('Result', { a: element('A', text) }),
  errors: [],
  refuses: [refuseHeader('X-New', ['', 'off']), refuseQuery('new'), refuseHeader('X-Bad', [], 'invalidPrefix')],
})

function decode(rawQuery: string, headers: Readonly<Record<string, string>> = {}): InputOf<typeof sample> {
  return decodeHead(sample, { query: parseQuery(rawQuery), headers: { 'x-owner': 'me', ...headers } })
}

const reasonOf = (rawQuery: string, headers: Readonly<Record<string, string>> = {}) =>
  failureOf(() => decode(rawQuery, headers))

test('an absent value is undefined, its default, or an error', () => {
  const input = decode('number=1')
  assert.deepEqual(input, {
    number: 1,
    word: undefined,
    size: 100,
    limit: undefined,
    encoding: undefined,
    mark: false,
    owner: 'me',
    userMetadata: {},
  })
  assert.deepEqual(reasonOf(''), ['invalidArgument', { argumentName: 'number', argumentValue: '' }])
  assert.deepEqual(reasonOf('number=1', { 'x-owner': '' }), ['missingObjectAcl', { a: 'b' }])
})

test('an empty value is an absent one, except that of a flag', () => {
  const input = decode('number=1&size=&x-limit=&mark=')
  assert.equal(input.size, 100)
  assert.equal(input.limit, undefined)
  assert.equal(input.mark, true)
  assert.equal(decode('number=1&mark').mark, true)
  assert.equal(decode('number=1', { 'x-word': '' }).word, undefined)
  assert.equal(decode('number=1', { 'x-new': '' }).number, 1)
})

test('a value with two places is read from either, and refused in both if declared so', () => {
  assert.equal(decode('number=1&x-limit=2').limit, 2)
  assert.equal(decode('number=1', { 'x-limit': '3' }).limit, 3)
  assert.equal(reasonOf('number=1&x-limit=2', { 'x-limit': '2' })[0], 'trafficLimitTwice')
  assert.equal(decode('number=1&encoding=url', { encoding: 'other' }).encoding, 'url')
})

test('refused parameters are rejected before anything is read, with the element of their code', () => {
  assert.deepEqual(reasonOf('number=no', { 'x-new': 'on' }), ['headerNotImplemented', { header: 'X-New' }])
  assert.deepEqual(reasonOf('number=1&new'), ['headerNotImplemented', { header: 'new' }])
  assert.deepEqual(reasonOf('number=1', { 'x-bad': 'v' }), [
    'invalidPrefix',
    { argumentName: 'X-Bad', argumentValue: 'v' },
  ])
  assert.equal(decode('number=1', { 'x-new': 'off' }).number, 1)
})

test('user metadata keep their bytes and have limits', () => {
  const headers = { 'x-oss-meta-a': '\u00c3\u00bc', 'x-oss-meta-b-2': '', 'x-oss-metadata-directive': 'COPY' }
  assert.deepEqual(decode('number=1', headers).userMetadata, { a: '\u00c3\u00bc', 'b-2': '' })
  assert.equal(reasonOf('number=1', { 'x-oss-meta-a_b': '' })[0], 'invalidMetadataName')
  assert.equal(reasonOf('number=1', { 'x-oss-meta-': '' })[0], 'invalidMetadataName')
  assert.equal(reasonOf('number=1', { 'x-oss-meta-a': 'a\u0001' })[0], 'invalidMetadataValue')
  const most = 'v'.repeat(8 * 1024 - 1)
  assert.equal(decode('number=1', { 'x-oss-meta-a': most }).userMetadata.a, most)
  assert.equal(reasonOf('number=1', { 'x-oss-meta-ab': most })[0], 'metadataTooLarge')
})

test('an output becomes headers in the order of its declaration', () => {
  const output: OutputOf<typeof sample> = { userMetadata: { a: '1', b: '2' }, count: 3 }
  assert.deepEqual(encodeHeaders(sample, output), [
    ['X-Count', '3'],
    ['x-oss-meta-a', '1'],
    ['x-oss-meta-b', '2'],
  ])
})

test('a body is decoded by its document, which may depend on the head', () => {
  const read = (body: string, word?: string): BodyOf<typeof sample> =>
    decodeBody(sample, parsePlainXml, utf8Bytes(body), decode('number=1', word === undefined ? {} : { 'x-word': word }))
  assert.deepEqual({ ...read('<Body><A>x</A></Body>', 'w') }, { a: 'x', b: undefined })
  assert.deepEqual(read('', 'w'), { a: 'w' })
  assert.equal(read(''), undefined)
  const bodiless = operation({ ...sample, body: 'bytes', decodeWith: () => undefined as never })
  assert.throws(() => decodeBody(bodiless, parsePlainXml, utf8Bytes(''), decode('number=1')), TypeError)
})

/** Compiles only if handlers are typed by the declaration. */
export function types(input: InputOf<typeof sample>, body: BodyOf<typeof sample>): ResultOf<typeof sample> {
  const number: number = input.number
  const word: string | undefined = input.word
  const mark: boolean = input.mark
  // @ts-expect-error there is no such field
  input.other
  // @ts-expect-error an optional field may be undefined
  const sure: string = input.word
  // @ts-expect-error the body may be missing
  const a: string = body.a
  // @ts-expect-error an output must have what is not optional
  const output: OutputOf<typeof sample> = { note: 'n', userMetadata: {} }
  // @ts-expect-error a cause must be of the catalogue
  operation({ ...sample, errors: ['noSuchCause'] })
  return { a: `${number}${word}${mark}${sure}${a}${output.count}` }
}
