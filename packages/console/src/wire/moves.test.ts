import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canTake, haveOwnNames } from './moves.js'

const object = (key: string) => ({ kind: 'object', key })
const folder = (key: string) => ({ kind: 'prefix', key })

test('entries have names of their own unless one would take the place of another in one folder', () => {
  assert.ok(haveOwnNames([object('a/x'), object('a/y'), folder('a/x/')]))
  assert.ok(!haveOwnNames([object('a/x'), object('b/x')]))
  assert.ok(!haveOwnNames([folder('a/x/'), folder('b/x/')]))
  assert.ok(haveOwnNames([object('a/b'), folder('a//')]))
})

test('a folder takes neither itself, nor one above it, nor what is in it already', () => {
  assert.ok(canTake('b/', [object('a/x'), folder('a/')]))
  assert.ok(!canTake('a/b/', [folder('a/')]))
  assert.ok(!canTake('a/', [object('a/x')]))
  assert.ok(!canTake('', [object('x')]))
})
