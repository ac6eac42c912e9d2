import { createServer, type IncomingMessage, type Server } from 'node:http'
import { Duplex } from 'node:stream'

/**
 * Whether a server of this process may be created with `insecureHTTPParser: true` to accept Content-Length beside
 * Transfer-Encoding: chunked, as OSS's C SDK sends them on every upload, and nothing else that the strict parser refuses.
 * Node itself would hand its parser every leniency at once; here the parser gets that one alone. Node documents no way
 * to ask for it, so the parser's answers to requests of each kind decide: where one differs, servers stay strict.
 */
export function acceptsBothLengths(): boolean {
  exact ??= makeExact()
  return exact
}

let exact: boolean | undefined

/** The part of Node's HTTP parser that sees its leniencies, as flags. */
interface ParserClass {
  readonly kLenientChunkedLength?: unknown
  readonly prototype: { initialize?: (...args: unknown[]) => unknown }
}

/** Where `initialize` takes its flags. */
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

/** One at least for each other leniency of Node's parsers, whose older strict ones take some of them too. */
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
  const lenient = judge(createServer({ insecureHTTPParser: true }))
  const strict = judge(createServer())
  return ACCEPTED.every(lenient) && REFUSED.every((bytes) => !lenient(bytes) || strict(bytes))
}

/** A function that returns whether a server takes bytes for whole requests. */
function judge(server: Server): (bytes: string) => boolean {
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

/** A connection without a network. The server has taken what `data` brings when `emit` returns. */
function connect(server: Server): Duplex {
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  server.emit('connection', socket)
  return socket
}
