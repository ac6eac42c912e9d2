/** Callbacks of a bucket, which uploads request by their names. */
import { base64, base64Bytes, utf8Bytes, utf8Text } from '@bindery/bytes'
import { all, escapeXml, parseXml, textOf } from '@bindery/client/xml'

/** A callback with what a form shows of it. */
export interface Callback {
  readonly name: string
  readonly url: string
  readonly body: string
  readonly bodyType: string
  /** As the document has it. */
  readonly raw: string
}

/** The types of bodies that a callback may have. */
export const BODY_TYPES = ['application/x-www-form-urlencoded', 'application/json'] as const

/** The callbacks of a document; one that is not JSON in Base64 has empty facts. Throws SyntaxError. */
export function callbacksIn(document: string): readonly Callback[] {
  const raws = document.match(/<PolicyItem>.*?<\/PolicyItem>/gs) ?? []
  return all(parseXml(document), 'PolicyItem').map((item, index) => {
    const { callbackUrl = '', callbackBody = '', callbackBodyType = BODY_TYPES[0] } = decoded(textOf(item, 'Callback'))
    const facts = { url: callbackUrl, body: callbackBody, bodyType: callbackBodyType }
    return { name: textOf(item, 'PolicyName') ?? '', ...facts, raw: raws[index] ?? '' }
  })
}

function decoded(text = ''): Readonly<Partial<Record<string, string>>> {
  try {
    return JSON.parse(utf8Text(base64Bytes(text) ?? new Uint8Array()) ?? '') as Record<string, string>
  } catch {
    return {}
  }
}

/** The document of callbacks as they were, and a new one. */
export function callbackDocument(raws: readonly string[], added?: Omit<Callback, 'raw'>): string {
  const items = added === undefined ? raws : [...raws, itemOf(added)]
  return `<BucketCallbackPolicy>${items.join('')}</BucketCallbackPolicy>`
}

function itemOf({ name, url, body, bodyType }: Omit<Callback, 'raw'>): string {
  const json = JSON.stringify({ callbackUrl: url, callbackBody: body, callbackBodyType: bodyType })
  const callback = base64(utf8Bytes(json))
  return `<PolicyItem><PolicyName>${escapeXml(name)}</PolicyName><Callback>${callback}</Callback></PolicyItem>`
}

/** Whether a callback can be saved; the server checks the rest. */
export function isCallback({ name, url, body }: Pick<Callback, 'name' | 'url' | 'body'>): boolean {
  return /^\S{1,128}$/.test(name) && /^https?:\/\/\S+$/.test(url) && body !== ''
}
