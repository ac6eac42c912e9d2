import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Steps } from './steps.js'

const seen: string[] = []
const note = (name: string) => {
  seen.push(name)
}

const steps = Steps.first((text: string) => {
  note('first')
  return text.length
})
  .next((length) => {
    note('second')
    if (length === 0) throw new RangeError('nothing')
    return length > 3 ? Promise.resolve(length) : length
  })
  .next((length) => {
    note('third')
    return `${length} characters`
  })

test('steps run one after another, in the same turn until one waits', async () => {
  seen.length = 0
  assert.equal(steps.run('abc'), '3 characters')
  assert.deepEqual(seen, ['first', 'second', 'third'])
  seen.length = 0
  const waiting = steps.run('abcd')
  assert.deepEqual(seen, ['first', 'second'])
  assert.equal(await waiting, '4 characters')
  assert.deepEqual(seen, ['first', 'second', 'third'])
})

test('a failing step is the last', () => {
  seen.length = 0
  assert.throws(() => steps.run(''), RangeError)
  assert.deepEqual(seen, ['first', 'second'])
})
