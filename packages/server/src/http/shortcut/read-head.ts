/** The heads that the shortcut takes: complete, plain, and with one meaning only. `node:http` gets all others. */

/** The head of a request, and where its body is. Texts are byte strings. */
export interface PlainHead {
  readonly method: string
  /** Begins with a slash. */
  readonly target: string
  /** Names in lower case, each once; `host` is among them. */
  readonly headers: Record<string, string>
  /** Bytes of the head, which the body follows. */
  readonly bytes: number
  /** Bytes of the body. */
  readonly bodyBytes: number
}

/** A longer head is left to `node:http`, because what is remembered of a request keeps the text of its whole head. */
const HEAD_BYTES_MAX = 4096

const METHODS: readonly string[] = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']
/** Methods whose requests may have a body here. */
const WITH_BODY: ReadonlySet<string> = new Set(['PUT', 'POST'])
const END_OF_LINE = ' HTTP/1.1\r\n'
const END_OF_HEAD = Buffer.from('\r\n\r\n')

/** Headers with which a request, its framing or its connection may mean something else. */
const UNUSUAL: ReadonlySet<string> = new Set([
  'expect',
  'http2-settings',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const NAME = 1
const VALUE = 2
const TARGET = 4
const UPPER = 8

/** The parts of a head in which each byte may be (RFC 9110 5.1 and 5.5, RFC 9112 3.2.1). */
const CLASSES = Uint8Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte)
  let flags = 0
  if (/[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(char)) flags |= NAME
  if (byte === 9 || (byte >= 32 && byte !== 127)) flags |= VALUE
  if (byte > 32 && byte < 127 && char !== '#') flags |= TARGET
  if (/[A-Z]/.test(char)) flags |= UPPER
  return flags
})

const TAB = 9
const LINE_FEED = 10
const CARRIAGE_RETURN = 13
const BLANK = 32
const COLON = 58

/** The request that bytes begin with, of whose body all, a part or nothing follows; undefined for anything else that they may be. */
export function readHead(bytes: Buffer): PlainHead | undefined {
  const end = bytes.indexOf(END_OF_HEAD) + END_OF_HEAD.length
  if (end < END_OF_HEAD.length || end > HEAD_BYTES_MAX) return undefined
  const text = bytes.toString('latin1', 0, end)
  const method = METHODS.find((name) => text.startsWith(name) && text.charCodeAt(name.length) === BLANK)
  if (method === undefined) return undefined
  const targetStart = method.length + 1
  const targetEnd = runOf(TARGET, bytes, targetStart)
  if (text[targetStart] !== '/' || !text.startsWith(END_OF_LINE, targetEnd)) return undefined
  const headers = readHeaders(text, bytes, targetEnd + END_OF_LINE.length, end - 2)
  const announced = headers && bodyBytes(method, headers)
  if (headers === undefined || announced === undefined || bytes.length - end > announced) return undefined
  return { method, target: text.slice(targetStart, targetEnd), headers, bytes: end, bodyBytes: announced }
}

/** Where a run of bytes of a class ends. */
function runOf(flag: number, bytes: Buffer, start: number): number {
  let at = start
  while (((CLASSES[bytes[at] ?? 0] ?? 0) & flag) !== 0) at += 1
  return at
}

/** The headers from `start` to `end`, the end of the last line; undefined where a line is not plain, or a name is repeated. */
function readHeaders(text: string, bytes: Buffer, start: number, end: number): Record<string, string> | undefined {
  // Without a prototype, so that a header with the name of an object member is an ordinary header.
  const headers: Record<string, string> = Object.create(null)
  let at = start
  while (at < end) {
    const nameEnd = runOf(NAME, bytes, at)
    if (nameEnd === at || bytes[nameEnd] !== COLON) return undefined
    const name = lowerCase(text, bytes, at, nameEnd)
    const lineEnd = runOf(VALUE, bytes, nameEnd + 1)
    if (bytes[lineEnd] !== CARRIAGE_RETURN || bytes[lineEnd + 1] !== LINE_FEED) return undefined
    if (headers[name] !== undefined || UNUSUAL.has(name)) return undefined
    headers[name] = trimmed(text, bytes, nameEnd + 1, lineEnd)
    at = lineEnd + 2
  }
  const { host, connection } = headers
  if (host === undefined || (connection !== undefined && connection.toLowerCase() !== 'keep-alive')) return undefined
  return headers
}

function lowerCase(text: string, bytes: Buffer, start: number, end: number): string {
  const name = text.slice(start, end)
  for (let at = start; at < end; at += 1) if (((CLASSES[bytes[at] ?? 0] ?? 0) & UPPER) !== 0) return name.toLowerCase()
  return name
}

/** A value without the blanks and tabs around it; other characters that JavaScript trims are part of it. */
function trimmed(text: string, bytes: Buffer, from: number, to: number): string {
  let start = from
  let end = to
  while (start < end && (bytes[start] === BLANK || bytes[start] === TAB)) start += 1
  while (end > start && (bytes[end - 1] === BLANK || bytes[end - 1] === TAB)) end -= 1
  return text.slice(start, end)
}

/** The announced length of the body; undefined where it is not plain. */
function bodyBytes(method: string, headers: Record<string, string>): number | undefined {
  const length = headers['content-length'] ?? '0'
  if (length === '0') return 0
  return WITH_BODY.has(method) && /^[1-9]\d{0,8}$/.test(length) ? Number(length) : undefined
}
