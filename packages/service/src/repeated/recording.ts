import { type Head, HeadCircumstances, type Notation } from '@bindery/protocol'
import { andThen, type Bytes, type MetadataStore, type Reader, type ReadRow } from '@bindery/storage'
import type { Conditions } from '../access/conditions.js'
import type { Domain } from '../domain/domain.js'

/**
 * Notes what the answer to a request is derived from besides its head: the rows that are read for it. All else that may differ between
 * equal requests spoils it: the time, the client's address and the name of its program, randomness, and whatever writes.
 */
export class Recording {
  /** The domain, with a note of each use. */
  readonly domain: Domain
  readonly rows: ReadRow[] = []
  #isSpoilt = false
  /** Rows that were to be read. */
  #wanted = 0

  constructor(domain: Domain) {
    this.domain = {
      ...domain,
      metadata: this.#noting(domain.metadata),
      clock: this.#spoiling(domain.clock),
      sleep: this.#spoiling(domain.sleep),
      random: this.#spoiling(domain.random),
    }
  }

  /** Whether head and rows are all that the answer depends on. */
  get isWhole(): boolean {
    return !this.#isSpoilt && this.rows.length === this.#wanted
  }

  /** The conditions of a decision, with a note where it looks at what may differ. */
  conditions({ request, requestTags, signedIn, now }: Conditions, head: Head, notation: Notation): Conditions {
    const spoil = this.#spoil
    return {
      request: {
        scheme: request.scheme,
        get remoteAddress() {
          spoil()
          return request.remoteAddress
        },
      },
      stated: new NotedCircumstances(head, notation, spoil),
      requestTags,
      signedIn,
      get now() {
        spoil()
        return now
      },
    }
  }

  readonly #spoil = (): void => {
    this.#isSpoilt = true
  }

  #spoiling<A extends unknown[], R>(call: (...given: A) => R): (...given: A) => R {
    return (...given) => {
      this.#spoil()
      return call(...given)
    }
  }

  #noting(store: MetadataStore): MetadataStore {
    return {
      read: (body) => store.read((reader) => body(this.#notingReader(reader))),
      transact: (body) => {
        this.#spoil()
        return store.transact(body)
      },
      close: () => store.close(),
    }
  }

  #notingReader(reader: Reader): Reader {
    const getMany = (keys: readonly Bytes[]) => {
      // one that fails, such as a damaged one, is never noted
      this.#wanted += keys.length
      return andThen(reader.getMany(keys), (values) => {
        keys.forEach((key, index) => {
          this.rows.push({ key, value: values[index] })
        })
        return values
      })
    }
    return {
      get: (key) => andThen(getMany([key]), ([value]) => value),
      getMany,
      range: this.#spoiling((from, to, options) => reader.range(from, to, options)),
    }
  }
}

class NotedCircumstances extends HeadCircumstances {
  readonly #spoil: () => void

  constructor(head: Head, notation: Notation, spoil: () => void) {
    super(head, notation)
    this.#spoil = spoil
  }

  override get userAgent(): string | undefined {
    this.#spoil()
    return super.userAgent
  }
}
