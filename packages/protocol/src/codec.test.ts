import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Codec,
  crc64Decimal,
  etag,
  httpDate,
  integer,
  isoDate,
  oneOf,
  orEmpty,
  present,
  text,
  truth,
} from './codec.js'
import { failureOf } from './testing/exchange.js'

function refuses(codec: Codec<unknown>, values: readonly string[], cause = 'invalidArgument'): void {
  for (const value of values) {
    const expected = [cause, { argumentName: 'argument', argumentValue: value }]
    assert.deepEqual(
      failureOf(() => codec.decode(value, 'argument')),
      expected,
      value,
    )
  }
}

test('an integer is decimal and within its bounds', () => {
  const codec = integer(1, 1000, 'invalidPrefix')
  assert.equal(codec.decode('1', 'argument'), 1)
  assert.equal(codec.decode('1000', 'argument'), 1000)
  assert.equal(codec.encode(7), '7')
  assert.deepEqual(codec.causes, ['invalidPrefix'])
  refuses(codec, ['0', '1001', '', ' 1', '1.0', '1e2', '0x1', '-1', '9'.repeat(16)], 'invalidPrefix')
})

test('a word is one of a list, in any case only if declared so', () => {
  const strict = oneOf(['url', 'Base'])
  assert.equal(strict.decode('url', 'argument'), 'url')
  refuses(strict, ['URL', '', 'base'])
  const lenient = oneOf(['url', 'Base'], 'invalidArgument', { ignoreCase: true })
  assert.equal(lenient.decode('URL', 'argument'), 'url')
  assert.equal(lenient.decode('base', 'argument'), 'Base')
})

test('a refused value is reported as text', () => {
  assert.deepEqual(
    failureOf(() => truth().decode('\u00c3\u00bc', 'x-oss-a')),
    ['invalidArgument', { argumentName: 'x-oss-a', argumentValue: 'ü' }],
  )
})

test('a boolean is true or false in any case', () => {
  assert.equal(truth().decode('True', 'argument'), true)
  assert.equal(truth().decode('false', 'argument'), false)
  assert.equal(truth().encode(false), 'false')
  refuses(truth('invalidForbidOverwrite'), ['1', 'yes', ''], 'invalidForbidOverwrite')
})

test('a flag counts whatever its value', () => {
  for (const value of ['', '1', 'false']) assert.equal(present.decode(value, 'argument'), true)
})

test('an ETag is without quotes inside and quoted on the wire', () => {
  for (const value of ['"AB-2"', 'AB-2', ' "AB-2" ']) assert.equal(etag.decode(value, 'argument'), 'AB-2')
  assert.equal(etag.encode('AB-2'), '"AB-2"')
})

test('HTTP dates have two-digit days and no fractions, and invalid ones are ignored', () => {
  const time = Date.parse('2026-01-05T08:00:00.999Z')
  assert.equal(httpDate.encode(time), 'Mon, 05 Jan 2026 08:00:00 GMT')
  assert.equal(httpDate.decode('Mon, 05 Jan 2026 08:00:00 GMT', 'argument'), time - 999)
  assert.equal(httpDate.decode('no date', 'argument'), undefined)
  assert.equal(httpDate.encode(undefined), '')
})

test('times in documents have whole seconds, written with milliseconds', () => {
  const time = Date.parse('2026-01-05T08:00:00.999Z')
  assert.equal(isoDate.encode(time), '2026-01-05T08:00:00.000Z')
  assert.equal(isoDate.decode('2026-01-05T08:00:00.000Z', 'argument'), time - 999)
  refuses(isoDate, ['yesterday'])
})

test('a CRC-64 is unsigned decimal', () => {
  assert.equal(crc64Decimal.decode('18446744073709551615', 'argument'), 2n ** 64n - 1n)
  assert.equal(crc64Decimal.encode(2n ** 64n - 1n), '18446744073709551615')
  refuses(crc64Decimal, ['-1', '', 'FF', '18446744073709551616', '1'.repeat(21)])
})

test('an element may be present and empty', () => {
  const codec = orEmpty(integer(1, 9))
  assert.equal(codec.encode(undefined), '')
  assert.equal(codec.encode(3), '3')
  assert.equal(codec.decode('', 'argument'), undefined)
  assert.equal(codec.decode('3', 'argument'), 3)
  refuses(codec, ['10'])
  assert.equal(text.decode(' as it is ', 'argument'), ' as it is ')
})

test('times of any day and year are printed as JavaScript prints them', () => {
  const years = [-1, 0, 1, 1969, 1970, 1999, 2000, 2026, 9999, 10_000]
  const times = years.flatMap((year) => [0, 59, 60, 3_599, 3_600, 86_399].map((s) => Date.UTC(year, 1, 28) + s * 1000))
  for (const time of times) {
    assert.equal(isoDate.encode(time + 999), new Date(time).toISOString())
    assert.equal(httpDate.encode(time + 999), new Date(time).toUTCString())
  }
})
