import { byteString } from '@bindery/bytes'
import { badArgument, type InputOf, type Operations, OssError, type OutputOf } from '@bindery/protocol'
import { handler } from '../../call.js'
import type { OpenObject } from '../../domain/objects/open-object.js'
import { isWanted, rangeHolds } from '../../response/conditions.js'
import { contentRange, selectRange } from '../../response/range.js'
import { type Pace, paceOf } from '../../traffic.js'
import { notModified, objectHeaders } from '../describe.js'

type Input = InputOf<Operations['GetObject']>
type Output = OutputOf<Operations['GetObject']>

export const getObject = handler('GetObject', (call) => {
  const overrides = readOverrides(call.input)
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

const OVERRIDES = {
  responseContentType: ['contentType', 'response-content-type'],
  responseContentLanguage: ['contentLanguage', 'response-content-language'],
  responseExpires: ['expires', 'response-expires'],
  responseCacheControl: ['cacheControl', 'response-cache-control'],
  responseContentDisposition: ['contentDisposition', 'response-content-disposition'],
  responseContentEncoding: ['contentEncoding', 'response-content-encoding'],
} as const

/** The headers that the query replaces. Throws invalidArgument for what a header cannot hold. */
function readOverrides(input: Input): Partial<Output> {
  const headers: Record<string, string> = {}
  for (const [key, [header, name]] of Object.entries(OVERRIDES)) {
    const value = input[key as keyof typeof OVERRIDES]
    if (value === undefined) continue
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break would begin a header of the client's making
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) throw badArgument('invalidArgument', name, value)
    headers[header] = byteString(value)
  }
  return headers
}
