import { percentDecode } from '@bindery/bytes'
import { OssError } from './errors/oss-error.js'

/** Where the bucket of a reading was found: in the Host, or in the first segment of the path. */
export type AddressingStyle = 'host' | 'path'

/** One way to understand Host and path. Names are decoded, not checked: `bucketName` and `objectKey` do that. */
export type Reading =
  | {
      readonly style: AddressingStyle
      readonly level: 'service'
      readonly bucket?: undefined
      readonly key?: undefined
    }
  | { readonly style: AddressingStyle; readonly level: 'bucket'; readonly bucket: string; readonly key?: undefined }
  | { readonly style: AddressingStyle; readonly level: 'object'; readonly bucket: string; readonly key: string }

const OSS_DOMAIN = '.aliyuncs.com'

/**
 * The one or two ways to read Host and path (percent-encoded, origin form), the likelier first: it counts where no
 * signature tells them apart. `domains` are host names, in lower case, whose first label below is a bucket.
 * Throws malformedRequest for a path without its slash, invalidBucketName and objectNameNotUtf8 for what cannot be
 * decoded; a path that one reading cannot decode, the other cannot either.
 */
export function readings(
  host: string,
  rawPath: string,
  { domains }: { readonly domains: readonly string[] },
): readonly [Reading, ...Reading[]] {
  if (!rawPath.startsWith('/')) throw new OssError('malformedRequest')
  const label = bucketLabel(hostName(host), domains)
  if (label === undefined || label === '') return [pathReading(rawPath)]
  const hosted = hostReading(label, rawPath)
  const pathed = pathReading(rawPath)
  const pathFirst = pathed.level === 'service' ? label === 'undefined' : pathed.bucket === label
  return pathFirst ? [pathed, hosted] : [hosted, pathed]
}

/** In lower case, without port and root dot. An IPv6 address keeps its brackets. */
function hostName(host: string): string {
  const end = host.indexOf(':', host.startsWith('[') ? host.indexOf(']') + 1 : 0)
  const name = (end === -1 ? host : host.slice(0, end)).toLowerCase()
  return name.endsWith('.') ? name.slice(0, -1) : name
}

/**
 * The label that may name a bucket. At an IP endpoint ali-oss forges `<bucket>.<region>.aliyuncs.com`, whatever its
 * region, with `undefined` or nothing for no bucket; so any name below aliyuncs.com counts but the endpoints, which
 * have one label (`oss-cn-hangzhou`). Endpoints of several labels are told apart by the signature.
 */
function bucketLabel(name: string, domains: readonly string[]): string | undefined {
  if (name === 'localhost' || domains.includes(name)) return undefined
  for (const domain of ['localhost', ...domains]) {
    if (!name.endsWith(`.${domain}`)) continue
    const label = name.slice(0, -domain.length - 1)
    if (!label.includes('.')) return label
  }
  if (!name.endsWith(OSS_DOMAIN)) return undefined
  const labels = name.slice(0, -OSS_DOMAIN.length)
  const dot = labels.indexOf('.')
  return dot === -1 ? undefined : labels.slice(0, dot)
}

function hostReading(bucket: string, rawPath: string): Reading {
  if (rawPath === '/') return { style: 'host', level: 'bucket', bucket }
  return { style: 'host', level: 'object', bucket, key: decodeKey(rawPath.slice(1)) }
}

function pathReading(rawPath: string): Reading {
  if (rawPath === '/') return { style: 'path', level: 'service' }
  const slash = rawPath.indexOf('/', 1)
  const rawBucket = slash === -1 ? rawPath.slice(1) : rawPath.slice(1, slash)
  const rawKey = slash === -1 ? '' : rawPath.slice(slash + 1)
  const bucket = percentDecode(rawBucket)
  if (bucket === undefined) throw new OssError('invalidBucketName', { BucketName: rawBucket })
  if (rawKey === '') return { style: 'path', level: 'bucket', bucket }
  return { style: 'path', level: 'object', bucket, key: decodeKey(rawKey) }
}

function decodeKey(rawKey: string): string {
  const key = percentDecode(rawKey)
  if (key === undefined) throw new OssError('objectNameNotUtf8')
  return key
}
