import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CurrentOptions } from './current-options.js'
import { readConfig } from './read-config.js'

const MIB = 1024 ** 2
const KEY = { accessKeyId: 'id', accessKeySecret: 'secret' }

function reserveOf(args: readonly string[], totalBytes: number): number {
  return new CurrentOptions(readConfig(args, {}), KEY, { totalBytes }).reserveBytes
}

test('without a setting the reserve is 256 MiB, or a tenth of a smaller disk', () => {
  assert.equal(reserveOf([], 1024 ** 4), 256 * MIB)
  assert.equal(reserveOf([], 64 * MIB), Math.floor(6.4 * MIB))
  assert.equal(reserveOf(['--reserve', 'auto'], 400 * MIB), 40 * MIB)
})

test('a reserve that is set counts on every disk, and may change to another', () => {
  assert.equal(reserveOf(['--reserve', '1GiB'], 64 * MIB), 1024 * MIB)
  assert.equal(reserveOf(['--reserve', '0'], 1024 ** 4), 0)
  const options = new CurrentOptions(readConfig([], {}), KEY, { totalBytes: 64 * MIB })
  options.adjust(readConfig(['--reserve', '1MiB'], {}))
  assert.equal(options.reserveBytes, MIB)
})
