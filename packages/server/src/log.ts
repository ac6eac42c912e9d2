import type { LogLevel } from '@bindery/protocol'
import { destination, type Logger, pino } from 'pino'

/** The log of the process. */
export type Log = Logger

const STANDARD_ERROR = 2

/** A log on standard error, because programs read standard output: JSON lines, or text for a terminal. */
export function createLog(level: LogLevel, { readable }: { readonly readable: boolean }): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  const lines = destination({ dest: STANDARD_ERROR, sync: true })
  // A log without a reader is no reason to stop serving.
  lines.on('error', () => {})
  const write = writeByTurn((text) => lines.write(text))
  return pino(options, { write: readable ? (line: string) => write(readableLine(line)) : write })
}

/**
 * Writes the lines of one turn of the event loop together: one system call per line is expensive for small
 * requests.
 */
function writeByTurn(write: (text: string) => void): (line: string) => void {
  let pending = ''
  const flush = () => {
    const text = pending
    pending = ''
    if (text !== '') write(text)
  }
  process.on('exit', flush)
  return (line) => {
    if (pending === '') setImmediate(flush)
    pending += line
  }
}

const LEVEL_NAMES: Readonly<Record<number, string>> = { 20: 'debug', 30: '', 40: 'warning', 50: 'error', 60: 'fatal' }

/** `12:30:01.123 request PutObject demo/a.txt 200 1.2 ms …`: time and message, then the fields in their order. */
export function readableLine(json: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(json) as Record<string, unknown>
  const stack = (err as { stack?: string } | undefined)?.stack
  const words = Object.entries(fields).map(([name, value]) => `${name}=${plain(value)}`)
  const head = [String(time).slice(11, 23), LEVEL_NAMES[Number(level)] ?? '', msg].filter((word) => word !== '')
  return `${[...head, ...words].join(' ')}\n${stack === undefined ? '' : `${stack}\n`}`
}

/** Anyone may choose the key of a request: its control characters must not reach the terminal. */
function plain(value: unknown): string {
  if (typeof value === 'string' && !/[\s"=\p{Cc}]/u.test(value)) return value
  return JSON.stringify(value).replace(/\p{Cc}/gu, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
}
