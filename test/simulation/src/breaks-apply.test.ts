import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { breakSource } from './break-hooks.js'
import { BREAKS } from './breaks.js'

const PACKAGES = new URL('../../../packages/', import.meta.url)

// Searching for the breaks takes minutes; this test finds at once the ones that a rename has orphaned.
test('every deliberate break still applies to the compiled code', () => {
  for (const broken of BREAKS) {
    const source = readFileSync(new URL(broken.file, PACKAGES), 'utf8')
    assert.notEqual(breakSource(source, broken), source, `the break "${broken.name}" changes nothing`)
  }
})
