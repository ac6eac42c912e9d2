import { percentDecode } from '@bindery/bytes'
import { OssError } from './errors/oss-error.js'

/**
 * Where the bucket of a reading was found: in the Host, in the first segment of the path, or `bound`: the whole Host is a
 * domain that stands for it.
 */
export type AddressingStyle = 'host' | 'path' | 'bound'

/** A name by which an access point stands for its bucket. */
export interface Entrance {
  /** As the request has it, in place of the bucket's name: signatures cover this name. */
  readonly name: string
  /** Undefined where no access point has this name. */
  readonly accessPoint: string | undefined
}

interface AtAccessPoint {
  /** The Host is that of an access point: until that is looked up, `bucket` is its first label. */
  readonly isAccessPointHost?: boolean
  /**
   * Present where an access point was looked up; `bucket` is then the bucket that it belongs to, and empty where the Host
   * leads to none.
   */
  readonly entrance?: Entrance
}

/** One way to understand Host and path. Names are decoded, not checked: `bucketName` and `objectKey` do that. */
export type Reading = AtAccessPoint &
  (
    | {
        readonly style: AddressingStyle
        readonly level: 'service'
        readonly bucket?: undefined
        readonly key?: undefined
      }
    | { readonly style: AddressingStyle; readonly level: 'bucket'; readonly bucket: string; readonly key?: undefined }
    | { readonly style: AddressingStyle; readonly level: 'object'; readonly bucket: string; readonly key: string }
  )

const OSS_DOMAIN = '.aliyuncs.com'
const ACCESS_POINTS = 'oss-accesspoint'

/** The domain of the access points of an endpoint: that of OSS has the region first. */
export function accessPointDomain(endpoint: string): string {
  const [, region] = /^([^.]+)\.aliyuncs\.com$/.exec(endpoint) ?? []
  return region === undefined ? `${ACCESS_POINTS}.${endpoint}` : `${region}.${ACCESS_POINTS}${OSS_DOMAIN}`
}

/** The possible readings of a request's Host and path, the likelier one first. The signature decides between them. */
export type Readings = readonly [Reading, ...Reading[]]

/** Names by which Host and path are read. */
export interface ReadingOptions {
  /** Names below which the first label is a bucket, in lower case. */
  readonly domains: readonly string[]
  /** The bucket to which the Host is bound, as a whole. */
  readonly boundBucket?: string | undefined
}

/** The name of a Host that may be bound to a bucket: one that names no bucket itself. Undefined for any other. */
export function boundName(host: string, domains: readonly string[]): string | undefined {
  const name = hostName(host)
  if (!/[a-z]/.test(name) || !name.includes('.') || name.includes(':') || name.endsWith(OSS_DOMAIN)) return undefined
  const isNamed = (domain: string) => name === domain || name.endsWith(`.${domain}`)
  return isNamed('localhost') || domains.some(isNamed) ? undefined : name
}

/**
 * The possible readings of Host and path (percent-encoded, origin form), most likely first; the order decides where no
 * signature distinguishes them. `domains` are lower-case host names below which the first label is a bucket. Throws
 * malformedRequest for a path without its slash, and invalidBucketName or objectNameNotUtf8 for what cannot be decoded;
 * a path that one reading cannot decode, no other reading can.
 */
export function readings(host: string, rawPath: string, options: ReadingOptions): Readings {
  if (!rawPath.startsWith('/')) throw new OssError('malformedRequest')
  const literal = readingsOf(host, rawPath, options)
  if (!rawPath.includes('+')) return literal
  // a plus is a plus, but the Ruby SDK writes a space that way and signs the space
  return [...literal, ...readingsOf(host, rawPath.replaceAll('+', '%20'), options)]
}

function readingsOf(host: string, rawPath: string, { domains, boundBucket }: ReadingOptions): Readings {
  // a client may name the server by the same Host, and the bucket in the path
  if (boundBucket !== undefined) return [hostReading(boundBucket, rawPath, 'bound'), pathReading(rawPath)]
  const found = bucketLabel(hostName(host), domains)
  if (found === undefined || found.label === '') return [pathReading(rawPath)]
  const { label, isBucket } = found
  const hosted = hostReading(label, rawPath)
  if (found.isAccessPoint === true) return [{ ...hosted, isAccessPointHost: true }]
  const pathed = pathReading(rawPath)
  if (pathed.level === 'service') {
    if (label === 'undefined') return [pathed, hosted]
    return isBucket ? [hosted] : [hosted, pathed]
  }
  return pathed.bucket === label ? [pathed, hosted] : [hosted, pathed]
}

