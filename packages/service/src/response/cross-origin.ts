import {
  type BucketSettings,
  encodeFields,
  isBucketName,
  type Notation,
  type Operations,
  type OutputOf,
  operations,
  type S3OutputOf,
  s3Dialect,
  s3Operations,
} from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import { readBucketIfAny } from '../domain/buckets/buckets.js'
import { type FoundRule, findRule } from '../domain/buckets/cors.js'
import type { Domain } from '../domain/domain.js'
import { readDocument } from '../domain/stored/documents.js'
import type { ServiceRequest } from '../service.js'

/**
 * The headers by which a browser lets a page of another origin see the answer to this request, whatever it will be.
 * None where no rule of the bucket allows it: the request goes on, and the browser hides its answer. A preflight is
 * answered by its own operation.
 */
export function crossOriginHeaders(
  domain: Domain,
  { method, headers }: Pick<ServiceRequest, 'method' | 'headers'>,
  bucket: string | undefined,
  notation: Notation,
): Awaitable<Headers> {
  const { origin } = headers
  if (origin === undefined || method === 'OPTIONS' || bucket === undefined || !isBucketName(bucket)) return []
  const cors = domain.metadata.read(async (reader) => {
    const record = await readBucketIfAny(domain, reader, bucket)
    return record && readDocument(reader, record, 'cors')
  })
  return andThen(cors, (found) => (found === undefined ? [] : allowingHeaders(found, origin, method, notation)))
}

type Headers = readonly (readonly [name: string, value: string])[]

function allowingHeaders(cors: BucketSettings['cors'], origin: string, method: string, notation: Notation): Headers {
  const found = findRule(cors, { origin, method })
  const { output } = notation === s3Dialect ? s3Operations.OptionsObject : operations.OptionObject
  if (found !== undefined) return encodeFields(output, crossOriginOutput(cors, found), notation)
  return encodeFields({ variesByOrigin: output.variesByOrigin }, variation(cors), notation)
}

type Output = OutputOf<Operations['OptionObject']> & S3OutputOf<'OptionObject'>

/** The output that allows a request of a browser. */
export function crossOriginOutput(cors: BucketSettings['cors'], { rule, allowOrigin }: FoundRule): Output {
  return {
    allowOrigin,
    // a browser takes them with no wildcard
    allowCredentials: allowOrigin === '*' ? undefined : true,
    allowMethods: rule.allowedMethods,
    exposeHeaders: rule.exposeHeaders.length > 0 ? rule.exposeHeaders : undefined,
    maxAge: rule.maxAgeSeconds,
    ...variation(cors),
  }
}

function variation({ responseVary }: BucketSettings['cors']): Pick<Output, 'variesByOrigin'> {
  return responseVary ? { variesByOrigin: true } : {}
}
