import { percentDecode } from '@bindery/bytes'
import { hostName, type Reading, type ReadingOptions, type Readings } from '../address.js'
import { OssError } from '../errors/oss-error.js'

/**
 * The reading of Host and path as S3 has them. The Host alone decides: the part before a configured domain is the
 * bucket, otherwise it is the first segment of the path. All that follows it is the key, empty segments included.
 * Throws malformedRequest for a path without its slash, and objectNameNotUtf8 for what cannot be decoded.
 */
export function s3Readings(host: string, rawPath: string, { domains, boundBucket }: ReadingOptions): Readings {
  if (!rawPath.startsWith('/')) throw new OssError('malformedRequest')
  if (boundBucket !== undefined) return [readingOf('bound', boundBucket, rawPath.slice(1)), pathReading(rawPath)]
  const bucket = bucketInHost(hostName(host), domains)
  return [bucket === undefined ? pathReading(rawPath) : readingOf('host', bucket, rawPath.slice(1))]
}

/** The longest domain counts: a bucket's name may have dots. */
function bucketInHost(name: string, domains: readonly string[]): string | undefined {
  if (domains.includes(name)) return undefined
  const domain = ['localhost', ...domains]
    .filter((one) => name.endsWith(`.${one}`))
    .reduce((longest, one) => (one.length > longest.length ? one : longest), '')
  return domain === '' ? undefined : name.slice(0, -domain.length - 1)
}

function pathReading(rawPath: string): Reading {
  if (rawPath === '/') return { style: 'path', level: 'service' }
  const slash = rawPath.indexOf('/', 1)
  const rawBucket = rawPath.slice(1, slash === -1 ? undefined : slash)
  return readingOf('path', decode(rawBucket), slash === -1 ? '' : rawPath.slice(slash + 1))
}

function readingOf(style: Reading['style'], bucket: string, rawKey: string): Reading {
  if (rawKey === '') return { style, level: 'bucket', bucket }
  return { style, level: 'object', bucket, key: decode(rawKey) }
}

function decode(encoded: string): string {
  const text = percentDecode(encoded)
  if (text === undefined) throw new OssError('objectNameNotUtf8')
  return text
}
