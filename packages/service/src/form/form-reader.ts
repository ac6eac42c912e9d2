/**
 * Reads multipart/form-data as it arrives: a part's value as a whole, the last part's as a source. Memory is bounded,
 * whatever is sent.
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
import { bytesToString, stringToBytes, utf8Bytes, utf8Text } from '@bindery/bytes'
import { OssError } from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'

/** Bytes of all fields before the file, their headers included. */
const FIELDS_BYTES_MAX = 256 * 1024
/** Bytes of one line of a part's head, and of what may precede the first part. */
const LINE_BYTES_MAX = 16 * 1024
const LINES_MAX = 16
const BUFFER_BYTES = 64 * 1024
const CRLF = Uint8Array.of(0x0d, 0x0a)

/** The head of one part. */
export interface PartHead {
  readonly name: string
  /** Undefined where the part is not a file. */
  readonly fileName: string | undefined
  /** A byte string. */
  readonly contentType: string | undefined
}

/** The boundary that a Content-Type announces; undefined if it announces no form. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  const [type = '', ...parameters] = (contentType ?? '').split(';')
  if (type.trim().toLowerCase() !== 'multipart/form-data') return undefined
  const found = parameters.map((one) => /^\s*boundary=(?:"([^"]{1,70})"|([^\s"]{1,70}))\s*$/i.exec(one)).find(Boolean)
  return found?.[1] ?? found?.[2]
}

/** The parts of a form, one after another. */
export class FormReader {
  readonly #source: ByteSource
  readonly #delimiter: Uint8Array
  readonly #onBytes: (bytes: Uint8Array) => void
  #buffer = new Uint8Array(BUFFER_BYTES)
  #start = 0
  #end = 0
  #hasEnded = false
  #isFirst = true
  /** Bytes that fields may still have. */
  #allowance = FIELDS_BYTES_MAX

  /** `onBytes` sees all bytes of the body, in order. */
  constructor(source: ByteSource, boundary: string, onBytes: (bytes: Uint8Array) => void = () => {}) {
    this.#source = source
    this.#delimiter = stringToBytes(`\r\n--${boundary}`)
    this.#onBytes = onBytes
    // the first delimiter may be the first line
    this.#buffer.set(CRLF)
    this.#end = CRLF.length
  }

