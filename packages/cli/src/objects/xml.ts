/** XML 1.0 of the values of JSON. */
import { type Json, jsonOf } from './json.js'

/** Names of elements that every reader takes. */
const NAME = /^(?!xml)[A-Za-z_][A-Za-z0-9_.-]*$/i
/** Characters that XML 1.0 cannot hold, not even as references. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const UNFIT = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/

/** A line with one element `result`, which is a document of its own. */
export function xmlElement(value: unknown, replacer?: (name: string, value: unknown) => unknown): string {
  return `${element('result', jsonOf(value, replacer))}\n`
}

/** A text that XML cannot hold is encoded like a URL, as in OSS's listings, and an attribute states that. */
function element(name: string, value: Json): string {
  if (value === null) return `<${name} nil="true"/>`
  if (typeof value === 'object') return `<${name}>${childrenOf(value)}</${name}>`
  const text = String(value)
  if (UNFIT.test(text)) return `<${name} encoding="url">${encodeURIComponent(Buffer.from(text).toString())}</${name}>`
  return `<${name}>${escaped(text)}</${name}>`
}

function childrenOf(value: readonly Json[] | { readonly [name: string]: Json }): string {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => element('item', item)).join('')
  return Object.entries(value as { readonly [name: string]: Json })
    .map(([name, item]) =>
      NAME.test(name) ? element(name, item) : `<entry>${element('name', name)}${element('value', item)}</entry>`,
    )
    .join('')
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Line breaks are references, so that a result stays one line, and a carriage return stays what it is. */
function escaped(text: string): string {
  return text.replace(/[&<>\r\n\u0085\u2028\u2029]/g, (one) => ESCAPES[one] ?? `&#${one.charCodeAt(0)};`)
}
