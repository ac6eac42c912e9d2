import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readHead } from './read-head.js'

const read = (text: string) => readHead(Buffer.from(text, 'latin1'))

test('a plain request is read as it was sent: names in lower case, values without the blanks around them', () => {
  const text = 'HEAD /b/a%20b?x=1&y HTTP/1.1\r\nHost: h:9\r\nX-Oss-A:\t 1 \xa0 \t\r\nempty:\r\n__proto__: p\r\n\r\n'
  const head = read(text)
  assert.ok(head !== undefined)
  assert.deepEqual([head.method, head.target, head.bytes, head.bodyBytes], ['HEAD', '/b/a%20b?x=1&y', text.length, 0])
  const expected = [
    ['host', 'h:9'],
    ['x-oss-a', '1 \xa0'],
    ['empty', ''],
    ['__proto__', 'p'],
  ]
  assert.deepEqual(Object.entries(head.headers), expected)
})

test('a body of a plain length belongs to a request, and need not have arrived; nothing may have arrived behind it', () => {
  const put = (length: string, body: string) =>
    read(`PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: ${length}\r\n\r\n${body}`)
  for (const body of ['', 'ab', 'abc']) assert.equal(put('3', body)?.bodyBytes, 3)
  assert.equal(put('0', '')?.bodyBytes, 0)
  for (const [length, body] of [
    ['3', 'abcd'],
    ['0', 'a'],
    ['03', 'abc'],
    ['+3', 'abc'],
    ['3,3', 'abc'],
    ['', ''],
    ['0x3', 'abc'],
    ['10000000000', 'abc'],
  ] as const)
    assert.equal(put(length, body), undefined, length)
})

test('whatever is not plain is left to node:http', () => {
  const host = 'Host: h\r\n'
  const long = 'x'.repeat(4_096)
  for (const text of [
    '',
    'GET / HTTP/1.1\r\n',
    `GET / HTTP/1.1\r\n${host}`,
    'GET / HTTP/1.1\r\n\r\n',
    `GET / HTTP/1.0\r\n${host}\r\n`,
    `GET / HTTP/1.1\n${host}\r\n`,
    `GET  / HTTP/1.1\r\n${host}\r\n`,
    `GET /  HTTP/1.1\r\n${host}\r\n`,
    `GET http://h/ HTTP/1.1\r\n${host}\r\n`,
    `GET * HTTP/1.1\r\n${host}\r\n`,
    `GET /#a HTTP/1.1\r\n${host}\r\n`,
    `GET /\xe9 HTTP/1.1\r\n${host}\r\n`,
    `get / HTTP/1.1\r\n${host}\r\n`,
    `OPTIONS / HTTP/1.1\r\n${host}\r\n`,
    `\r\nGET / HTTP/1.1\r\n${host}\r\n`,
    `GET / HTTP/1.1\r\n${host}Host: h\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}A: 1\r\na: 2\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}A : 1\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host} A: 1\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}A: 1\r\n folded\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}A: 1\nB: 2\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}A: 1\rB: 2\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}A: \x00\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}A\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}: 1\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}A(: 1\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}Content-Length: 1\r\n\r\na`,
    `GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}Connection: keep-alive, upgrade\r\n\r\n`,
    `PUT / HTTP/1.1\r\n${host}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`,
    `PUT / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `PUT / HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 0\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}Upgrade: h2c\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host}\r\nGET / HTTP/1.1\r\n${host}\r\n`,
    `GET / HTTP/1.1\r\n${host}A: ${long}\r\n\r\n`,
  ])
    assert.equal(read(text), undefined, JSON.stringify(text))
})
