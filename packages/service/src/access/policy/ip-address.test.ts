import assert from 'node:assert/strict'
import { BlockList, isIP } from 'node:net'
import { test } from 'node:test'
import { createRandom } from '@bindery/storage'
import { compileNetwork, parseAddress } from './ip-address.js'

test('an address is parsed as the network stack parses it', () => {
  const texts = [
    '0.0.0.0',
    '255.255.255.255',
    '256.1.1.1',
    '1.2.3',
    '01.2.3.4',
    '1.2.3.4.5',
    '',
    ':',
    '::',
    '::1',
    '1::',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    ':::',
    '12345::',
    'g::',
    '::ffff:1.2.3.4',
    '::1.2.3.4',
    '1.2.3.4::',
    '1:2:3:4:5:6:1.2.3.4',
    '1:2:3:4:5:6:7:1.2.3.4',
    ':1',
    '1:',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1e1.2.3.4',
    '0x1.2.3.4',
    '::FFFF:1.2.3.4',
    '-1.2.3.4',
  ]
  for (const text of texts) assert.equal(parseAddress(text) !== undefined, isIP(text) !== 0, text)
})

test('an IPv4 address mapped to IPv6 is the same address, and a zone is ignored', () => {
  assert.deepEqual(parseAddress('::ffff:10.0.0.1'), parseAddress('10.0.0.1'))
  assert.deepEqual(parseAddress('fe80::1%eth0'), parseAddress('fe80::1'))
  assert.ok(compileNetwork('10.0.0.0/8')?.(parseAddress('::ffff:10.255.0.1') ?? new Uint8Array(16)))
})

test('an invalid network is refused', () => {
  for (const text of [
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '::/129',
    'host',
    '/8',
    '10.0.0.0/-1',
    '',
  ]) {
    assert.equal(compileNetwork(text), undefined, text)
  }
})

test('random networks contain the same addresses as a block list of Node', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e6)
  const random = createRandom(seed)
  for (let round = 0; round < 5_000; round += 1) {
    const isV4 = random.below(2) === 0
    // few differing bits, so that networks contain a fair share of the addresses
    const part = () => (random.below(2) === 0 ? 0 : 1 << random.below(isV4 ? 8 : 16))
    const address = () =>
      isV4 ? [1, 2, 3, 4].map(part).join('.') : [1, 2, 3, 4, 5, 6, 7, 8].map(() => part().toString(16)).join(':')
    const [base, other, bits] = [address(), address(), random.below(isV4 ? 33 : 129)]
    const list = new BlockList()
    list.addSubnet(base, bits, isV4 ? 'ipv4' : 'ipv6')
    const parsed = parseAddress(other)
    assert.ok(parsed)
    const expected = list.check(other, isV4 ? 'ipv4' : 'ipv6')
    assert.equal(compileNetwork(`${base}/${bits}`)?.(parsed), expected, `SEED=${seed}: ${base}/${bits} ${other}`)
  }
})
