import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ResponseHead, ResponseParser } from './http-parser.js'

interface Parsed {
  head: ResponseHead | undefined
  body: string
  isReusable: boolean | undefined
}

/** Feeds an answer in pieces of this many bytes. */
function parse(
  answer: string,
  method = 'GET',
  pieceBytes = answer.length,
): Parsed & { readonly parser: ResponseParser } {
  const parser = new ResponseParser()
  const parsed: Parsed = { head: undefined, body: '', isReusable: undefined }
  parser.expect(method, {
    head: (head) => {
      parsed.head = head
    },
    body: (piece) => {
      parsed.body += Buffer.from(piece).toString('latin1')
    },
    end: (isReusable) => {
      parsed.isReusable = isReusable
    },
  })
  const bytes = Buffer.from(answer, 'latin1')
  for (let start = 0; start < bytes.length; start += pieceBytes) parser.feed(bytes.subarray(start, start + pieceBytes))
  return { ...parsed, parser }
}

const OK = 'HTTP/1.1 200 OK\r\n'

test('an answer is read whole or byte by byte, with a length, in chunks, or without a body', () => {
  const answers: readonly (readonly [answer: string, body: string, method?: string])[] = [
    [`${OK}Content-Length: 5\r\nX-A: one\r\nx-a: two\r\n\r\nhello`, 'hello'],
    [`${OK}Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n`, 'hello'],
    [`HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 0\r\n\r\n`, ''],
    [`${OK}Content-Length: 5\r\n\r\n`, '', 'HEAD'],
    ['HTTP/1.1 204 No Content\r\n\r\n', ''],
    [`\r\n${OK}content-length:5\n\nhello`, 'hello'],
  ]
  for (const [answer, body, method] of answers) {
    for (const pieceBytes of [answer.length, 7, 1]) {
      const parsed = parse(answer, method, pieceBytes)
      assert.deepEqual([parsed.body, parsed.isReusable], [body, true], answer)
    }
  }
  assert.equal(parse(answers[0]?.[0] ?? '').head?.headers['x-a'], 'one,two')
})

test('a connection is not used again where the server closes it, and a body without a length ends with it', () => {
  assert.equal(parse(`${OK}Connection: close\r\nContent-Length: 1\r\n\r\nx`).isReusable, false)
  assert.equal(parse('HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx').isReusable, false)
  const open = parse(`${OK}\r\nall of it`)
  assert.deepEqual([open.body, open.isReusable], ['all of it', undefined])
  open.parser.finish()
})

test('an answer that breaks off, and one that is not HTTP, is an error', () => {
  for (const answer of [
    `${OK}Content-Length: 5\r\n\r\nhell`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nhe`,
    'HTTP/1.1 2',
  ]) {
    const { parser } = parse(answer)
    assert.throws(() => parser.finish(), /broke off/)
  }
  assert.throws(() => parse('SSH-2.0-OpenSSH\r\n\r\n'), /not one of HTTP/)
  assert.throws(() => parse(`${OK}Content-Length: many\r\n\r\n`), /not a number/)
  assert.throws(() => parse(`${OK}Transfer-Encoding: chunked\r\n\r\nsize\r\n`), /chunk without a size/)
  assert.throws(() => parse(`${OK}Content-Length: 1\r\n\r\nxy`), /more than an answer/)
  assert.throws(() => parse(`${OK}X: ${'x'.repeat(70_000)}`), /too long/)
})
