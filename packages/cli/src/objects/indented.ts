/** A document of XML or JSON with one element or member per line; another text as it is. It ends with a line break. */
export function indented(text: string): string {
  const trimmed = text.trim()
  if (trimmed.startsWith('{')) {
    try {
      return `${JSON.stringify(JSON.parse(trimmed), undefined, 2)}\n`
    } catch {}
  }
  if (!trimmed.startsWith('<')) return trimmed === '' ? '' : `${trimmed}\n`
  let depth = 0
  const lines = (trimmed.match(/<[^>]+>[^<]*/g) ?? []).map((piece) => piece.trim())
  const joined: string[] = []
  for (const [index, line] of lines.entries()) {
    const isEnd = line.startsWith('</')
    if (isEnd) depth -= 1
    // an element without children stays on one line
    const isEndOfLeaf = isEnd && isStart(lines[index - 1])
    if (isEndOfLeaf) joined[joined.length - 1] += line
    else joined.push(`${'  '.repeat(depth)}${line}`)
    if (isStart(line)) depth += 1
  }
  return `${joined.join('\n')}\n`
}

function isStart(line: string | undefined): boolean {
  return line !== undefined && !/^<[/?!]/.test(line) && !/\/>$/.test(line)
}
