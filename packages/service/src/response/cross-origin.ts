import { type BucketSettings, encodeHeaders, isBucketName, type Notation, operations } from '@bindery/protocol'
import { type Awaitable, andThen } from '@bindery/storage'
import { readBucketIfAny } from '../domain/buckets/buckets.js'
import { corsHeaders, findRule } from '../domain/buckets/cors.js'
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
  if (found !== undefined) return encodeHeaders(operations.OptionObject, corsHeaders(cors, found), notation)
  return cors.responseVary ? [['Vary', 'Origin']] : []
}
