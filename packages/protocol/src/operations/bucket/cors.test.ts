import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeHeaders } from '../../message.js'
import { operations } from '../index.js'
import { bucketCors } from './cors.js'

test('the rules of the official page are written as on it, with ResponseVary always', () => {
  const rule = {
    allowedOrigins: ['*'],
    allowedMethods: ['PUT', 'GET'],
    allowedHeaders: ['Authorization'],
    exposeHeaders: [],
  } as const
  const bytes = bucketCors.document.encode({ rules: [rule], responseVary: false })
  assert.equal(
    Buffer.from(bytes).toString(),
    '<?xml version="1.0" encoding="UTF-8"?>\n<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin>' +
      '<AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod><AllowedHeader>Authorization</AllowedHeader>' +
      '</CORSRule><ResponseVary>false</ResponseVary></CORSConfiguration>',
  )
})

test('the answer to a preflight has only requested and configured headers', () => {
  const output = { allowOrigin: '*', allowMethods: ['PUT', 'GET'], maxAge: 100, variesByOrigin: true }
  assert.deepEqual(encodeHeaders(operations.OptionObject, output), [
    ['Access-Control-Allow-Origin', '*'],
    ['Access-Control-Allow-Methods', 'PUT, GET'],
    ['Access-Control-Max-Age', '100'],
    ['Vary', 'Origin'],
  ])
})
