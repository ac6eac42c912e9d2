/**
 * Decodes bodies in S3's `aws-chunked` framing, which lies inside the framing of HTTP:
 * `hex(size)[;chunk-signature=…] CRLF bytes CRLF … 0[;chunk-signature=…] CRLF [trailers] CRLF`.
 */
import { bytesToString } from '@bindery/bytes'

/** The reason to refuse a body. */
export type ChunkedFault =
  /** It ended early, or is not in this framing. */
  | 'incomplete'
  /** Its chunks hold more or fewer bytes than announced. */
  | 'wrongLength'
  /** Its trailer is not in the form that was announced. */
  | 'malformedTrailer'
  /** A chunk or the trailer has another signature. */
  | 'wrongSignature'

/** A body that is refused; `fault` is the reason. */
export class ChunkedBodyError extends Error {
  override readonly name = 'ChunkedBodyError'
  readonly fault: ChunkedFault

  constructor(fault: ChunkedFault) {
    super(`a body in chunks is refused: ${fault}`)
    this.fault = fault
  }
}

/** The announced properties of a framed body, and the check of its signatures. */
export interface ChunkedOptions {
  /** Bytes of the content, as `x-amz-decoded-content-length` announces it. */
  readonly decodedLength: number
  /** Name of the trailer that must follow, in lower case; undefined: none may. */
  readonly trailer: string | undefined
  /** Verifies signed chunks; undefined: chunks are not signed. */
  readonly signatures?: {
    /** Begins to hash the next chunk. */
    hash(): { update(bytes: Uint8Array): void; hex(): string }
    verifiesChunk(sha256: string, signature: string): boolean
    verifiesTrailer(lines: string, signature: string): boolean
  }
}

/** Bytes of a line at most: a size, a signature, or a trailer. */
const LINE_BYTES_MAX = 1024
const CR = 0x0d
const LF = 0x0a

type State = 'size' | 'data' | 'dataEnd' | 'trailer' | 'done'

/**
 * Takes a framed body in pieces of any size and returns its content. A chunk counts only when its signature was
 * verified: content that was returned earlier must not be committed until `end` has returned.
 */
export class ChunkedDecoder {
  readonly #options: ChunkedOptions
  #state: State = 'size'
  #line: number[] = []
  /** Bytes of the chunk that are still to come. */
  #left = 0
  #decoded = 0
  #signature = ''
  #hash: { update(bytes: Uint8Array): void; hex(): string } | undefined
  readonly #trailers: [name: string, value: string][] = []
  #trailerSignature: string | undefined

  constructor(options: ChunkedOptions) {
    this.#options = options
  }

  /** The value of the announced trailer, once the body has ended. */
  get trailerValue(): string | undefined {
    return this.#trailers[0]?.[1]
  }

  /** Takes the next bytes; calls `onContent` with the content among them. Throws ChunkedBodyError. */
  push(piece: Uint8Array, onContent: (bytes: Uint8Array) => void): void {
    let position = 0
    while (position < piece.length) {
      if (this.#state === 'data') {
        const content = piece.subarray(position, position + this.#left)
        position += content.length
        this.#takeContent(content)
        onContent(content)
        continue
      }
      const byte = piece[position] ?? 0
      position += 1
      this.#takeControl(byte)
    }
  }

  /** Takes the end of the body. Throws ChunkedBodyError. */
  end(): void {
    if (this.#state === 'trailer' && this.#line.length === 0 && this.#hasWholeTrailer()) this.#finish()
    if (this.#state === 'trailer') throw new ChunkedBodyError('malformedTrailer')
    if (this.#state !== 'done') throw new ChunkedBodyError('incomplete')
    if (this.#decoded !== this.#options.decodedLength) throw new ChunkedBodyError('wrongLength')
  }

  #takeContent(content: Uint8Array): void {
    this.#left -= content.length
    this.#decoded += content.length
    if (this.#decoded > this.#options.decodedLength) throw new ChunkedBodyError('wrongLength')
    this.#hash?.update(content)
    if (this.#left > 0) return
    this.#verifyChunk()
    this.#state = 'dataEnd'
  }

  #takeControl(byte: number): void {
    if (this.#state === 'done') {
      if (byte !== CR && byte !== LF) throw new ChunkedBodyError('incomplete')
      return
    }
    if (byte !== LF) {
      this.#line.push(byte)
      if (this.#line.length > LINE_BYTES_MAX) throw new ChunkedBodyError('incomplete')
      return
    }
    if (this.#line.at(-1) === CR) this.#line.pop()
    else if (this.#state !== 'trailer') throw new ChunkedBodyError('incomplete')
    const line = bytesToString(Uint8Array.from(this.#line))
    this.#line = []
    if (this.#state === 'size') this.#beginChunk(line)
    else if (this.#state === 'dataEnd') this.#endChunk(line)
    else this.#takeTrailer(line)
  }

  #beginChunk(line: string): void {
    const [size = '', ...extensions] = line.split(';')
    if (!/^[0-9a-fA-F]{1,12}$/.test(size.trim())) throw new ChunkedBodyError('incomplete')
    this.#left = Number.parseInt(size, 16)
    const { signatures } = this.#options
    if (signatures !== undefined) {
      const signature = extensions.map((one) => one.trim()).find((one) => one.startsWith('chunk-signature='))
      if (signature === undefined) throw new ChunkedBodyError('incomplete')
      this.#signature = signature.slice('chunk-signature='.length)
      this.#hash = signatures.hash()
    }
    if (this.#left > 0) {
      this.#state = 'data'
      return
    }
    this.#verifyChunk()
    this.#state = 'trailer'
  }

  #verifyChunk(): void {
    const { signatures } = this.#options
    if (signatures === undefined || this.#hash === undefined) return
    if (!signatures.verifiesChunk(this.#hash.hex(), this.#signature)) throw new ChunkedBodyError('wrongSignature')
  }

  #endChunk(line: string): void {
    if (line !== '') throw new ChunkedBodyError('incomplete')
    this.#state = 'size'
  }

  /** Clients end trailers with LF or CRLF, and put empty lines before the signature. */
  #takeTrailer(line: string): void {
    if (line === '') {
      if (this.#hasWholeTrailer()) this.#finish()
      return
    }
    const colon = line.indexOf(':')
    if (colon === -1) throw new ChunkedBodyError('malformedTrailer')
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'x-amz-trailer-signature') this.#trailerSignature = value
    else this.#trailers.push([name, value])
    const { trailer } = this.#options
    if (this.#trailers.some(([one]) => one !== trailer) || this.#trailers.length > 1) {
      throw new ChunkedBodyError('malformedTrailer')
    }
  }

  /** Whether everything that was announced has come; a trailer that is still missing may follow an empty line. */
  #hasWholeTrailer(): boolean {
    const { trailer, signatures } = this.#options
    if (trailer === undefined) return true
    return this.#trailers.length === 1 && (signatures === undefined || this.#trailerSignature !== undefined)
  }

  #finish(): void {
    const { signatures, trailer } = this.#options
    this.#state = 'done'
    if (signatures === undefined || trailer === undefined) return
    const lines = this.#trailers.map(([name, value]) => `${name}:${value}\n`).join('')
    if (!signatures.verifiesTrailer(lines, this.#trailerSignature ?? '')) throw new ChunkedBodyError('wrongSignature')
  }
}

/** `Content-Encoding` without S3's own token; undefined where nothing is left. */
export function withoutAwsChunked(contentEncoding: string): string | undefined {
  const left = contentEncoding
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '' && token.toLowerCase() !== 'aws-chunked')
  return left.length === 0 ? undefined : left.join(',')
}
