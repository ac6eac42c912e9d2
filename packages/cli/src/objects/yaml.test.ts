import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { yamlDocument } from './yaml.js'

const VALUE = {
  key: 'a/b.txt',
  size: 12,
  note: 'yes',
  empty: '',
  odd: 'a: b # "c"\n\u2028 中文',
  tags: { 'x y': true, none: null, deep: { list: [1, [2, 'three'], { four: 4, five: [] }, {}] } },
}

test('objects, lists and texts have the block form of YAML', () => {
  assert.equal(
    yamlDocument({ key: 'a', tags: { list: [1, { four: 4, five: [] }], none: {} } }),
    '---\nkey: a\ntags:\n  list:\n    - 1\n    - four: 4\n      five: []\n  none: {}\n',
  )
  assert.equal(yamlDocument('yes'), '---\n"yes"\n')
  assert.equal(
    yamlDocument([1n], (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    '---\n- "1"\n',
  )
})

/** Whether Python reads YAML. */
function reader(): boolean {
  try {
    execFileSync('python3', ['-c', 'import yaml'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test('another reader finds the same values', { skip: !reader() && 'PyYAML is not installed' }, () => {
  const program = 'import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))'
  const input = yamlDocument(VALUE) + yamlDocument('no') + yamlDocument([VALUE, 3])
  assert.deepEqual(JSON.parse(execFileSync('python3', ['-c', program], { input, encoding: 'utf8' })), [
    VALUE,
    'no',
    [VALUE, 3],
  ])
})
