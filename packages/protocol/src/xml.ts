import { percentEncode } from '@bindery/bytes'
import { type Codec, decodeText, encodeText } from './codec.js'
import type { Document, XmlParser } from './document.js'
import type { Cause } from './errors/catalogue.js'
import { OssError } from './errors/oss-error.js'
import type { Given } from './field.js'
import { type Notation, OSS_NOTATION } from './notation.js'
import { joinedPieces, type Piece } from './pieces.js'

/** An element with its text and children. */
export interface XmlNode {
  readonly name: string
  text: string
  readonly children: XmlNode[]
}

const DEPTH_MAX = 16
const NODES_MAX = 100_000

/** The root element of a document. Throws malformedXml for what is not well-formed, too deep or too large. */
export function readXml(parser: XmlParser, document: Uint8Array): XmlNode {
  const top: XmlNode = { name: '', text: '', children: [] }
  const stack = [top]
  let nodes = 0
  try {
    parser(document, {
      open(name) {
        nodes += 1
        if (nodes > NODES_MAX || stack.length > DEPTH_MAX) throw new Error('too many elements')
        const node: XmlNode = { name, text: '', children: [] }
        stack.at(-1)?.children.push(node)
        stack.push(node)
      },
      text(text) {
        const node = stack.at(-1)
        if (node !== undefined) node.text += text
      },
      close() {
        stack.pop()
      },
    })
  } catch (error) {
    throw new OssError('malformedXml', {}, { cause: error })
  }
  const root = top.children[0]
  if (root === undefined) throw new OssError('malformedXml')
  return root
}

