import { createServer, type IncomingMessage, type Server } from 'node:http'
import { Duplex } from 'node:stream'

/**
 * Whether this process may create servers with `insecureHTTPParser: true` that accept Content-Length together with
 * Transfer-Encoding: chunked, as OSS's C SDK sends them on every upload, and nothing else that the strict parser
 * rejects. Node itself would enable every leniency of the parser at once; here the parser gets only that one. Because
 * this way is undocumented, responses to probes of each kind decide: of a server to those that it shall accept, and of its parser
 * alone to the others, as a connection for each takes ten times as long. If one differs from the expectation, servers stay strict.
 */
export function acceptsBothLengths(): boolean {
  exact ??= makeExact()
  return exact
}

let exact: boolean | undefined

/** Node's HTTP parser, as far as it is used here. */
interface Parser {
  initialize?: (...args: unknown[]) => unknown
  execute?: (bytes: Uint8Array) => number | Error
  [callback: number]: () => void
}

interface ParserClass {
  readonly REQUEST?: unknown
  readonly kLenientChunkedLength?: unknown
  readonly kLenientAll?: unknown
  readonly kLenientNone?: unknown
  /** The names of its callbacks. */
  readonly kOnHeadersComplete?: unknown
  readonly kOnMessageComplete?: unknown
  readonly prototype: Parser
  new (): Parser
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
  if (acceptsOnlyThese(parserClass)) return true
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

function acceptsOnlyThese(parserClass: ParserClass): boolean {
  const [lenient, strict] = [parserClass.kLenientAll, parserClass.kLenientNone].map((flags) =>
    parses(parserClass, flags),
  )
  if (lenient === undefined || strict === undefined) return false
  return (
    ACCEPTED.every(acceptanceOf(createServer({ insecureHTTPParser: true }))) &&
    ACCEPTED.every(lenient) &&
    REFUSED.every((bytes) => !lenient(bytes) || strict(bytes))
  )
}

/** Returns a function that reports whether a parser with such flags takes some bytes for complete requests; undefined for a parser that is unlike the known ones. */
function parses(parserClass: ParserClass, flags: unknown): ((bytes: string) => boolean) | undefined {
  const { REQUEST, kOnHeadersComplete, kOnMessageComplete } = parserClass
  if (typeof kOnHeadersComplete !== 'number' || typeof kOnMessageComplete !== 'number') return undefined
  if (typeof flags !== 'number') return undefined
  return (bytes) => {
    const parser = new parserClass()
    let [begun, complete] = [0, 0]
    parser[kOnHeadersComplete] = () => void begun++
    parser[kOnMessageComplete] = () => void complete++
    parser.initialize?.(REQUEST, {}, 0, flags)
    const result = parser.execute?.(Buffer.from(bytes, 'latin1'))
    return typeof result === 'number' && begun > 0 && begun === complete
  }
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
