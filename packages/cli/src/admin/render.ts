/** Answers as people read them. What strangers have sent cannot control the terminal. */
import { shown } from '../objects/address.js'

type Members = Readonly<Record<string, unknown>>

/** The text of an answer: a table of what is listed, or one line per member. '' if it is empty; `none` for an empty list. */
export function renderAnswer(
  { RequestId: _, IsTruncated: __, Marker: ___, Warnings: ____, ...members }: Members,
  none: string,
): string {
  const text = blocksOf(members)
    .map(([name, value]) => renderMember(name, value))
    .filter((part) => part !== '')
    .join('\n')
  return text === '' && Object.values(members).some(isEmptyList) ? `${none}\n` : text
}

function isEmptyList(value: unknown): boolean {
  const [list] = isMembers(value) ? Object.values(value) : []
  return Array.isArray(list) && list.length === 0
}

/** The members, with those that are single values gathered where the first of them is: a blank line separates blocks. */
function blocksOf(members: Members): [name: string, value: unknown][] {
  const given = Object.entries(members).filter(([, value]) => value !== undefined)
  const single = given.filter(([, value]) => !isMembers(value))
  if (single.length < 2) return given
  const gathered: [string, unknown] = ['', Object.fromEntries(single)]
  return given.flatMap((entry) => (entry === single[0] ? [gathered] : single.includes(entry) ? [] : [entry]))
}

function renderMember(name: string, value: unknown): string {
  if (!isMembers(value)) return value === undefined ? '' : `${name}: ${linesOf(value)}\n`
  const [list] = Object.values(value)
  if (Array.isArray(list)) return list.length === 0 ? '' : renderTable(list.filter(isMembers))
  return renderRecord(value)
}

function renderRecord(record: Members): string {
  const width = Math.max(...Object.keys(record).map((name) => name.length)) + 2
  return Object.entries(record)
    .map(([name, value]) => `${`${name}:`.padEnd(width)}${linesOf(value)}\n`)
    .join('')
}

/** Columns that hold whole documents would make lines of thousands of characters: `--json` has them. */
const DOCUMENT_COLUMNS: ReadonlySet<string> = new Set(['Before', 'After', 'Question'])

function renderTable(rows: readonly Members[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => !DOCUMENT_COLUMNS.has(name))
  const cells = [names, ...rows.map((row) => names.map((name) => shown(textOf(row[name]))))]
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}

/** Documents may have several lines. */
function linesOf(value: unknown): string {
  return textOf(value).split('\n').map(shown).join('\n')
}

function textOf(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A request that was answered as a line: when, outcome, operation, target, how long it took, and by which key. */
export function requestLine(request: Members): string {
  const { EventTime, Status, Code, EventName, Method, Target, Milliseconds, AccessKeyId } = request
  const words = [EventTime, Status, Code, EventName ?? Method, Target, `${Milliseconds} ms`, AccessKeyId]
  return `${words.filter((word) => word !== undefined).join(' ')}\n`
}
