import { type InputOf, type Operations, OssError, type OutputOf } from '@bindery/protocol'
import { handler } from '../../call.js'
import type { OpenObject } from '../../domain/objects/open-object.js'
import { isWanted, rangeHolds } from '../../response/conditions.js'
import { contentRange, selectRange } from '../../response/range.js'
import { type Pace, paceOf } from '../../traffic.js'
import { given, notModified, objectHeaders } from '../describe.js'

type Input = InputOf<Operations['GetObject']>
type Output = OutputOf<Operations['GetObject']>

export const getObject = handler('GetObject', (call) => {
  const overrides = overridesOf(call.input)
  if (call.requester.kind === 'anonymous' && Object.keys(overrides).length > 0) throw new OssError('anonymousOverride')
  return answer(call.openObject, call.input, overrides, paceOf(call))
})

function answer(object: OpenObject, input: Input, overrides: Partial<Output>, pace: Pace | undefined) {
  const { record } = object
  const whole = { ...objectHeaders(record), ...overrides }
  if (!isWanted(input, record)) throw notModified(whole)
  const asked = rangeHolds(input.ifRange, record) ? input.range : undefined
  const range = selectRange(asked, record.size, input.rangeBehavior === 'standard')
  const take = pace && ((wanted: number) => pace.take(wanted))
  if (range === undefined) return { output: whole, content: object.read(undefined, take), contentSize: record.size }
  const output = {
    ...whole,
    contentLength: range.end - range.start,
    contentRange: contentRange(range, record.size),
    // it is the digest of the whole object, which nobody can check against a part
    contentMd5: undefined,
  }
  return { status: 206, output, content: object.read(range, take), contentSize: output.contentLength }
}

/** The headers that the query replaces. */
function overridesOf(input: Input): Partial<Output> {
  return given({
    contentType: input.responseContentType,
    contentLanguage: input.responseContentLanguage,
    expires: input.responseExpires,
    cacheControl: input.responseCacheControl,
    contentDisposition: input.responseContentDisposition,
    contentEncoding: input.responseContentEncoding,
  })
}
