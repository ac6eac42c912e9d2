/**
 * What the service has named and the model cannot foresee: ids of uploads, and the tags of copied ranges. The model
 * writes such a tag as a symbol, `~…`; the first time that the service shows the tag, it is bound, and must stay it.
 * It writes an upload as `@handle`; one whose Initiate was not answered has an id that nobody knows.
 */
import type { Tag, UploadHandle } from './steps.js'

export class Names {
  readonly #ids = new Map<UploadHandle, string>()
  readonly #handles = new Map<string, UploadHandle>()
  readonly #tags = new Map<Tag, string>()

  learnUpload(handle: UploadHandle, id: string): void {
    this.#ids.set(handle, id)
    this.#handles.set(id, handle)
  }

  /** The id of an upload; for one that the service has not named, an id that no upload has. */
  idOf(handle: UploadHandle): string {
    return this.#ids.get(handle) ?? 'F'.repeat(32)
  }

  isKnown(handle: UploadHandle): boolean {
    return this.#ids.has(handle)
  }

  /** The upload of an id that was answered to somebody. */
  handleOf(id: string): UploadHandle | undefined {
    return this.#handles.get(id)
  }

  /** Whether an id was answered to somebody. */
  isNamed(id: string): boolean {
    return this.#handles.has(id)
  }

  /** The tag that a symbol stands for, or the symbol. */
  real(tag: Tag): Tag {
    return this.#tags.get(tag) ?? tag
  }

  /** Whether what the model foresees is what was answered, symbols that are not bound aside. */
  matches(expected: unknown, found: unknown): boolean {
    if (typeof expected === 'string') return this.#matchesText(expected, found)
    if (typeof expected !== 'object' || expected === null || typeof found !== 'object' || found === null) {
      return expected === found
    }
    if (Array.isArray(expected) !== Array.isArray(found)) return false
    const [left, right] = [entriesOf(expected), entriesOf(found)]
    return left.size === right.size && [...left].every(([name, value]) => this.matches(value, right.get(name)))
  }

  #matchesText(expected: string, found: unknown): boolean {
    if (expected.startsWith('@')) return this.#matchesUpload(expected.slice(1), found)
    const real = this.real(expected)
    if (!real.startsWith('~')) return real === found
    return typeof found === 'string' && (real.startsWith('~multi/') ? MULTI_TAG : TAG).test(found)
  }

  #matchesUpload(handle: UploadHandle, found: unknown): boolean {
    const id = this.#ids.get(handle)
    return id === undefined ? typeof found === 'string' && !this.#handles.has(found) : id === found
  }

  /** Learns the tags in an answer that matched. */
  bind(expected: unknown, found: unknown): void {
    if (typeof expected === 'string' && typeof found === 'string') {
      if (expected.startsWith('~')) this.#tags.set(expected, found)
    } else if (typeof expected === 'object' && expected !== null && typeof found === 'object' && found !== null) {
      const right = entriesOf(found)
      for (const [name, value] of entriesOf(expected)) this.bind(value, right.get(name))
    }
  }
}

const TAG = /^[0-9A-F]{32}$/
const MULTI_TAG = /^[0-9A-F]{32}-\d+$/

/** Members without the undefined ones. */
function entriesOf(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).filter(([, member]) => member !== undefined))
}