  /** The head of the next part; undefined after the last. Throws malformedForm, formFieldsTooLarge. */
  async next(): Promise<PartHead | undefined> {
    if (this.#isFirst) await this.#until(this.#delimiter, LINE_BYTES_MAX)
    this.#isFirst = false
    while (this.#end - this.#start < 2) if (!(await this.#fill())) throw new OssError('malformedForm')
    if (this.#buffer[this.#start] === 0x2d && this.#buffer[this.#start + 1] === 0x2d) return undefined
    const rest = bytesToString(await this.#until(CRLF, LINE_BYTES_MAX))
    if (rest.trim() !== '') throw new OssError('malformedForm')
    return partHead(await this.#lines())
  }

  /** The value of the part whose head was read last. Throws malformedForm, formFieldsTooLarge. */
  async value(): Promise<string> {
    const value = utf8Text(await this.#until(this.#delimiter, FIELDS_BYTES_MAX))
    if (value === undefined) throw new OssError('malformedForm')
    return value
  }

  /** The bytes of the part whose head was read last; `whenEnded` runs after the last, before the source reports its end. */
  content(whenEnded: () => Promise<void>): ByteSource {
    let hasEnded = false
    const available = async (): Promise<{ readonly bytes: number; readonly isLast: boolean }> => {
      for (;;) {
        const at = indexOf(this.#buffer, this.#delimiter, this.#start, this.#end)
        if (at !== -1) return { bytes: at - this.#start, isLast: true }
        // the last bytes may be the beginning of the delimiter
        const bytes = this.#end - this.#start - this.#delimiter.length + 1
        if (bytes > 0) return { bytes, isLast: false }
        if (!(await this.#fill())) throw new OssError('malformedForm')
      }
    }
    return {
      size: undefined,
      ready: async () => {
        if (!hasEnded) await available()
      },
      read: async (buffer) => {
        if (hasEnded) return 0
        const { bytes, isLast } = await available()
        if (bytes === 0 && isLast) {
          this.#start += this.#delimiter.length
          hasEnded = true
          await whenEnded()
          return 0
        }
        const count = Math.min(bytes, buffer.length)
        buffer.set(this.#buffer.subarray(this.#start, this.#start + count))
        this.#start += count
        return count
      },
    }
  }

  /** Passes over what follows the last part. */
  async drain(): Promise<void> {
    do this.#start = this.#end
    while (await this.#fill())
  }

  async #lines(): Promise<string[]> {
    const lines: string[] = []
    for (;;) {
      const bytes = await this.#until(CRLF, LINE_BYTES_MAX)
      if (bytes.length === 0) return lines
      const line = utf8Text(bytes)
      if (line === undefined || lines.length === LINES_MAX) throw new OssError('malformedForm')
      lines.push(line)
    }
  }

  /** The bytes before the next occurrence of `mark`, which is passed over. */
  async #until(mark: Uint8Array, bytesMax: number): Promise<Uint8Array> {
    let from = this.#start
    for (;;) {
      const at = indexOf(this.#buffer, mark, from, this.#end)
      const length = (at === -1 ? this.#end : at) - this.#start
      if (length > bytesMax + mark.length) throw new OssError('formFieldsTooLarge')
      if (at !== -1) {
        const bytes = this.#buffer.slice(this.#start, at)
        this.#start = at + mark.length
        this.#allowance -= bytes.length + mark.length
        if (this.#allowance < 0) throw new OssError('formFieldsTooLarge')
        return bytes
      }
      const searched = Math.max(length - mark.length + 1, 0)
      if (!(await this.#fill())) throw new OssError('malformedForm')
      from = this.#start + searched
    }
  }

  /** Reads more bytes; false at the end of the body. */
  async #fill(): Promise<boolean> {
    if (this.#hasEnded) return false
    this.#makeRoom()
    await this.#source.ready()
    const read = await this.#source.read(this.#buffer.subarray(this.#end))
    this.#onBytes(this.#buffer.subarray(this.#end, this.#end + read))
    this.#end += read
    this.#hasEnded = read === 0
    return read > 0
  }

  #makeRoom(): void {
    const kept = this.#buffer.subarray(this.#start, this.#end)
    if (this.#start === 0 && this.#end === this.#buffer.length) {
      const larger = new Uint8Array(this.#buffer.length * 2)
      larger.set(kept)
      this.#buffer = larger
    } else if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end)
    }
    this.#start = 0
    this.#end = kept.length
  }
}

/** The first occurrence of `mark` that lies within the bytes from `start` to `end`, or -1. */
function indexOf(bytes: Uint8Array, mark: Uint8Array, start: number, end: number): number {
  const [first = 0] = mark
  // without the bytes behind the end, which are from before
  const searched = bytes.subarray(0, Math.max(end - mark.length + 1, 0))
  for (let at = searched.indexOf(first, start); at !== -1; at = searched.indexOf(first, at + 1)) {
    let length = 1
    while (length < mark.length && bytes[at + length] === mark[length]) length += 1
    if (length === mark.length) return at
  }
  return -1
}

function partHead(lines: readonly string[]): PartHead {
  const disposition = headerIn(lines, 'content-disposition') ?? ''
  const name = /;\s*name="([^"]*)"/i.exec(disposition)?.[1] ?? /;\s*name=([^\s;"]+)/i.exec(disposition)?.[1]
  if (name === undefined || !/^\s*form-data\s*;/i.test(disposition)) throw new OssError('malformedForm')
  const fileName = /;\s*filename="([^"]*)"/i.exec(disposition)?.[1]
  const contentType = headerIn(lines, 'content-type')
  return { name, fileName, contentType: contentType && bytesToString(utf8Bytes(contentType)) }
}

function headerIn(lines: readonly string[], name: string): string | undefined {
  const line = lines.find((one) => one.slice(0, one.indexOf(':')).trim().toLowerCase() === name)
  return line?.slice(line.indexOf(':') + 1).trim()
}
