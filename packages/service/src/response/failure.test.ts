import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BelowReserve } from '@bindery/storage'
import { toOssError } from './failure.js'

test('an upload that a small disk refuses reports what is left and what is kept, although both have as many MiB', () => {
  const { message } = toOssError(new BelowReserve(6.05 * 1024 ** 2, 6.45 * 1024 ** 2))
  assert.match(message, /has 6 MiB left, and --reserve keeps 6\.4 MiB of it free/)
  assert.match(toOssError(new BelowReserve(2 ** 20, 2 ** 28)).message, /1 MiB left.* 256 MiB/)
})
