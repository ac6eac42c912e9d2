import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readableLine } from '../log.js'
import { redacted } from './access-log.js'

test('tokens and signatures are removed from a document; the string to sign stays', () => {
  const document = `<SignatureProvided>abc=</SignatureProvided><StringToSign>PUT

x-oss-security-token:SECRET
/b/k?security-token=SECRET&amp;x=1&amp;x-oss-signature=SECRET</StringToSign><StringToSignBytes>53 45</StringToSignBytes>`
  assert.equal(
    redacted(document),
    `<SignatureProvided>…</SignatureProvided><StringToSign>PUT

x-oss-security-token:…
/b/k?security-token=…&amp;x=1&amp;x-oss-signature=…</StringToSign><StringToSignBytes>…</StringToSignBytes>`,
  )
})

test('a readable line has its time, message and fields, and an error its stack', () => {
  const fields = { level: 50, time: '2026-11-24T12:30:01.123Z', msg: 'request failed', status: 500, key: 'a b' }
  const line = readableLine(JSON.stringify({ ...fields, err: { stack: 'Error: x\n    at y' } }))
  assert.equal(line, '12:30:01.123 error request failed status=500 key="a b"\nError: x\n    at y\n')
})

test('a key with control characters does not control the terminal', () => {
  const line = readableLine(JSON.stringify({ level: 30, time: '', msg: 'request', key: 'a\u001b[31m\u009b2J' }))
  assert.equal(line, 'request key="a\\u001b[31m\\u009b2J"\n')
})
