import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scope } from '../domain/scope.js'
import { OpenForms } from './open-forms.js'

test('forms beyond the limit are refused until others have ended', () => {
  const forms = new OpenForms()
  const scopes = Array.from({ length: 128 }, () => new Scope())
  for (const scope of scopes) forms.enter(scope)
  assert.throws(() => forms.enter(new Scope()), { reason: 'slowDown' })
  scopes[0]?.close()
  forms.enter(new Scope())
  assert.throws(() => forms.enter(new Scope()), { reason: 'slowDown' })
})
