import { writeSync } from 'node:fs'
import { inspect } from 'node:util'
import type { LogLevel } from '@bindery/protocol'

/** The numbers of levels in lines: those that pino made common. A log at `silent` has no lines. */
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50, fatal: 60, silent: Number.POSITIVE_INFINITY } as const
const STANDARD_ERROR = 2
/** Milliseconds before another attempt to write to a reader that is slow. */
const BUSY_MS = 10

/** Fields and a message, or a message alone. The field `err` may be an Error. */
type Line = readonly [fields: object, message: string | undefined] | readonly [message: string]

/** The log of the process. */
export class Log {
  level: LogLevel
  readonly #write: (line: string) => void

  /** `write` gets one line of JSON at a time, its end included. */
  constructor(level: LogLevel, write: (line: string) => void) {
    this.level = level
    this.#write = write
  }

  isLevelEnabled(level: Exclude<LogLevel, 'silent'>): boolean {
    return LEVELS[level] >= LEVELS[this.level]
  }

  debug(...line: Line): void {
    this.#add('debug', line)
  }

  info(...line: Line): void {
    this.#add('info', line)
  }

  warn(...line: Line): void {
    this.#add('warn', line)
  }

  error(...line: Line): void {
    this.#add('error', line)
  }

  /** The process cannot continue. */
  fatal(...line: Line): void {
    this.#add('fatal', line)
  }

  #add(level: Exclude<keyof typeof LEVELS, 'silent'>, line: Line): void {
    if (LEVELS[level] < LEVELS[this.level]) return
    const [fields, msg] = line.length === 1 ? [undefined, line[0]] : line
    this.#write(`${jsonOf({ level: LEVELS[level], time: new Date().toISOString() }, fields, msg)}\n`)
  }
}

function jsonOf(head: object, fields: object | undefined, msg: string | undefined): string {
  try {
    const err = (fields as { readonly err?: unknown } | undefined)?.err
    return JSON.stringify({ ...head, ...fields, ...(err instanceof Error && { err: plainError(err) }), msg })
  } catch {
    // circles and whole numbers without a bound have no JSON
    return JSON.stringify({ ...head, fields: inspect(fields), msg })
  }
}

/** An error with those that caused it, and its own fields, such as codes of the system. */
function plainError(error: Error): object {
  const chain = [...causes(error)]
  const { errors } = error as { readonly errors?: unknown }
  return {
    type: error.constructor.name,
    message: chain.map(({ message }) => message).join(': '),
    stack: chain.map(({ stack }) => stack).join('\ncaused by: '),
    ...(Array.isArray(errors) && { aggregateErrors: errors.map(plainIfError) }),
    ...Object.fromEntries(
      Object.entries(error)
        .filter(([name]) => name !== 'cause')
        .map(([name, value]) => [name, plainIfError(value)]),
    ),
  }
}

const plainIfError = (value: unknown): unknown => (value instanceof Error ? plainError(value) : value)

function* causes(error: unknown): Generator<Error> {
  const seen = new Set<unknown>()
  for (let one = error; one instanceof Error && !seen.has(one); one = one.cause) {
    seen.add(one)
    yield one
  }
}

/** A log on standard error, because programs read standard output: JSON lines, or text for a terminal. */
export function createLog(level: LogLevel, { readable }: { readonly readable: boolean }): Log {
  const write = writeByTurn((text) => writeWhole(Buffer.from(text)))
  return new Log(level, readable ? (line) => write(readableLine(line)) : write)
}

/** Waits for a reader that is slow. */
function writeWhole(bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(STANDARD_ERROR, bytes, written)
    } catch (error) {
      // a log without a reader is no reason to stop serving
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS)
    }
  }
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
