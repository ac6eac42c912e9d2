import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderAnswer } from './render.js'

test('single values of an answer are one block, and a record or a table is a block of its own', () => {
  const denied = {
    RequestId: 'R',
    Decision: 'Deny',
    Action: 'oss:GetObject',
    Reason: { By: 'acl' },
    Requester: 'alice',
  }
  const lines = ['Decision:  Deny', 'Action:    oss:GetObject', 'Requester: alice', '', 'By: acl', '']
  assert.equal(renderAnswer(denied, 'none'), lines.join('\n'))
  assert.equal(renderAnswer({ RequestId: 'R', Decision: 'Deny' }, 'none'), 'Decision: Deny\n')
  assert.equal(renderAnswer({ Users: { User: [{ Name: 'a' }, { Name: 'bc' }] } }, 'none'), 'Name\na\nbc\n')
  assert.equal(renderAnswer({ Users: { User: [] } }, 'none'), 'none\n')
})

test('control characters in names are shown, and documents keep their lines', () => {
  const request = { Key: 'evil\u001b[31m\nStatus 200', UserAgent: '\u009b2J' }
  const table = renderAnswer({ Requests: { Request: [request] } }, 'none')
  assert.match(table, /^Key +UserAgent\nevil\\u001b\[31m\\u000aStatus 200 +\\u009b2J\n$/)
  assert.equal(renderAnswer({ Policy: { Text: '{\n\u001b}' } }, 'none'), 'Text: {\n\\u001b}\n')
})
