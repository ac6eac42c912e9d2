/**
 * A Markdown table.
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

/** Text as code in a line; nothing stays nothing. */
export function code(text) {
  return text === '' ? '' : `\`${text}\``
}

/** The anchor that GitHub gives to a heading of one word. */
export function anchor(heading) {
  return heading.toLowerCase()
}
