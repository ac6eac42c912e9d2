import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { rpcSignature, rpcStringToSign } from './rpc-signature.js'

const digests = { hmacSha1: (key: Uint8Array, data: Uint8Array) => createHmac('sha1', key).update(data).digest() }

test('an RPC request is signed over all its parameters, in the order of their names', () => {
  const parameters = new Map([
    ['Timestamp', '2022-12-20T08:48:18Z'],
    ['Version', '2015-04-01'],
    ['Action', 'AssumeRole'],
    ['AccessKeyId', 'LTAI5tTESTKEY0000000'],
    ['SignatureMethod', 'HMAC-SHA1'],
    ['SignatureVersion', '1.0'],
    ['SignatureNonce', 'n-1'],
    ['Format', 'JSON'],
    ['RoleArn', 'acs:ram::1234567890123456:role/adminrole'],
    ['RoleSessionName', 'alice'],
    ['DurationSeconds', '3600'],
    ['Signature', 'not signed itself'],
  ])
  const stringToSign = rpcStringToSign('POST', parameters)
  assert.equal(
    stringToSign,
    'POST&%2F&AccessKeyId%3DLTAI5tTESTKEY0000000%26Action%3DAssumeRole%26DurationSeconds%3D3600%26Format%3DJSON%26RoleArn%3Dacs%253Aram%253A%253A1234567890123456%253Arole%252Fadminrole%26RoleSessionName%3Dalice%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3Dn-1%26SignatureVersion%3D1.0%26Timestamp%3D2022-12-20T08%253A48%253A18Z%26Version%3D2015-04-01',
  )
  assert.equal(rpcSignature('topsecretKEY0000000000000000xx', stringToSign, digests), '8k1aDJuYyqnK1U42bYkJI+SOBjc=')
})

test('the sample of the documentation of RAM verifies', () => {
  const parameters = new Map([
    ['UserName', 'test'],
    ['SignatureVersion', '1.0'],
    ['Format', 'JSON'],
    ['Timestamp', '2015-08-18T03:15:45Z'],
    ['AccessKeyId', 'testid'],
    ['SignatureMethod', 'HMAC-SHA1'],
    ['Version', '2015-05-01'],
    ['Action', 'CreateUser'],
    ['SignatureNonce', '6a6e0ca6-4557-11e5-86a2-b8e8563dc8d2'],
  ])
  const signature = rpcSignature('testsecret', rpcStringToSign('GET', parameters), digests)
  assert.equal(signature, 'kRA2cnpJVacIhDMzXnoNZG9tDCI=')
})
