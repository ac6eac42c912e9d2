/** Where an S3 store is, and what must be known about it. */
export interface S3Place {
  /** `https://s3.example:443`: without a path. */
  readonly endpoint: string
  readonly bucket: string
  /** Begins every key; '' or ends in a slash. */
  readonly prefix: string
  readonly region: string
  /** Whether the bucket is in the path or in the host of requests. */
  readonly style: 'path' | 'host'
  readonly accessKeyId: string
  readonly accessKeySecret: string
  /** Bytes of a blob per part of a multipart upload: a multiple of 1 MiB, at least 5 MiB. */
  readonly partBytes: number
  /** Whether the store deletes many objects per request. */
  readonly deletesMany: boolean
}

const MIB = 1024 ** 2
const PART_BYTES_DEFAULT = 16 * MIB
const PART_BYTES_MIN = 5 * MIB
const PART_BYTES_MAX = 512 * MIB
const PARAMETERS = new Set(['endpoint', 'region', 'style', 'part', 'deletes'])

/**
 * Reads `s3://BUCKET/PREFIX?endpoint=…&region=…&style=path|host&part=16MiB&deletes=many|one`; undefined if it is not such
 * a URL. Without an endpoint it is AWS, of that region.
 */
export function parseS3Place(
  text: string,
  { accessKeyId, accessKeySecret }: Pick<S3Place, 'accessKeyId' | 'accessKeySecret'>,
): S3Place | undefined {
  const [, bucket, path = '', query = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?]*))?(?:\?(.*))?$/.exec(text) ?? []
  if (bucket === undefined) return undefined
  const parameters = new URLSearchParams(query)
  for (const name of parameters.keys()) if (!PARAMETERS.has(name)) return undefined
  const region = parameters.get('region') ?? 'us-east-1'
  const endpoint = originOf(parameters.get('endpoint') ?? `https://s3.${region}.amazonaws.com`)
  const style = parameters.get('style') ?? (parameters.has('endpoint') ? 'path' : 'host')
  const deletes = parameters.get('deletes') ?? 'many'
  const partBytes = bytesIn(parameters.get('part'))
  if (endpoint === undefined || partBytes === undefined) return undefined
  if ((style !== 'path' && style !== 'host') || (deletes !== 'many' && deletes !== 'one')) return undefined
  const prefix = path === '' || path.endsWith('/') ? path : `${path}/`
  const deletesMany = deletes === 'many'
  return { endpoint, bucket, prefix, region, style, accessKeyId, accessKeySecret, partBytes, deletesMany }
}

function originOf(text: string): string | undefined {
  try {
    const { protocol, origin, pathname, search } = new URL(text)
    const isPlain = (protocol === 'http:' || protocol === 'https:') && pathname === '/' && search === ''
    return isPlain ? origin : undefined
  } catch {
    return undefined
  }
}

function bytesIn(text: string | null): number | undefined {
  if (text === null) return PART_BYTES_DEFAULT
  const [, number] = /^(\d{1,3})MiB$/.exec(text) ?? []
  const bytes = Number(number) * MIB
  return bytes >= PART_BYTES_MIN && bytes <= PART_BYTES_MAX ? bytes : undefined
}
