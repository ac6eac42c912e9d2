/** Answers of AWS's query protocol, in which STS is spoken. */
import { utf8Bytes } from '@bindery/bytes'
import { escapeXml } from '../xml.js'

/** Values of a result by their names, in their order. */
export interface QueryMembers {
  readonly [name: string]: string | QueryMembers
}

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/'

/** The document of a result. */
export function encodeQueryResult(action: string, members: QueryMembers, requestId: string): Uint8Array {
  const result = { [`${action}Result`]: members, ResponseMetadata: { RequestId: requestId } }
  return documentOf(`${action}Response`, result)
}

/** The document of an error; `isSender`: the request is at fault. */
export function encodeQueryError(
  { code, message, isSender }: { readonly code: string; readonly message: string; readonly isSender: boolean },
  requestId: string,
): Uint8Array {
  const error = { Type: isSender ? 'Sender' : 'Receiver', Code: code, Message: message }
  return documentOf('ErrorResponse', { Error: error, RequestId: requestId })
}

function documentOf(root: string, members: QueryMembers): Uint8Array {
  return utf8Bytes(
    `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${xmlOf(members)}</${root}>\n`,
  )
}

function xmlOf(members: QueryMembers): string {
  return Object.entries(members)
    .map(([name, value]) => `<${name}>${typeof value === 'string' ? escapeXml(value) : xmlOf(value)}</${name}>`)
    .join('')
}
