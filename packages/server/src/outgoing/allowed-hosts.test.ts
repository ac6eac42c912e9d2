import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { test } from 'node:test'
import { AllowedHosts, isAllowedHost } from './allowed-hosts.js'

/** The subset of hosts that is allowed at an address; a host without an address is its own address. */
function allowed(entries: readonly string[], hosts: readonly string[]): string[] {
  const list = new AllowedHosts(entries)
  return hosts.filter((text) => {
    const [host = '', address = host] = text.split(' ')
    return list.allows(host, { address, family: isIP(address.split('%')[0] ?? '') })
  })
}

const PRIVATE = ['10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.100.100.200', '0.0.0.0', 'fd00::1']
const PUBLIC = ['8.8.8.8', '2001:db8::1']

test('loopback is this host under any address or name, and nothing else', () => {
  const own = ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1', 'localhost ::1', 'any.name 127.0.0.1']
  const others = [...PRIVATE, ...PUBLIC, 'localhost 10.0.0.1', '::ffff:10.0.0.1', 'fe80::1%eth0', '::']
  assert.deepEqual(allowed(['loopback'], [...own, ...others]), own)
})

test('without an entry nothing is allowed', () => {
  assert.deepEqual(allowed([], ['127.0.0.1', ...PRIVATE, ...PUBLIC]), [])
})

test('a network allows its addresses under any name', () => {
  const hosts = [
    '10.1.2.3',
    'app.example 10.255.0.1',
    '11.0.0.1',
    '::ffff:10.0.0.1',
    '192.168.7.7',
    '192.168.7.8',
    'fd00::2',
  ]
  assert.deepEqual(allowed(['10.0.0.0/8', '192.168.7.7', 'fd00::/8'], hosts), [
    '10.1.2.3',
    'app.example 10.255.0.1',
    '::ffff:10.0.0.1',
    '192.168.7.7',
    'fd00::2',
  ])
})

test('a name allows private addresses of that host only, and a suffix those of all hosts below', () => {
  const good = ['app 172.18.0.3', 'a.b.example 10.0.0.1', 'x.b.example 8.8.8.8']
  const bad = ['b.example 10.0.0.1', 'evilb.example 10.0.0.1', 'app.evil 10.0.0.1', '172.18.0.3', '10.0.0.1']
  assert.deepEqual(allowed(['app', '*.b.example', '*.0.0.1'], [...good, ...bad]), good)
})

test('a name never leads to this host, to link-local services or to multicast groups, unless a network allows them too', () => {
  const hosts = [
    '127.0.0.1',
    '::1',
    '0.0.0.0',
    '169.254.169.254',
    'fe80::1',
    '224.0.0.1',
    '255.255.255.255',
    'ff02::1',
    '::',
  ]
  const names = hosts.flatMap((address) => [
    `app ${address}`,
    ...(address.includes(':') ? [] : [`app ::ffff:${address}`]),
  ])
  assert.deepEqual(allowed(['app'], names), [])
  assert.deepEqual(allowed(['app', '169.254.0.0/16'], names), ['app 169.254.169.254', 'app ::ffff:169.254.169.254'])
})

test('an invalid entry is rejected', () => {
  for (const text of ['', 'http://a', 'a b', '*', '*.', '10.0.0.0/33', '10.0.0.0/8/8', '::/129', '10.0.0.0/x', 'a/8']) {
    assert.equal(isAllowedHost(text), false, text)
    assert.throws(() => new AllowedHosts([text]), RangeError)
  }
})
