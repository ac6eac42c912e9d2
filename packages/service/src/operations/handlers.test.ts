import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations, s3Operations } from '@bindery/protocol'
import { type HandlerOf, handler } from '../call.js'
import { type Handlers, handlers } from './index.js'

test('every operation has a handler of its own', () => {
  const handled = Object.values(s3Operations).map(({ handledAs }) => handledAs)
  const names = new Set<string>([...Object.keys(operations), ...handled])
  assert.deepEqual(Object.keys(handlers).sort(), [...names].sort())
  assert.equal(new Set(Object.values(handlers)).size, names.size)
})

test('a missing, a surplus and a wrongly typed handler do not compile', () => {
  const { ListParts: _, ...incomplete } = handlers
  // @ts-expect-error a handler is missing
  const missing: Handlers = incomplete
  // @ts-expect-error there is no such operation
  const surplus = handler('MakeCoffee', handlers.ListParts.handle)
  // @ts-expect-error PutObject does not answer as ListParts does
  const other: HandlerOf<'PutObject'> = handlers.ListParts.handle
  // @ts-expect-error the ETag is missing
  const short: HandlerOf<'PutObject'> = async () => ({ output: { crc64: 0n } })
  // @ts-expect-error a part number is a number
  const text: HandlerOf<'UploadPart'> = async ({ input: { partNumber } }) => ({
    output: { etag: partNumber, crc64: 0n },
  })
  // @ts-expect-error a document must be answered
  const silent: HandlerOf<'GetBucketAcl'> = async () => ({ output: {} })
  assert.equal([missing, surplus, other, short, text, silent].length, 6)
})
