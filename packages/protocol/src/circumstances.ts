import type { Head } from './message.js'
import type { Notation } from './notation.js'
import type { Query } from './query.js'

/** Statements of a request that a decision about access may depend on, by their meaning; undefined where it makes none. */
export interface Circumstances {
  readonly userAgent: string | undefined
  readonly referer: string | undefined
  /** Whether the requester agrees to pay for what would be the owner's to pay. */
  readonly agreesToPay: boolean
  /** The filter of a listing. */
  readonly prefix: string | undefined
  readonly delimiter: string | undefined
  /** The value of a header, by the name that OSS documents. */
  header(documented: string): string | undefined
}

/** The headers of a request whose fields of a form take the place of the own headers of OSS and S3. */
export function headersWithForm(headers: Head['headers'], fields: Head['headers']): Head['headers'] {
  const isOwn = ([name]: [string, string]) => /^x-(?:oss|amz)-/.test(name)
  const others = Object.entries(headers).filter((header) => !isOwn(header))
  return Object.fromEntries([...others, ...Object.entries(fields).filter(isOwn)])
}

const PAYER = 'x-oss-request-payer'

/** The circumstances that a head states. Each is looked up when it is first read. */
export class HeadCircumstances implements Circumstances {
  readonly #headers: Head['headers']
  readonly #query: Query
  readonly #notation: Notation

  constructor({ headers, query }: Head, notation: Notation) {
    this.#headers = headers
    this.#query = query
    this.#notation = notation
  }

  get userAgent(): string | undefined {
    return this.#headers['user-agent']
  }

  get referer(): string | undefined {
    return this.#headers.referer
  }

  get agreesToPay(): boolean {
    const payer = this.header(PAYER) ?? this.#query.get(this.#notation.nameOf(PAYER) ?? PAYER)
    return payer === 'requester'
  }

  get prefix(): string | undefined {
    return this.#query.get('prefix')
  }

  get delimiter(): string | undefined {
    return this.#query.get('delimiter')
  }

  header(documented: string): string | undefined {
    const name = this.#notation.nameOf(documented)
    return name === undefined ? undefined : this.#headers[name]
  }
}
