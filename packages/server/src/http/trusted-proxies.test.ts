import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TrustedProxies } from './trusted-proxies.js'

const forwarded = (addresses: string, scheme = 'https') => ({
  'x-forwarded-for': addresses,
  'x-forwarded-proto': scheme,
})

test('headers of a client that is not a trusted proxy mean nothing', () => {
  const http = (address: string) => ({ address, scheme: 'http' })
  assert.deepEqual(new TrustedProxies([]).originOf('127.0.0.1', forwarded('9.9.9.9')), http('127.0.0.1'))
  assert.deepEqual(new TrustedProxies(['10.0.0.0/8']).originOf('11.0.0.1', forwarded('9.9.9.9')), http('11.0.0.1'))
})

test('the client is the last address that is not a trusted proxy, whatever it sent itself', () => {
  const proxies = new TrustedProxies(['loopback', '10.0.0.0/8', 'fd00::/8'])
  const cases: [peer: string, header: string, client: string][] = [
    ['127.0.0.1', '9.9.9.9', '9.9.9.9'],
    ['::ffff:127.0.0.1', '9.9.9.9', '9.9.9.9'],
    ['::1', '1.2.3.4, 9.9.9.9', '9.9.9.9'],
    ['127.0.0.1', '1.2.3.4, 9.9.9.9, 10.1.1.1', '9.9.9.9'],
    ['127.0.0.1', '10.1.1.1, fd00::1', '10.1.1.1'],
    ['127.0.0.1', '9.9.9.9:4711', '9.9.9.9'],
    ['127.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['127.0.0.1', '9.9.9.9, unknown', '127.0.0.1'],
    ['127.0.0.1', '9.9.9.9, <script>, 10.1.1.1', '10.1.1.1'],
    ['127.0.0.1', '', '127.0.0.1'],
  ]
  for (const [peer, header, address] of cases) {
    assert.deepEqual(proxies.originOf(peer, forwarded(header)), { address, scheme: 'https' }, header)
  }
})

test('the scheme is the last that was forwarded, and http where it is another word', () => {
  const proxies = new TrustedProxies(['loopback'])
  const scheme = (value: string) => proxies.originOf('127.0.0.1', forwarded('9.9.9.9', value)).scheme
  assert.deepEqual(['https', 'HTTPS', 'http, https', 'https, http', 'wss', ''].map(scheme), [
    'https',
    'https',
    'https',
    'http',
    'http',
    'http',
  ])
})

test('only addresses and networks are trusted', () => {
  for (const entry of ['example.com', '10.0.0.0/33', '']) assert.throws(() => new TrustedProxies([entry]), RangeError)
})
