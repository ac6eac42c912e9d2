import type { RecentRequest } from './requests.js'

/** Parameters of a query that sign a URL, which `bindery sign` makes again. */
const SIGNS =
  /^(x-oss-(signature|credential|date|expires|security-token|additional-headers)|OSSAccessKeyId|Expires|Signature|security-token|X-Amz-)/i

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** The command line that sends a request again, with curl and a signature of its own. Bodies and headers are not known. */
export function curlFor({ Method, Target, Bucket, Key }: RecentRequest): string {
  const [, query = ''] = Target.split(/\?(.*)/s)
  const kept = query.split('&').filter((pair) => pair !== '' && !SIGNS.test(pair))
  const address = quoted(`oss://${Bucket ?? ''}${Key === undefined ? '' : `/${Key}`}`)
  const method = Method === 'GET' ? '' : ` --method ${Method}`
  const parameters = kept.length === 0 ? '' : ` --query ${quoted(kept.join('&'))}`
  const flag = Method === 'HEAD' ? ' --head' : Method === 'GET' ? '' : ` --request ${Method}`
  return `curl${flag} "$(bindery sign ${address}${method}${parameters})"`
}
