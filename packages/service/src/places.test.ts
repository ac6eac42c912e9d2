import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scope } from './domain/scope.js'
import { Places } from './places.js'

test('requests beyond the limit are refused until others have ended', () => {
  const places = new Places(128)
  const scopes = Array.from({ length: 128 }, () => new Scope())
  for (const scope of scopes) places.enter(scope)
  assert.throws(() => places.enter(new Scope()), { reason: 'slowDown' })
  scopes[0]?.close()
  places.enter(new Scope())
  assert.throws(() => places.enter(new Scope()), { reason: 'slowDown' })
})
