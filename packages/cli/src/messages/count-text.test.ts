import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countText } from './count-text.js'
import { inspectWordsIn } from './inspect.js'
import { objectWordsIn } from './objects.js'

test('one of a thing is not named as several', () => {
  assert.deepEqual([countText(0, 'part'), countText(1, 'part'), countText(2, 'part')], ['0 parts', '1 part', '2 parts'])
  assert.equal(objectWordsIn('en').deletedAll({ deleted: 1, failed: 0 }), '1 object deleted.\n')
  assert.equal(inspectWordsIn('en').treeSum({ objects: 2, folders: 1 }, '3 B'), '\n1 folder, 2 objects, 3 B\n')
})
