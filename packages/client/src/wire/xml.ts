/** Reads the small XML documents that servers answer. No DTD, no processing instructions: a server of ours sends none. */

/** An element: the text of a leaf, or its children by name, in order. */
export interface Element {
  readonly name: string
  readonly text: string
  readonly children: ReadonlyMap<string, readonly Element[]>
}

const EMPTY: readonly Element[] = []
const TOKEN = /<(\/?)([^\s/>!?]+)[^>]*?(\/?)>|<!\[CDATA\[([\s\S]*?)\]\]>|<[!?][^>]*>|([^<]+)/g
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

interface Open {
  readonly name: string
  text: string
  readonly children: Map<string, Element[]>
}

/** The root element of a document. Throws SyntaxError. */
export function parseXml(document: string): Element {
  const top: Open = { name: '', text: '', children: new Map() }
  const stack = [top]
  for (const [, closing, name, selfClosing, cdata, text] of document.matchAll(TOKEN)) {
    const current = stack[stack.length - 1] as Open
    if (text !== undefined) current.text += decode(text)
    else if (cdata !== undefined) current.text += cdata
    else if (name === undefined) continue
    else if (closing === '/') {
      stack.pop()
      const parent = stack[stack.length - 1]
      if (parent === undefined || current.name !== name) throw new SyntaxError(`unexpected </${name}>`)
      addChild(parent, current)
    } else {
      const opened: Open = { name, text: '', children: new Map() }
      if (selfClosing === '/') addChild(current, opened)
      else stack.push(opened)
    }
  }
  const [root] = [...top.children.values()].flat()
  if (stack.length !== 1 || root === undefined) throw new SyntaxError('the document ends too early')
  return root
}

/** The children of one name. */
export function all(element: Element | undefined, name: string): readonly Element[] {
  return element?.children.get(name) ?? EMPTY
}

/** The text of the first child of a name. */
export function textOf(element: Element | undefined, name: string): string | undefined {
  return all(element, name)[0]?.text
}

/** Text as it is written in a document. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function addChild(parent: Open, { name, text, children }: Open): void {
  const element = { name, text: children.size > 0 ? '' : text, children }
  const siblings = parent.children.get(name)
  if (siblings === undefined) parent.children.set(name, [element])
  else siblings.push(element)
}

function decode(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(#x?)?([^;&]+);/g, (whole, number: string | undefined, name: string) => {
    if (number === undefined) return ENTITIES[name] ?? whole
    const code = Number.parseInt(name, number === '#' ? 10 : 16)
    return code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
