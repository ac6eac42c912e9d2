/** Answers of RPC interfaces, in the two formats that a request can choose. */
import { utf8Bytes } from '@bindery/bytes'
import { escapeXml } from '../xml.js'

/** The formats of answers. */
export type RpcFormat = 'JSON' | 'XML'

/** An answer's members: texts, and objects of texts. */
export type RpcMembers = Readonly<Record<string, string | Readonly<Record<string, string>>>>

/** An answer's body with its Content-Type. */
export interface EncodedAnswer {
  readonly contentType: string
  readonly body: Uint8Array
}

/** An answer; `root` is the name of the XML document's element. */
export function encodeRpcAnswer(root: string, members: RpcMembers, format: RpcFormat): EncodedAnswer {
  if (format === 'JSON')
    return { contentType: 'application/json;charset=utf-8', body: utf8Bytes(JSON.stringify(members)) }
  const text = `<?xml version='1.0' encoding='UTF-8'?>\n<${root}>${elementsOf(members)}</${root}>\n`
  return { contentType: 'text/xml;charset=utf-8', body: utf8Bytes(text) }
}

function elementsOf(members: RpcMembers): string {
  return Object.entries(members)
    .map(([name, value]) => {
      const content = typeof value === 'string' ? escapeXml(value) : elementsOf(value)
      return `<${name}>${content}</${name}>`
    })
    .join('')
}
