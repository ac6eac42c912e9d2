import type { XmlParser } from '../document.js'

const TOKEN = /<\?[^>]*\?>|<\/([^\s>]+)\s*>|<([^\s/>]+)[^>]*?(\/?)>|([^<]+)/gy

/**
 * A reader of plain documents for the tests of this package, which has no XML parser of its own: elements, text,
 * references.
 */
export const parsePlainXml: XmlParser = (document, events) => {
  const source = new TextDecoder().decode(document)
  const open: string[] = []
  let at = 0
  for (const [token, closed, opened, empty, text] of source.matchAll(TOKEN)) {
    at += token.length
    if (text !== undefined) events.text(text.replace(/&(#?\w+);/g, reference))
    if (opened !== undefined) {
      open.push(opened)
      events.open(local(opened))
    }
    if (closed !== undefined || empty === '/') {
      if (open.pop() !== (closed ?? opened)) throw new Error(`${token} closes nothing`)
      events.close()
    }
  }
  if (at !== source.length || open.length > 0) throw new Error('the document is not well-formed')
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function reference(whole: string, name: string): string {
  if (name.startsWith('#x')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16))
  if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)))
  const character = ENTITIES[name]
  if (character === undefined) throw new Error(`${whole} is not a known reference`)
  return character
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
