/** Characters that a terminal draws two columns wide: East Asian wide and full-width forms. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/

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
