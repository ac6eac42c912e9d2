/** The state of a part, as a map shows it. */
export type CellState = 'stored' | 'active' | 'retrying' | 'missing'

const SIGNS = { stored: '█', active: '▓', retrying: '▒', missing: '░', partly: '▌' } as const

/** The signs of a map, with their states, for legends. */
export const MAP_SIGNS = SIGNS

/**
 * One line of at most `width` characters for parts in the order of their numbers. A character stands for several parts where
 * there are more of them than characters: then it shows what is most urgent of them.
 */
export function partMap(states: readonly CellState[], width: number): string {
  const perCell = Math.max(1, Math.ceil(states.length / Math.max(1, width)))
  let line = ''
  for (let at = 0; at < states.length; at += perCell) line += signOf(states.slice(at, at + perCell))
  return line
}

function signOf(cell: readonly CellState[]): string {
  if (cell.includes('retrying')) return SIGNS.retrying
  if (cell.includes('active')) return SIGNS.active
  if (!cell.includes('stored')) return SIGNS.missing
  return cell.includes('missing') ? SIGNS.partly : SIGNS.stored
}

/** The states of parts 1 to `count` of which those in the `stored` ranges are present. */
export function statesOf(
  count: number,
  stored: readonly { readonly from: number; readonly to: number }[],
): CellState[] {
  const states = new Array<CellState>(count).fill('missing')
  for (const { from, to } of stored) states.fill('stored', from - 1, Math.min(to, count))
  return states
}
