import { createServer, type IncomingMessage, type Server } from 'node:http'
import { Duplex } from 'node:stream'

/**
 * Whether this process may create servers with `insecureHTTPParser: true` that accept Content-Length together with
 * Transfer-Encoding: chunked, as OSS's C SDK sends them on every upload, and nothing else that the strict parser
 * rejects. Node itself would enable every leniency of the parser at once; here the parser gets only that one. Because
 * this way is undocumented, the parser's responses to probes of each kind decide: if one differs from the expectation,
 * servers stay strict.
 */
export function acceptsBothLengths(): boolean {
  exact ??= makeExact()
  return exact
}

let exact: boolean | undefined

/** The part of Node's HTTP parser that receives its leniency flags. */
interface ParserClass {
  readonly kLenientChunkedLength?: unknown
  readonly prototype: { initialize?: (...args: unknown[]) => unknown }
}

/** The position of the flags among the arguments of `initialize`. */
const FLAGS_ARGUMENT = 3

function makeExact(): boolean {
  const parserClass = findParserClass()
  const flag = parserClass?.kLenientChunkedLength
  const initialize = parserClass?.prototype.initialize
  if (parserClass === undefined || typeof flag !== 'number' || initialize === undefined) return false
  parserClass.prototype.initialize = function (...args) {
    const flags = args[FLAGS_ARGUMENT]
    if (typeof flags === 'number' && flags !== 0) args[FLAGS_ARGUMENT] = flag
    return initialize.apply(this, args)
  }
  if (isExact()) return true
  parserClass.prototype.initialize = initialize
  return false
}

function findParserClass(): ParserClass | undefined {
  const socket = connect(createServer())
  const { parser } = socket as { parser?: { constructor: ParserClass } }
  socket.destroy()
  return parser?.constructor
}

const LINE = 'PUT / HTTP/1.1\r\nHost: h\r\n'
const CHUNKED = `${LINE}Transfer-Encoding: chunked\r\n\r\n`

const ACCEPTED = [
  `${LINE}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n`,
  `${LINE}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n1\r\na\r\n0\r\n\r\n`,
]

/** At least one probe for each other leniency of Node's parsers, some of which older strict parsers have too. */
const REFUSED = [
  `${LINE}X: \x01\r\n\r\n`,
  `${LINE}X: a\r\n b\r\n\r\n`,
  `${LINE}X: a\nY: b\r\n\r\n`,
  `${LINE}X: a\rY: b\r\n\r\n`,
  `${LINE}X: a\r\n\n`,
  `${LINE}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`,
  `${LINE}Content-Length: 1, 1\r\n\r\na`,
  `${LINE}Transfer-Encoding: gzip\r\n\r\na`,
  `${LINE}Transfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\na`,
  `${LINE}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`,
  `${LINE}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${CHUNKED}1\na\r\n0\r\n\r\n`,
  `${CHUNKED}1\r\na0\r\n\r\n`,
  `${CHUNKED}1 \r\na\r\n0\r\n\r\n`,
  `${CHUNKED}1\r\na\r\n0\r\nX: a\nY: b\r\n\r\n`,
  'GET / HTTP/1.2\r\nHost: h\r\n\r\n',
]

function isExact(): boolean {
  const lenient = acceptanceOf(createServer({ insecureHTTPParser: true }))
  const strict = acceptanceOf(createServer())
  return ACCEPTED.every(lenient) && REFUSED.every((bytes) => !lenient(bytes) || strict(bytes))
}

/** Returns a function that reports whether a server accepts some bytes as complete requests. */
function acceptanceOf(server: Server): (bytes: string) => boolean {
  let requests: IncomingMessage[] = []
  let understood = true
  server.on('request', (request) => requests.push(request))
  server.on('clientError', () => {
    understood = false
  })
  return (bytes) => {
    requests = []
    understood = true
    const socket = connect(server)
    socket.emit('data', Buffer.from(bytes, 'latin1'))
    socket.destroy()
    return understood && requests.length > 0 && requests.every(({ complete }) => complete)
  }
}

/** A connection without a network. When `emit` returns, the server has processed the data. */
function connect(server: Server): Duplex {
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  server.emit('connection', socket)
  return socket
}
