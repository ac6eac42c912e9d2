import { utf8Text } from '@bindery/bytes'
import type { XmlEvents, XmlParser } from '@bindery/protocol'
import { SaxesParser } from 'saxes'

/**
 * The XML reader of the service: strict about structure, without entities of its own making, lenient about characters,
 * because keys may hold controls, which older SDKs write raw or as numeric references that XML 1.0 forbids.
 */
export const parseXml: XmlParser = (document: Uint8Array, events: XmlEvents): void => {
  const text = utf8Text(document)
  if (text === undefined) throw new Error('the document is not UTF-8')
  const parser = new SaxesParser({ position: false, defaultXMLVersion: '1.1', forceXMLVersion: true })
  parser.on('doctype', () => {
    throw new Error('a document type is not accepted')
  })
  parser.on('opentag', ({ name }) => events.open(name.slice(name.indexOf(':') + 1)))
  parser.on('text', (piece) => events.text(piece))
  parser.on('cdata', (piece) => events.text(piece))
  parser.on('closetag', () => events.close())
  // written by hand, a document may begin with a blank line before its declaration
  parser.write(referenceControls(text.replace(/^\ufeff?[ \t\r\n]+/, ''))).close()
}

/** XML 1.1 reads any control but NUL as a reference, and takes raw U+0085 and U+2028 for line ends. */
function referenceControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys may hold control characters
  return text.replace(/[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028]/g, (character) => {
    return `&#x${character.charCodeAt(0).toString(16)};`
  })
}
