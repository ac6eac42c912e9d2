// One keep-alive connection that sends prepared requests and counts the bytes of the responses. All connections read
// into one buffer and discard what they have examined, so that a load costs little more than its system calls.

import { connect } from 'node:net'

const READ_BUFFER = Buffer.alloc(1024 * 1024)
const HEAD_END = Buffer.from('\r\n\r\n')
const KEPT_BYTES_MAX = 16 * 1024 * 1024
/** Bytes of an error document that are kept for the failure message. */
const ERROR_BYTES_MAX = 4096

/**
 * @typedef {object} Received
 * @property {number} status
 * @property {number} bytes  of the body
 * @property {number} ms  from the first byte sent to the last one received
 * @property {number} firstByteMs  until the first byte of the response
 * @property {string} head
 * @property {Buffer} content  the body if it was to be kept, and of errors
 */

export class Connection {
  /** @type {import('node:net').Socket | undefined} */
  #socket
  #host
  #port
  /** @type {{ resolve: (received: Received) => void, reject: (error: Error) => void, method: string, keep: boolean } | undefined} */
  #waiting
  #sentAt = 0
  #firstByteMs = 0
  /** The part of a response head that has arrived so far. */
  #head = Buffer.alloc(0)
  #status = 0
  #rest = 0
  #bytes = 0
  #toClose = false
  /** @type {ChunkedBody | undefined} */
  #chunked
  /** @type {Buffer[]} */
  #kept = []
  #keptBytes = 0
  #headText = ''

  /** @param {URL} endpoint */
  constructor(endpoint) {
    this.#host = endpoint.hostname
    this.#port = Number(endpoint.port || 80)
  }

  /**
   * Sends one request and resolves with its response. Rejects if the connection breaks.
   * @param {{ method: string, head: Buffer, body?: Buffer | undefined }} request
   * @returns {Promise<Received>}
   */
  send({ method, head, body }, { keep = false } = {}) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, method, keep }
      this.#kept = []
      this.#keptBytes = 0
      const socket = this.#open()
      this.#sentAt = performance.now()
      this.#firstByteMs = 0
      if (body === undefined) {
        socket.write(head)
        return
      }
      socket.cork()
      socket.write(head)
      socket.write(body)
      socket.uncork()
    })
  }

  close() {
    this.#socket?.destroy()
    this.#socket = undefined
  }

  #open() {
    if (this.#socket !== undefined) return this.#socket
    const socket = connect({
      host: this.#host,
      port: this.#port,
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (bytes) => {
          this.#receive(READ_BUFFER.subarray(0, bytes))
          return true
        },
      },
    })
    socket.on('error', (error) => this.#lost(socket, error))
    socket.on('close', () => this.#lost(socket, new Error('the connection was closed before the response came')))
    this.#socket = socket
    return socket
  }

  #lost(socket, error) {
    if (this.#socket !== socket) return
    this.#socket = undefined
    this.#head = Buffer.alloc(0)
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }

  /** @param {Buffer} bytes */
  #receive(bytes) {
    if (this.#waiting === undefined) return
    if (this.#firstByteMs === 0) this.#firstByteMs = performance.now() - this.#sentAt
    if (this.#headText !== '') {
      this.#receiveBody(bytes)
      return
    }
    const all = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes])
    const end = all.indexOf(HEAD_END)
    if (end === -1) {
      this.#head = all === bytes ? Buffer.from(bytes) : all
      return
    }
    this.#head = Buffer.alloc(0)
    this.#readHead(all.latin1Slice(0, end))
    this.#receiveBody(all.subarray(end + HEAD_END.length))
  }

  #readHead(text) {
    this.#headText = text
    this.#status = Number(text.slice(9, 12))
    this.#bytes = 0
    this.#toClose = /\r\nconnection: *close/i.test(text)
    const bodiless = this.#waiting?.method === 'HEAD' || this.#status === 204 || this.#status === 304
    const isChunked = !bodiless && /\r\ntransfer-encoding: *chunked/i.test(text)
    this.#chunked = isChunked ? new ChunkedBody() : undefined
    this.#rest = bodiless ? 0 : Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0)
  }

  #receiveBody(bytes) {
    if (this.#chunked !== undefined) {
      for (const piece of this.#chunked.read(bytes)) this.#count(piece)
      if (this.#chunked.ended) this.#finish()
      return
    }
    this.#count(bytes)
    this.#rest -= bytes.length
    if (this.#rest <= 0) this.#finish()
  }

  #count(piece) {
    this.#bytes += piece.length
    const limit = this.#waiting?.keep ? KEPT_BYTES_MAX : this.#status >= 400 ? ERROR_BYTES_MAX : 0
    if (this.#keptBytes >= limit) return
    this.#kept.push(Buffer.from(piece))
    this.#keptBytes += piece.length
  }

  #finish() {
    const waiting = this.#waiting
    const received = {
      status: this.#status,
      bytes: this.#bytes,
      ms: performance.now() - this.#sentAt,
      firstByteMs: this.#firstByteMs,
      head: this.#headText,
      content: Buffer.concat(this.#kept),
    }
    this.#waiting = undefined
    this.#headText = ''
    if (this.#toClose) this.close()
    waiting?.resolve(received)
  }
}

/** Removes the chunk framing from a body whose length was not announced. */
class ChunkedBody {
  ended = false
  #line = ''
  #rest = 0
  /** @type {'size' | 'bytes' | 'afterBytes' | 'trailer'} */
  #state = 'size'

  #endLine(line) {
    if (this.#state === 'afterBytes') this.#state = 'size'
    else if (this.#state === 'trailer') this.ended = line === ''
    else {
      this.#rest = Number.parseInt(line, 16)
      this.#state = this.#rest === 0 ? 'trailer' : 'bytes'
    }
  }

  /** @param {Buffer} bytes @returns {Generator<Buffer>} */
  *read(bytes) {
    let at = 0
    while (at < bytes.length && !this.ended) {
      if (this.#state === 'bytes') {
        const piece = bytes.subarray(at, at + this.#rest)
        at += piece.length
        this.#rest -= piece.length
        if (this.#rest === 0) this.#state = 'afterBytes'
        yield piece
        continue
      }
      const end = bytes.indexOf(10, at)
      this.#line += bytes.latin1Slice(at, end === -1 ? bytes.length : end)
      if (end === -1) return
      at = end + 1
      this.#endLine(this.#line.trim())
      this.#line = ''
    }
  }
}
