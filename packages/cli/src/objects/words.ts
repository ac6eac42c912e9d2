/** A word with its quotes, a comment, or something that is neither. */
const TOKEN = /#.*|(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+|\S/gsu
const PIECE = /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)|([^'"\\]+)/gsu

/** The words of a command line as a POSIX shell separates them, without variables and patterns; undefined where a quote is open. */
export function wordsOf(line: string): string[] | undefined {
  const words: string[] = []
  for (const [token] of line.matchAll(TOKEN)) {
    if (token.startsWith('#')) continue
    const pieces = [...token.matchAll(PIECE)]
    if (pieces.map(([piece]) => piece).join('') !== token) return undefined
    const texts = pieces.map(([, single, double, escaped, plain]) => {
      return single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? ''
    })
    words.push(texts.join(''))
  }
  return words
}
