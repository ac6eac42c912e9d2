import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, compact, failureOf, inputOf, responseOf } from '../../testing/exchange.js'
import { deleteMultipleObjects } from './delete-multiple-objects.js'
import { deleteObject } from './delete-object.js'

const HEAD = 'POST /?delete&encoding-type=url HTTP/1.1\nContent-MD5: XrY7u+Ae7tCTyyK7j1rNww=='
const read = (body: string) => bodyOf(deleteMultipleObjects, `${HEAD}\n\n${body}`)

test('keys are read unchanged', () => {
  const document = read(`<?xml version="1.0" encoding="UTF-8"?>
<Delete><Quiet>false</Quiet>
  <Object><Key>a&amp;b</Key></Object>
  <Object><Key> blank &#x1;</Key><VersionId>null</VersionId></Object>
</Delete>`)
  assert.equal(document.quiet, false)
  assert.deepEqual(
    document.objects.map(({ key }) => key),
    ['a&b', ' blank \u0001'],
  )
})

test('Quiet may be missing, and encoding-type may be a header', () => {
  assert.equal(read('<Delete><Object><Key>a</Key></Object></Delete>').quiet, undefined)
  const head = 'POST /?delete HTTP/1.1\nContent-MD5: XrY7u+Ae7tCTyyK7j1rNww==\nEncoding-type: url'
  assert.equal(inputOf(deleteMultipleObjects, head).encodingType, 'url')
})

test('the answer lists the keys in order; a quiet one is empty', () => {
  const deleted = [{ key: 'a&b' }, { key: 'v' }]
  assert.equal(
    responseOf(deleteMultipleObjects, {}, { encodingType: 'url', deleted }),
    `200\n\n${compact(`<?xml version="1.0" encoding="UTF-8"?>
<DeleteResult>
  <EncodingType>url</EncodingType>
  <Deleted><Key>a%26b</Key></Deleted>
  <Deleted><Key>v</Key></Deleted>
</DeleteResult>`)}`,
  )
  assert.ok(responseOf(deleteMultipleObjects, {}, { deleted }).includes('<Deleted><Key>a&amp;b</Key></Deleted>'))
  assert.equal(responseOf(deleteMultipleObjects, {}, undefined), '200\n\n')
})

test('each kind of invalid list has its cause', () => {
  const object = '<Object><Key>a</Key></Object>'
  const rows: readonly (readonly [body: string, cause: string])[] = [
    ['', 'deleteMalformed'],
    ['<Delete>', 'deleteMalformed'],
    ['<Other/>', 'deleteOtherRoot'],
    ['<Delete><Object></Object></Delete>', 'deleteWithoutKey'],
    [`<Delete><Quiet>maybe</Quiet>${object}</Delete>`, 'deleteMalformed'],
    ['<Delete><Quiet>true</Quiet></Delete>', 'deleteWithoutObjects'],
    [`<Delete>${object.repeat(1001)}</Delete>`, 'deleteTooManyObjects'],
    ['<Delete><Object><Key>a</Key><VersionId>234</VersionId></Object></Delete>', 'invalidVersionId'],
  ]
  for (const [body, cause] of rows) assert.equal(failureOf(() => read(body))[0], cause, body.slice(0, 80))
  assert.equal(read(`<Delete>${object.repeat(1000)}</Delete>`).objects.length, 1000)
})

test('a list requires its digest', () => {
  assert.equal(failureOf(() => inputOf(deleteMultipleObjects, 'POST /?delete HTTP/1.1'))[0], 'deleteWithoutMd5')
})

test('deleting an object returns no document, and names the version', () => {
  assert.equal(responseOf(deleteObject, {}), '204')
  assert.equal(
    responseOf(deleteObject, { deleteMarker: true, versionId: 'null' }),
    '204\nx-oss-delete-marker: true\nx-oss-version-id: null',
  )
  assert.deepEqual(
    failureOf(() => inputOf(deleteObject, 'DELETE /a?versionId=234 HTTP/1.1')),
    ['invalidVersionId', { argumentName: 'versionId', argumentValue: '234' }],
  )
})
