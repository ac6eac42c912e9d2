/** Characters that a terminal draws two columns wide: East Asian wide and full-width forms. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/

/** Between two of these a line may break: words, and single wide characters, each with the wide punctuation after it. */
const PIECE = new RegExp(String.raw`[（“]*(?:${WIDE.source}|(?:(?!${WIDE.source})\S)+)[，。；：、！？）”]*|\s+`, 'g')

/** The columns that a text takes in a terminal. */
export function columnsOf(text: string): number {
  return [...text].reduce((columns, character) => columns + (WIDE.test(character) ? 2 : 1), 0)
}

/** Pads a text with spaces to a number of columns. */
export function padColumns(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)))
}

/** The first characters that fit into a number of columns. */
export function firstColumns(characters: readonly string[], columns: number): readonly string[] {
  let taken = 0
  const end = characters.findIndex((character) => {
    taken += columnsOf(character)
    return taken > columns
  })
  return end === -1 ? characters : characters.slice(0, end)
}

/** A text in a number of columns; the middle of a longer one is left out. */
export function shortened(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  const characters = [...text]
  const half = Math.floor((columns - 1) / 2)
  const end = firstColumns([...characters].reverse(), half)
  return [...firstColumns(characters, half), '…', ...[...end].reverse()].join('')
}

/** The lines of a text, each of at most `columns` unless one word is longer; those after the first begin with `indent`. */
export function wrapped(text: string, columns: number, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const piece of text.match(PIECE) ?? []) {
    if (line.trim() === '' || columnsOf((line + piece).trimEnd()) <= columns) line += piece
    else if (piece.trim() !== '') {
      lines.push(line.trimEnd())
      line = indent + piece
    }
  }
  return [...lines, line.trimEnd()].join('\n')
}
