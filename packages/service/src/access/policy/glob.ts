/** Decides whether a text matches a pattern. */
export type Matcher = (text: string) => boolean

/**
 * Compiles a pattern in which `*` matches any run of characters, an empty one included, and `?` exactly one. The work
 * for a text is bounded by the product of the two lengths, whatever the pattern.
 */
export function compileGlob(pattern: string): Matcher {
  if (!pattern.includes('*') && !pattern.includes('?')) return (text) => text === pattern
  if (/^\*+$/.test(pattern)) return () => true
  if (pattern.includes('?')) return codePointMatcher([...pattern])
  const pieces = pattern.split('*')
  const first = pieces.shift() ?? ''
  const last = pieces.pop() ?? ''
  const middle = pieces.filter((piece) => piece !== '')
  if (last === '' && middle.length === 0) return (text) => text.startsWith(first)
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
    let from = first.length
    for (const piece of middle) {
      const found = text.indexOf(piece, from)
      if (found === -1) return false
      from = found + piece.length
    }
    return from + last.length <= text.length
  }
}

/** `?` matches a character, which may be two units of a string: so this form compares code points. */
function codePointMatcher(pattern: readonly string[]): Matcher {
  return (text) => {
    const characters = [...text]
    let at = 0
    let inPattern = 0
    let star = -1
    let retryAt = 0
    while (at < characters.length) {
      if (pattern[inPattern] === '*') {
        star = inPattern
        retryAt = at
        inPattern += 1
      } else if (pattern[inPattern] === '?' || (inPattern < pattern.length && pattern[inPattern] === characters[at])) {
        at += 1
        inPattern += 1
      } else if (star !== -1) {
        // the last star takes one character more
        retryAt += 1
        at = retryAt
        inPattern = star + 1
      } else return false
    }
    while (pattern[inPattern] === '*') inPattern += 1
    return inPattern === pattern.length
  }
}
