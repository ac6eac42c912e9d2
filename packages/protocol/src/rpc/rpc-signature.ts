import { base64, percentEncode, utf8Bytes } from '@bindery/bytes'
import type { Digests } from '../digests.js'

/** Parameters of an RPC request: those of its query and those of its form together. */
export type RpcParameters = ReadonlyMap<string, string>

/**
 * The string that signs an RPC request.
 * @see https://help.aliyun.com/document_detail/28761.html
 */
export function rpcStringToSign(method: string, parameters: RpcParameters): string {
  const canonical = [...parameters]
    .filter(([name]) => name !== 'Signature')
    .map(([name, value]): [string, string] => [percentEncode(name), percentEncode(value)])
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  return `${method}&%2F&${percentEncode(canonical)}`
}

/** HMAC-SHA1 with the secret and `&` as key, in base64. */
export function rpcSignature(secret: string, stringToSign: string, { hmacSha1 }: Pick<Digests, 'hmacSha1'>): string {
  return base64(hmacSha1(utf8Bytes(`${secret}&`), utf8Bytes(stringToSign)))
}
