/**
 * Names that the service chooses and the model cannot predict: ids of uploads, and tags of copied ranges. The model
 * writes such a tag as a symbol, `~…`; the first answer with the tag binds the symbol, and it must stay the same. The
 * model writes an upload as `@handle`; one whose Initiate was not answered has an unknown id. It writes a version as
 * `^handle`, which the first answer with its id binds.
 */
import type { Tag, UploadHandle, VersionSymbol } from './steps.js'

export class Names {
  readonly #ids = new Map<UploadHandle, string>()
  readonly #handles = new Map<string, UploadHandle>()
  readonly #tags = new Map<Tag, string>()
  readonly #versions = new Map<VersionSymbol, string>()
  readonly #versionIds = new Set<string>()

  learnUpload(handle: UploadHandle, id: string): void {
    this.#ids.set(handle, id)
    this.#handles.set(id, handle)
  }

  learnVersion(symbol: VersionSymbol, id: string): void {
    this.#versions.set(symbol, id)
    this.#versionIds.add(id)
  }

  /** The id of a version that was answered to a client; undefined if none was. */
  versionId(symbol: VersionSymbol): string | undefined {
    return symbol.startsWith('^') ? this.#versions.get(symbol) : symbol
  }

  /** The id of an upload; if the service has not named it, an id that no upload has. */
  idOf(handle: UploadHandle): string {
    return this.#ids.get(handle) ?? 'F'.repeat(32)
  }

  isKnown(handle: UploadHandle): boolean {
    return this.#ids.has(handle)
  }

  /** The upload with an id that was answered to a client. */
  handleOf(id: string): UploadHandle | undefined {
    return this.#handles.get(id)
  }

  /** Whether an id was answered to a client. */
  isNamed(id: string): boolean {
    return this.#handles.has(id)
  }

  /** The tag that a symbol is bound to, or the symbol. */
  real(tag: Tag): Tag {
    return this.#tags.get(tag) ?? tag
  }

  /** Whether the answer is the expected one, ignoring unbound symbols. */
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
    if (expected.startsWith('^')) return this.#matchesVersion(expected, found)
    const real = this.real(expected)
    if (!real.startsWith('~')) return real === found
    return typeof found === 'string' && (real.startsWith('~multi/') ? MULTI_TAG : TAG).test(found)
  }

  #matchesVersion(symbol: VersionSymbol, found: unknown): boolean {
    const id = this.#versions.get(symbol)
    return id === undefined
      ? typeof found === 'string' && VERSION.test(found) && !this.#versionIds.has(found)
      : id === found
  }

  #matchesUpload(handle: UploadHandle, found: unknown): boolean {
    const id = this.#ids.get(handle)
    return id === undefined ? typeof found === 'string' && !this.#handles.has(found) : id === found
  }

  /** Binds the tags in an answer that matched, and by default the versions: only one state must be possible for them. */
  bind(expected: unknown, found: unknown, { versions = true } = {}): void {
    if (typeof expected === 'string' && typeof found === 'string') {
      if (expected.startsWith('~')) this.#tags.set(expected, found)
      if (versions && expected.startsWith('^')) this.learnVersion(expected, found)
    } else if (typeof expected === 'object' && expected !== null && typeof found === 'object' && found !== null) {
      const right = entriesOf(found)
      for (const [name, value] of entriesOf(expected)) this.bind(value, right.get(name), { versions })
    }
  }
}

const VERSION = /^CAEQ.{60}$/
const TAG = /^[0-9A-F]{32}$/
const MULTI_TAG = /^[0-9A-F]{32}-\d+$/

/** Members without the undefined ones. */
function entriesOf(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).filter(([, member]) => member !== undefined))
}
