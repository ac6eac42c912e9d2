import { STATUS_CODES } from 'node:http'
import type { ServiceResponse } from '@bindery/service'
import { headLines } from '../head-lines.js'

/** As Node.js checks them. */
const INVALID_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/
const VALID_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Names that were found valid; those of the protocol are few. */
const validNames = new Set<string>()
const VALID_NAMES_MAX = 256

/** The future of the connection behind an answer. */
export interface HeadOptions {
  readonly close: boolean
  readonly keepAliveSeconds: number
}

/** The head of an answer as a byte string, and whether its body comes in chunks. */
export interface AnswerHead {
  readonly text: string
  readonly isChunked: boolean
}

/**
 * The head of an answer as Node.js would write it. Throws TypeError for one that HTTP cannot carry.
 * @param isBodiless whether no body follows, whatever the headers are
 */
export function answerHead(
  { status, headers, parts }: Pick<ServiceResponse, 'status' | 'headers' | 'parts'>,
  isBodiless: boolean,
  { close, keepAliveSeconds }: HeadOptions,
): AnswerHead {
  const first = parts === undefined ? NO_LINES : linesOf(parts.first)
  const last = parts === undefined ? linesOf(headers) : keptLines(parts.kept)
  const isChunked = !isBodiless && !first.endInLength && !last.endInLength
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${first.text}${last.text}`
  if (first.sendDate && last.sendDate) text += `Date: ${new Date().toUTCString()}\r\n`
  text += close ? 'Connection: close\r\n' : keepAlive(keepAliveSeconds)
  if (isChunked) text += 'Transfer-Encoding: chunked\r\n'
  return { text: `${text}\r\n`, isChunked }
}

/** Headers as lines of a head. */
interface Lines {
  readonly text: string
  readonly endInLength: boolean
  /** Whether no Date is among them. */
  readonly sendDate: boolean
}

const NO_LINES: Lines = { text: '', endInLength: false, sendDate: true }

/** The lines of headers that other answers have too. */
const keptBy = new WeakMap<ServiceResponse['headers'], Lines>()

function keptLines(headers: ServiceResponse['headers']): Lines {
  const known = keptBy.get(headers)
  if (known !== undefined) return known
  const lines = linesOf(headers)
  keptBy.set(headers, lines)
  return lines
}

function linesOf(headers: ServiceResponse['headers']): Lines {
  const { lines, sendDate } = headLines(headers)
  let text = ''
  // checked at once: a test of each value would cost more than its bytes
  let values = ''
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const name = lines[index] ?? ''
    const value = lines[index + 1] ?? ''
    if (!isValidName(name)) throw new TypeError(`invalid header ${name}`)
    values += value
    text += `${name}: ${value}\r\n`
  }
  if (INVALID_IN_VALUE.test(values)) throw new TypeError('invalid value of a header')
  return { text, endInLength: lines.at(-2) === 'Content-Length', sendDate }
}

function keepAlive(seconds: number): string {
  return `Connection: keep-alive\r\nKeep-Alive: timeout=${seconds}\r\n`
}

function isValidName(name: string): boolean {
  if (validNames.has(name)) return true
  if (!VALID_NAME.test(name)) return false
  if (validNames.size < VALID_NAMES_MAX) validNames.add(name)
  return true
}
