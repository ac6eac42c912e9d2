import type { Notation } from './notation.js'

/** Events of an XML reader; names come without their namespace prefix. It throws on anything that is not well-formed. */
export interface XmlEvents {
  open(name: string): void
  text(text: string): void
  close(): void
}
/** Reads a document and calls `events` in its order. Throws on one that is not well-formed. */
export type XmlParser = (document: Uint8Array, events: XmlEvents) => void

/** The codec between a body and a value. */
export interface Document<T> {
  /** Names it, in XML as its root element. */
  readonly root: string
  /** Default: application/xml. */
  readonly contentType?: string
  /** The notation is OSS's by default. Throws the causes of the document. */
  decode(parser: XmlParser, body: Uint8Array, notation?: Notation): T
  encode(value: T, notation?: Notation): Uint8Array
  /** Paths and codecs, for the reference pages. */
  docLines(): string[]
}
