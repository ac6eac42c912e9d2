import { utf8Text } from '@bindery/bytes'
import type { XmlEvents, XmlParser } from '@bindery/protocol'
import type { Awaitable } from '@bindery/storage'
import { SaxesParser } from 'saxes'

/** Characters that are read in one turn: some milliseconds, whatever they are. */
const SLICE = 32 * 1024
/** More tags and texts than the longest list of parts has. */
const EVENTS_MAX = 500_000

/**
 * The XML reader of the service: strict about structure, without entities of its own making, lenient about characters,
 * because keys may hold controls, which older SDKs write raw or as numeric references that XML 1.0 forbids.
 */
export const parseXml: XmlParser = (document: Uint8Array, events: XmlEvents): void => {
  const parser = parserFor(events)
  parser.write(referenceControls(textOf(document))).close()
}

/**
 * A parser for one document, which has read it already: a long one in turns, between which `letOthersRun` is awaited. What is wrong with
 * the document is thrown when the parser is used.
 */
export function parserOf(document: Uint8Array, letOthersRun: () => Promise<void>): Awaitable<XmlParser> {
  return document.length <= SLICE ? parseXml : readInTurns(document, letOthersRun)
}

async function readInTurns(document: Uint8Array, letOthersRun: () => Promise<void>): Promise<XmlParser> {
  const record = new EventRecord()
  try {
    const text = textOf(document)
    const parser = parserFor(record)
    for (let at = 0; at < text.length; at += SLICE) {
      if (at > 0) await letOthersRun()
      parser.write(referenceControls(text.slice(at, at + SLICE)))
    }
    parser.close()
  } catch (error) {
    return () => {
      throw error
    }
  }
  return (_, events) => record.replay(events)
}

/** The events of a document, in order. */
class EventRecord implements XmlEvents {
  /** A tag begins with `<` and is empty where it closes; anything else is a text behind a space. */
  readonly #events: string[] = []

  open(name: string): void {
    this.#add(`<${name}`)
  }

  text(piece: string): void {
    this.#add(` ${piece}`)
  }

  close(): void {
    this.#add('')
  }

  replay(events: XmlEvents): void {
    for (const event of this.#events) {
      if (event === '') events.close()
      else if (event.startsWith('<')) events.open(event.slice(1))
      else events.text(event.slice(1))
    }
  }

  #add(event: string): void {
    if (this.#events.push(event) > EVENTS_MAX) throw new Error('the document has too many tags')
  }
}

function parserFor(events: XmlEvents): SaxesParser {
  const parser = new SaxesParser({ position: false, defaultXMLVersion: '1.1', forceXMLVersion: true })
  parser.on('doctype', () => {
    throw new Error('a document type is not accepted')
  })
  parser.on('opentag', ({ name }) => events.open(name.slice(name.indexOf(':') + 1)))
  parser.on('text', (piece) => events.text(piece))
  parser.on('cdata', (piece) => events.text(piece))
  parser.on('closetag', () => events.close())
  return parser
}

function textOf(document: Uint8Array): string {
  const text = utf8Text(document)
  if (text === undefined) throw new Error('the document is not UTF-8')
  // written by hand, a document may begin with a blank line before its declaration
  return text.replace(/^\ufeff?[ \t\r\n]+/, '')
}

/** XML 1.1 reads any control but NUL as a reference, and takes raw U+0085 and U+2028 for line ends. */
function referenceControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may hold control characters
  return text.replace(/[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028]/g, (character) => {
    return `&#x${character.charCodeAt(0).toString(16)};`
  })
}
