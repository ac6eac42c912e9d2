import assert from 'node:assert/strict'
import { test } from 'node:test'
import { urlsOf } from './urls.js'

test('a URL may name several hosts, each with its port', () => {
  assert.deepEqual(urlsOf('postgres://b:p%2C@one:1,two:2,[::1]:3/db?sslmode=require'), [
    'postgres://b:p%2C@one:1/db?sslmode=require',
    'postgres://b:p%2C@two:2/db?sslmode=require',
    'postgres://b:p%2C@[::1]:3/db?sslmode=require',
  ])
  assert.deepEqual(urlsOf('postgresql://one/db'), ['postgresql://one/db'])
})
