import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseHttpDate } from './http-date.js'

const NOVEMBER_1994 = Date.UTC(1994, 10, 6, 8, 49, 37)

test('the three forms of RFC 9110 are dates in UTC', () => {
  assert.equal(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT'), NOVEMBER_1994)
  assert.equal(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT'), NOVEMBER_1994)
  assert.equal(parseHttpDate('Sun Nov  6 08:49:37 1994'), NOVEMBER_1994)
  assert.equal(parseHttpDate('Wed Nov 16 08:49:37 1994'), Date.UTC(1994, 10, 16, 8, 49, 37))
  assert.equal(parseHttpDate('Thu, 29 Feb 2024 00:00:00 GMT'), Date.UTC(2024, 1, 29))
  assert.equal(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT'), Date.UTC(2016, 11, 31, 23, 59, 59))
  assert.equal(parseHttpDate('Monday, 05-Jan-26 08:00:00 GMT'), Date.UTC(2026, 0, 5, 8))
  assert.equal(parseHttpDate('Mon, 01 Jan 0001 00:00:00 GMT'), Date.parse('0001-01-01T00:00:00Z'))
})

test('anything else is not a date', () => {
  for (const text of [
    '',
    '0',
    '2030',
    '1994-11-06T08:49:37Z',
    '19941106T084937Z',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 06 Nov 1994 08:49:37 +0000',
    'Sun, 06 Nov 1994 09:49:37 CET',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'sun, 06 nov 1994 08:49:37 gmt',
    '06 Nov 1994 08:49:37 GMT',
    ' Sun, 06 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT',
    'Fri, 31 Feb 2026 00:00:00 GMT',
    'Sun, 29 Feb 2026 00:00:00 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 1994 08:00:61 GMT',
    'Sun Nov 6 08:49:37 1994',
    'Sun, 06-Nov-94 08:49:37 GMT',
  ]) {
    assert.equal(parseHttpDate(text), undefined, text)
  }
})