/** In lower case, without port and root dot. An IPv6 address keeps its brackets. */
export function hostName(host: string): string {
  const end = host.indexOf(':', host.startsWith('[') ? host.indexOf(']') + 1 : 0)
  const name = (end === -1 ? host : host.slice(0, end)).toLowerCase()
  return name.endsWith('.') ? name.slice(0, -1) : name
}

/** The first label of a Host. `isBucket`: it is surely one, and not part of an endpoint's name. */
interface FirstLabel {
  readonly label: string
  readonly isBucket: boolean
  readonly isAccessPoint?: boolean
}

/**
 * The label that may name a bucket. At an IP endpoint ali-oss forges `<bucket>.<region>.aliyuncs.com`, whatever its
 * region, with `undefined` or nothing if there is no bucket; so any name below aliyuncs.com counts except the
 * endpoints, which have one label (`oss-cn-hangzhou`). The signature distinguishes endpoints of several labels
 * (`cn-hangzhou.oss`, `s3.oss-cn-hangzhou`).
 */
function bucketLabel(name: string, domains: readonly string[]): FirstLabel | undefined {
  if (name === 'localhost' || domains.includes(name)) return undefined
  for (const domain of ['localhost', ...domains]) {
    if (!name.endsWith(`.${domain}`)) continue
    const label = name.slice(0, -domain.length - 1)
    const [, point] = /^([^.]+)\.oss-accesspoint$/.exec(label) ?? []
    if (point !== undefined) return { label: point, isBucket: false, isAccessPoint: true }
    if (!label.includes('.')) return { label, isBucket: true }
  }
  if (!name.endsWith(OSS_DOMAIN)) return undefined
  const labels = name.slice(0, -OSS_DOMAIN.length)
  const dot = labels.indexOf('.')
  if (dot === -1) return undefined
  const label = labels.slice(0, dot)
  const isAccessPoint = /^oss-[^.]+\.oss-accesspoint$/.test(labels.slice(dot + 1))
  return { isAccessPoint, label, isBucket: label !== 's3' && labels.startsWith('oss-', dot + 1) }
}

function hostReading(bucket: string, rawPath: string, style: 'host' | 'bound' = 'host'): Reading {
  if (rawPath === '/') return { style, level: 'bucket', bucket }
  return { style, level: 'object', bucket, key: decodeKey(rawPath.slice(1)) }
}

/** The slash behind the bucket may be encoded, as the C SDK sends it. `//` is how the C++ SDK names no bucket. */
function pathReading(rawPath: string): Reading {
  if (rawPath === '/' || rawPath === '//') return { style: 'path', level: 'service' }
  const [bucketEnd, keyStart] = endOfBucket(rawPath)
  const rawBucket = rawPath.slice(1, bucketEnd)
  const rawKey = rawPath.slice(keyStart)
  const bucket = percentDecode(rawBucket)
  if (bucket === undefined) throw new OssError('invalidBucketName', { bucketName: rawBucket })
  if (rawKey === '') return { style: 'path', level: 'bucket', bucket }
  return { style: 'path', level: 'object', bucket, key: decodeKey(rawKey) }
}

/** Where the bucket of a path ends, and where the key behind it starts. */
function endOfBucket(rawPath: string): readonly [bucketEnd: number, keyStart: number] {
  const slash = rawPath.indexOf('/', 1)
  const percent = rawPath.indexOf('%')
  const bareEnd = slash === -1 ? rawPath.length : slash
  if (percent !== -1 && percent < bareEnd) {
    const encoded = /%2f/i.exec(rawPath.slice(0, bareEnd))
    if (encoded !== null) return [encoded.index, encoded.index + encoded[0].length]
  }
  return [bareEnd, bareEnd + 1]
}

function decodeKey(rawKey: string): string {
  const key = percentDecode(rawKey)
  if (key === undefined) throw new OssError('objectNameNotUtf8')
  return key
}
