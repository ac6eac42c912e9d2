import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { isRefusal } from './connection.js'

test('an error that ends the session leaves open what was done, whatever its code', () => {
  const errorOf = (severity: string, code: string) =>
    Object.assign(new pg.DatabaseError('e', 1, 'error'), { severity, code })
  assert.ok(isRefusal(errorOf('ERROR', '53100')))
  assert.ok(isRefusal(errorOf('ERROR', '55P03')))
  assert.ok(!isRefusal(errorOf('PANIC', '53100')))
  assert.ok(!isRefusal(errorOf('FATAL', 'XX000')))
  assert.ok(!isRefusal(errorOf('FATAL', '57P01')))
  assert.ok(!isRefusal(new Error('the connection broke')))
})