/** Escapes reserved characters, and control characters as numeric references, so that any key survives. */
export function escapeXml(text: string): string {
  return RESERVED.test(text) ? text.replace(EACH_RESERVED, reference) : text
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: keys may hold control characters
const RESERVED = /[&<>\u0000-\u0008\u000b\u000c\u000d\u000e-\u001f\ufffe\uffff]/
const EACH_RESERVED = new RegExp(RESERVED, 'g')

function reference(character: string): string {
  if (character === '&') return '&amp;'
  if (character === '<') return '&lt;'
  if (character === '>') return '&gt;'
  // XML cannot hold the last two of the plane, not even as references
  if (character > '\ufffd') return '\ufffd'
  return `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`
}

/** Part of a document: reads its value from the parent element, and writes it. */
export interface Member<T> {
  decode(parent: XmlNode, notation: Notation): T
  encode(value: T, context: EncodeContext): string
  /** The same text in pieces, some of which may be its bytes; absent: there is one piece. */
  pieces?(value: T, context: EncodeContext): readonly Piece[]
  /** Paths and codecs, for the reference pages. */
  docLines(): string[]
}
/** The request's choices that affect how a document is written. */
export interface EncodeContext {
  /** encoding-type=url was requested. */
  readonly urlEncoding: boolean
  readonly notation: Notation
}
/** The members of an element, by the names that handlers use. */
export type Members = Readonly<Record<string, Member<unknown>>>
/** The values that a record of members describes. */
export type MembersOf<M extends Members> = Given<{
  readonly [K in keyof M]: M[K] extends Member<infer T> ? T : never
}>

/**
 * An element that must be present, with a codec's text. `url`: percent-encoded where encoding-type=url was
 * requested. `missing` is thrown where it is not present.
 */
export function element<T>(
  name: string,
  codec: Codec<T>,
  { url = false, missing = 'malformedXml' }: { url?: boolean; missing?: Cause } = {},
): Member<T> {
  const [open, close] = [`<${name}>`, `</${name}>`]
  return {
    decode(parent, notation) {
      const node = parent.children.find((child) => child.name === name)
      if (node === undefined) throw new OssError(missing)
      return decodeText(codec, node.text, name, notation)
    },
    encode(value, { urlEncoding, notation }) {
      const text = encodeText(codec, value, notation)
      return (
        open +
        (url && urlEncoding ? percentEncode(text, { keepSlash: notation.keepsSlashes === true }) : escapeXml(text)) +
        close
      )
    },
    docLines: () => [`${name}: ${codec.name}`],
  }
}

/** An element that may be missing. */
export function optionalElement<T>(name: string, codec: Codec<T>, options: { url?: boolean } = {}) {
  return maybe(name, element(name, codec, options))
}

/** An element that may be missing from what is read; then it has the fallback's value, and is always written. */
export function defaultedElement<T>(name: string, codec: Codec<T>, fallback: T): Member<T> {
  const whole = element(name, codec)
  return {
    ...whole,
    decode: (parent, notation) =>
      parent.children.some((child) => child.name === name) ? whole.decode(parent, notation) : fallback,
  }
}

/** An element that is refused where it is present: by default as one for a feature that Bindery lacks. */
export function refusedElement(name: string, cause: Cause = 'elementNotImplemented'): Member<undefined> {
  const details = cause === 'elementNotImplemented' ? { element: name } : {}
  return {
    decode(parent) {
      if (parent.children.some((child) => child.name === name)) throw new OssError(cause, details)
      return undefined
    },
    encode: () => '',
    docLines: () => [],
  }
}

/** A member whose element may be missing; then it is undefined. */
export function maybe<T>(name: string, whole: Member<T>): Member<T | undefined> {
  return {
    decode: (parent, notation) =>
      parent.children.some((child) => child.name === name) ? whole.decode(parent, notation) : undefined,
    encode: (value, context) => (value === undefined ? '' : whole.encode(value, context)),
    docLines: () => whole.docLines().map((line) => `[${line}]`),
  }
}

/** An element with members. */
export function group<M extends Members>(name: string, members: M): Member<MembersOf<M>> {
  const entries = Object.entries(members)
  return {
    decode(parent, notation) {
      const node = parent.children.find((child) => child.name === name)
      if (node === undefined) throw new OssError('malformedXml')
      return decodeMembers<M>(entries, node, notation)
    },
    encode: (value, context) => `<${name}>${encodeMembers(entries, value, context)}</${name}>`,
    docLines: () => describeMembers(members).map((line) => `${name}/${line}`),
  }
}

/** An element with members that may be missing from what is read; then its members are too. It is always written. */
export function groupOrEmpty<M extends Members>(name: string, members: M): Member<MembersOf<M>> {
  const whole = group(name, members)
  const empty: XmlNode = { name: '', text: '', children: [{ name, text: '', children: [] }] }
  return {
    ...whole,
    decode: (parent, notation) =>
      whole.decode(parent.children.some((child) => child.name === name) ? parent : empty, notation),
  }
}

/** The elements whose names match, verbatim: kept for clients, but not interpreted by Bindery. */
export function others(names: RegExp): Member<readonly XmlNode[]> {
  return {
    decode: (parent) => parent.children.filter(({ name }) => names.test(name)),
    encode: (nodes) => nodes.map(encodeNode).join(''),
    docLines: () => [`[${names.source}]`],
  }
}

function encodeNode({ name, text, children }: XmlNode): string {
  return `<${name}>${children.length === 0 ? escapeXml(text) : children.map(encodeNode).join('')}</${name}>`
}

/** A value that is stored with a document but not part of it. */
export function storedOnly<T>(): Member<T | undefined> {
  return { decode: () => undefined, encode: () => '', docLines: () => [] }
}

/** Elements of one name, each with members. */
export function list<M extends Members>(name: string, members: M): Member<readonly MembersOf<M>[]> {
  const entries = Object.entries(members)
  const [open, close] = [`<${name}>`, `</${name}>`]
  return {
    decode: (parent, notation) =>
      parent.children.filter((child) => child.name === name).map((child) => decodeMembers<M>(entries, child, notation)),
    encode(values, context) {
      let out = ''
      for (const value of values) out += open + encodeMembers(entries, value, context) + close
      return out
    },
    docLines: () => describeMembers(members).map((line) => `${name}[]/${line}`),
  }
}

/** A list of 1 to `max` elements; otherwise a cause is thrown. */
export function counted<T>(
  whole: Member<readonly T[]>,
  { max, none, tooMany }: { readonly max: number; readonly none: Cause; readonly tooMany: Cause },
): Member<readonly T[]> {
  return {
    ...whole,
    decode(parent, notation) {
      const values = whole.decode(parent, notation)
      if (values.length === 0) throw new OssError(none)
      if (values.length > max) throw new OssError(tooMany)
      return values
    },
  }
}

/** A member whose values must hold something else; malformedXml is thrown where they do not. */
export function checked<T>(whole: Member<T>, holds: (value: T) => boolean): Member<T> {
  return {
    ...whole,
    decode(parent, notation) {
      const value = whole.decode(parent, notation)
      if (!holds(value)) throw new OssError('malformedXml')
      return value
    },
  }
}

/** An element by its name, and its members. */
type MixedElement = readonly [name: string, members: Members]

type Mixed<A extends Readonly<Record<string, MixedElement>>> = {
  readonly [K in keyof A & string]: { readonly kind: K } & MembersOf<A[K][1]>
}[keyof A & string]

/** Elements of several names in one order, each with the members of its name. They are declared by the `kind` of their values. */
export function mixedList<const A extends Readonly<Record<string, MixedElement>>>(
  kinds: A,
): Member<readonly Mixed<A>[]> {
  const all = Object.entries(kinds).map(([kind, [name, members]]) => ({ kind, name, entries: Object.entries(members) }))
  const byName = new Map(all.map((one) => [one.name, one]))
  const byKind = new Map(all.map((one) => [one.kind, one]))
  return {
    decode: (parent, notation) =>
      parent.children.flatMap((child) => {
        const found = byName.get(child.name)
        return found === undefined
          ? []
          : [{ kind: found.kind, ...decodeMembers(found.entries, child, notation) } as Mixed<A>]
      }),
    encode(values, context) {
      let out = ''
      for (const value of values) {
        const { name, entries } = byKind.get(value.kind) ?? { name: value.kind, entries: [] }
        out += `<${name}>${encodeMembers(entries, value, context)}</${name}>`
      }
      return out
    },
    docLines: () =>
      Object.values(kinds).flatMap(([name, members]) => describeMembers(members).map((line) => `${name}[]/${line}`)),
  }
}

/** The texts of all elements of a name, each with a codec. `missing` is thrown if there are no such elements. */
export function texts<T>(name: string, codec: Codec<T>, { missing }: { missing?: Cause } = {}): Member<readonly T[]> {
  return {
    decode(parent, notation) {
      const nodes = parent.children.filter((child) => child.name === name)
      if (nodes.length === 0 && missing !== undefined) throw new OssError(missing)
      return nodes.map(({ text }) => decodeText(codec, text, name, notation))
    },
    encode: (values, { notation }) =>
      values.map((value) => `<${name}>${escapeXml(encodeText(codec, value, notation))}</${name}>`).join(''),
    docLines: () => [`${name}[]: ${codec.name}`],
  }
}

/**
 * A document of a root element with members; elements come in any order, unknown ones are ignored. `malformed` is
 * thrown in place of malformedXml, and `otherRoot` for another root.
 */
export function xml<M extends Members>(
  root: string,
  members: M,
  { malformed = 'malformedXml', otherRoot = 'malformedXml' }: { malformed?: Cause; otherRoot?: Cause } = {},
): Document<MembersOf<M>> {
  const entries = Object.entries(members)
  return {
    root,
    decode(parser, body, notation = OSS_NOTATION) {
      try {
        const node = readXml(parser, body)
        if (node.name !== root) throw new OssError(otherRoot)
        return decodeMembers<M>(entries, node, notation)
      } catch (error) {
        if (!(error instanceof OssError) || error.reason !== 'malformedXml') throw error
        throw new OssError(malformed, error.details, { cause: error })
      }
    },
    encode(value, notation = OSS_NOTATION) {
      const urlEncoding = (value as { encodingType?: unknown }).encodingType === 'url'
      const context = { urlEncoding, notation }
      const values = value as Readonly<Record<string, unknown>>
      const pieces = entries.flatMap(
        ([key, member]) => member.pieces?.(values[key], context) ?? member.encode(values[key], context),
      )
      return wholeDocument(root, pieces, notation)
    },
    docLines: () => describeMembers(members).map((line) => `${root}/${line}`),
  }
}

/** A document that may be missing: an empty body is undefined. */
export function optionalDocument<T>(document: Document<T>): Document<T | undefined> {
  return {
    ...document,
    decode: (parser, body, notation) => (body.length === 0 ? undefined : document.decode(parser, body, notation)),
    encode: (value, notation) => (value === undefined ? new Uint8Array(0) : document.encode(value, notation)),
  }
}

/** A document whose root element holds text alone. */
export function xmlText(root: string): Document<string> {
  return {
    root,
    decode: (parser, body) => readXml(parser, body).text,
    encode: (value, notation = OSS_NOTATION) => wholeDocument(root, [escapeXml(value)], notation),
    docLines: () => [root],
  }
}

/** The first bytes of each document. */
export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

function wholeDocument(root: string, content: readonly Piece[], { namespace }: Notation): Uint8Array {
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`
  return joinedPieces([`${XML_DECLARATION}<${root}${attribute}>`, ...content, `</${root}>`])
}

type Entries = readonly (readonly [key: string, member: Member<unknown>])[]

function decodeMembers<M extends Members>(entries: Entries, node: XmlNode, notation: Notation): MembersOf<M> {
  const values: Record<string, unknown> = {}
  for (const [key, member] of entries) values[key] = member.decode(node, notation)
  return values as MembersOf<M>
}

function encodeMembers(entries: Entries, value: object, context: EncodeContext): string {
  const values = value as Readonly<Record<string, unknown>>
  let out = ''
  for (const [key, member] of entries) out += member.encode(values[key], context)
  return out
}

function describeMembers(members: Members): string[] {
  return Object.values(members).flatMap((member) => member.docLines())
}
