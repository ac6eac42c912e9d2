import assert from 'node:assert/strict'
import { test } from 'node:test'
import { abortedAt, abortRulesIn } from './lifecycle.js'

const rule = (prefix: string, days: number) =>
  `<Rule><ID>${prefix}</ID><Prefix>${prefix}</Prefix><Status>Enabled</Status><AbortMultipartUpload><Days>${days}</Days></AbortMultipartUpload></Rule>`

test('an upload ends by the first of the rules that cover its key', () => {
  const rules = abortRulesIn(`<LifecycleConfiguration>${rule('a/', 7)}${rule('a/b/', 3)}</LifecycleConfiguration>`)
  const day = 86_400_000
  assert.equal(abortedAt({ key: 'a/x', initiated: day }, rules), 8 * day)
  assert.equal(abortedAt({ key: 'a/b/x', initiated: day }, rules), 4 * day)
  assert.equal(abortedAt({ key: 'c', initiated: day }, rules), undefined)
})

test('a rule with a date and one about objects end no upload by its age', () => {
  const dated =
    '<Rule><Prefix/><Status>Enabled</Status><AbortMultipartUpload><CreatedBeforeDate>2026-01-01T00:00:00.000Z</CreatedBeforeDate></AbortMultipartUpload></Rule>'
  const ofObjects = '<Rule><Prefix/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>'
  const rules = abortRulesIn(`<LifecycleConfiguration>${dated}${ofObjects}</LifecycleConfiguration>`)
  assert.equal(rules.length, 1)
  assert.equal(abortedAt({ key: 'a', initiated: 0 }, rules), undefined)
})
