/**
 * A Markdown table.
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

/** Inline code; empty text stays empty. */
export function code(text) {
  return text === '' ? '' : `\`${text}\``
}

/** The anchor that GitHub generates for a heading of one word. */
export function anchor(heading) {
  return heading.toLowerCase()
}
