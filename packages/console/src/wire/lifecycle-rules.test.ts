import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lifecycleDocument, lifecycleRulesIn, type NewRule, switched } from './lifecycle-rules.js'

const ABORT =
  '<Rule><ID>a</ID><Prefix>in/</Prefix><Status>Enabled</Status><AbortMultipartUpload><Days>7</Days></AbortMultipartUpload></Rule>'
const MANY =
  '<Rule><ID>b</ID><Prefix></Prefix><Status>Disabled</Status><Tag><Key>k</Key><Value>v</Value></Tag>' +
  '<Expiration><CreatedBeforeDate>2026-01-05T00:00:00.000Z</CreatedBeforeDate></Expiration>' +
  '<Transition><Days>30</Days><StorageClass>IA</StorageClass></Transition>' +
  '<NoncurrentVersionExpiration><NoncurrentDays>9</NoncurrentDays></NoncurrentVersionExpiration></Rule>'

test('rules are read with all their actions', () => {
  const rules = lifecycleRulesIn(
    `<?xml version="1.0"?><LifecycleConfiguration>${ABORT}${MANY}</LifecycleConfiguration>`,
  )
  const shared = { isNarrowed: false, isEnabled: true, raw: ABORT }
  assert.deepEqual(rules[0], { id: 'a', prefix: 'in/', actions: [{ kind: 'abort', days: 7 }], ...shared })
  assert.deepEqual(rules[1], {
    ...{ id: 'b', prefix: '', isNarrowed: true, isEnabled: false, raw: MANY },
    actions: [
      { kind: 'expire', date: '2026-01-05T00:00:00.000Z' },
      { kind: 'move', days: 30, storageClass: 'IA' },
      { kind: 'expireNoncurrent', days: 9 },
    ],
  })
})

test('a rule is switched, and another added, without a change to the rest', () => {
  const [first, second] = lifecycleRulesIn(`<LifecycleConfiguration>${ABORT}${MANY}</LifecycleConfiguration>`)
  assert.ok(first !== undefined && second !== undefined)
  assert.equal(switched(first), ABORT.replace('Enabled', 'Disabled'))
  assert.equal(switched(second), MANY.replace('Disabled', 'Enabled'))
  for (const kind of ['abort', 'expire', 'move', 'expireNoncurrent', 'moveNoncurrent', 'expireMarker'] as const) {
    const rule: NewRule = { kind, prefix: 'a<b/', days: '3', storageClass: 'Archive' }
    const document = lifecycleDocument([ABORT, MANY], rule)
    assert.ok(document.startsWith(`<LifecycleConfiguration>${ABORT}${MANY}<Rule>`))
    const added = lifecycleRulesIn(document)[2]
    assert.deepEqual([added?.prefix, added?.isEnabled], ['a<b/', true])
    const storageClass = kind.startsWith('move') ? { storageClass: 'Archive' } : {}
    assert.deepEqual(added?.actions, [{ kind, ...(kind === 'expireMarker' ? {} : { days: 3 }), ...storageClass }])
  }
})
