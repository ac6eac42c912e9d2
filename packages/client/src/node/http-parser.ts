/** Reads the answers of a connection of HTTP/1.1: RFC 9112. */

/** The head of an answer. Names of headers are in lower case; values of repeated ones are joined by commas. */
export interface ResponseHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** Receives an answer in its order. Pieces are views of the bytes that were fed. */
export interface ResponseSink {
  head(head: ResponseHead): void
  body(piece: Uint8Array): void
  /** `isReusable`: another request may follow on this connection. */
  end(isReusable: boolean): void
}

/** Bytes of a head at most; servers of objects send less than 10 KB. */
const HEAD_BYTES_MAX = 64 * 1024
const LINE_BYTES_MAX = 8 * 1024
const LF = 10

type State = 'head' | 'length' | 'size' | 'chunk' | 'after chunk' | 'trailer' | 'to the end' | 'done'

/** Parses one answer after another. `expect` begins the next one. Throws Error for what is not HTTP/1.1. */
export class ResponseParser {
  #state: State = 'done'
  #sink: ResponseSink | undefined
  #method = ''
  /** A head or line as far as it has arrived; a byte string. */
  #text = ''
  /** Bytes of the body, or of the chunk, that are still to come. */
  #left = 0
  #isReusable = true

  /** Begins with the answer to a request of this method. */
  expect(method: string, sink: ResponseSink): void {
    this.#method = method
    this.#sink = sink
    this.#state = 'head'
    this.#text = ''
    this.#isReusable = true
  }

  /** Bytes of a body of known length that are still to come; 0 in any other state. */
  get bodyBytesLeft(): number {
    return this.#state === 'length' ? this.#left : 0
  }

  feed(bytes: Uint8Array): void {
    for (let position = 0; position < bytes.length; ) position += this.#take(bytes.subarray(position))
  }

  /** The connection ended. Throws Error where the answer is incomplete. */
  finish(): void {
    if (this.#state === 'to the end') this.#end(false)
    else if (this.#state !== 'done') throw new Error('the answer broke off')
  }

  /** Returns the bytes that were used. */
  #take(bytes: Uint8Array): number {
    if (this.#state === 'done') throw new Error('the server sent more than an answer')
    if (this.#state === 'length' || this.#state === 'chunk' || this.#state === 'to the end')
      return this.#takeBody(bytes)
    const end = bytes.indexOf(LF)
    const used = end === -1 ? bytes.length : end + 1
    this.#text += latin1(bytes.subarray(0, used))
    if (this.#text.length > (this.#state === 'head' ? HEAD_BYTES_MAX : LINE_BYTES_MAX)) {
      throw new Error('the head of the answer is too long')
    }
    if (end !== -1) this.#takeLine()
    return used
  }

  #takeBody(bytes: Uint8Array): number {
    if (this.#state === 'to the end') {
      this.#sink?.body(bytes)
      return bytes.length
    }
    const piece = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes
    this.#left -= piece.length
    this.#sink?.body(piece)
    if (this.#left === 0) {
      if (this.#state === 'length') this.#end(this.#isReusable)
      else this.#state = 'after chunk'
    }
    return piece.length
  }

  /** A line is complete: with the lines before, where it belongs to a head. */
  #takeLine(): void {
    if (this.#state === 'head') {
      if (/\r?\n\r?\n$/.test(this.#text)) this.#takeHead(this.#text)
      else if (/^\r?\n$/.test(this.#text)) this.#text = '' // some servers end an answer with an empty line
      return
    }
    const line = this.#text.trim()
    this.#text = ''
    if (this.#state === 'after chunk') this.#state = 'size'
    else if (this.#state === 'trailer') {
      if (line === '') this.#end(this.#isReusable)
    } else {
      const size = /^[0-9a-f]{1,13}(?=\s*(?:;|$))/i.exec(line)?.[0]
      if (size === undefined) throw new Error('the answer has a chunk without a size')
      this.#left = Number.parseInt(size, 16)
      this.#state = this.#left === 0 ? 'trailer' : 'chunk'
    }
  }

  #takeHead(text: string): void {
    this.#text = ''
    const [first = '', ...lines] = text.split(/\r?\n/)
    const [, minor, code] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(first) ?? []
    if (code === undefined) throw new Error('the answer is not one of HTTP/1.1')
    const headers = headersOf(lines)
    const status = Number(code)
    if (status >= 100 && status < 200) return // the answer follows
    this.#isReusable = minor === '1' && !/(?:^|,)\s*close\s*(?:,|$)/i.test(headers.connection ?? '')
    this.#sink?.head({ status, headers })
    this.#beginBody(status, headers)
  }

  #beginBody(status: number, headers: Readonly<Record<string, string>>): void {
    const length = headers['content-length']
    if (this.#method === 'HEAD' || status === 204 || status === 304) {
      this.#end(this.#isReusable)
      return
    }
    if (/chunked\s*$/i.test(headers['transfer-encoding'] ?? '')) {
      this.#state = 'size'
      return
    }
    if (length === undefined) {
      this.#state = 'to the end'
      return
    }
    if (!/^\d{1,15}$/.test(length)) throw new Error('the length of the answer is not a number')
    this.#left = Number(length)
    this.#state = 'length'
    if (this.#left === 0) this.#end(this.#isReusable)
  }

  #end(isReusable: boolean): void {
    this.#state = 'done'
    this.#sink?.end(isReusable)
  }
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null)
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon <= 0) continue
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    const before = headers[name]
    headers[name] = before === undefined ? value : `${before},${value}`
  }
  return headers
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
