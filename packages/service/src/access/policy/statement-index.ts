/** A statement as the index sees it. */
export interface Indexed {
  readonly resources: {
    /** Patterns of the paths that the statement may be about; undefined: it may be about any. */
    readonly paths: readonly string[] | undefined
  }
}

/** A statement that no prefix finds. */
interface Other {
  readonly position: number
  /** Texts of which a path must contain one; undefined: it may be any path. */
  readonly needles: readonly Needle[] | undefined
}

/**
 * Statements by a literal piece of their patterns, which a path must contain to match: the part before the first
 * wildcard is looked up, other pieces are searched for. So a policy of a hundred statements costs little more than the
 * few that concern the path.
 */
export class StatementIndex<S extends Indexed> {
  /** In the order in which they count. */
  readonly statements: readonly S[]
  /** Positions of statements, ascending. */
  readonly #byPrefix = new Map<string, number[]>()
  /** The lengths of all prefixes, ascending. */
  readonly #lengths: readonly number[]
  readonly #others: readonly Other[]

  constructor(statements: readonly S[]) {
    this.statements = statements
    const others: Other[] = []
    for (const [position, { resources }] of statements.entries()) {
      const prefixes = resources.paths?.map(prefixOf)
      if (prefixes?.every((prefix) => prefix !== '')) this.#addPrefixes(new Set(prefixes), position)
      else others.push({ position, needles: needlesOf(resources.paths) })
    }
    this.#others = others
    this.#lengths = [...new Set([...this.#byPrefix.keys()].map(({ length }) => length))].sort((one, two) => one - two)
  }

  /** The first statement that applies, among those that may be about the path. */
  first(path: string, applies: (statement: S) => boolean): S | undefined {
    let best = this.statements.length
    for (const length of this.#lengths) {
      if (length > path.length) break
      const positions = this.#byPrefix.get(path.slice(0, length))
      if (positions !== undefined) best = this.#firstOf(positions, best, applies)
    }
    if (this.#others.length > 0 && path !== pairsOf) setPairs(path)
    for (const { position, needles } of this.#others) {
      if (position >= best) break
      if (needles !== undefined && !containsOne(path, needles)) continue
      if (applies(this.statements[position] as S)) best = position
    }
    return this.statements[best]
  }

  #firstOf(positions: readonly number[], best: number, applies: (statement: S) => boolean): number {
    for (const position of positions) {
      if (position >= best) return best
      if (applies(this.statements[position] as S)) return position
    }
    return best
  }

  #addPrefixes(prefixes: ReadonlySet<string>, position: number): void {
    for (const prefix of prefixes) {
      const known = this.#byPrefix.get(prefix)
      if (known === undefined) this.#byPrefix.set(prefix, [position])
      else known.push(position)
    }
  }
}

function prefixOf(pattern: string): string {
  return /^[^*?]*/.exec(pattern)?.[0] ?? ''
}

/** The longest literal piece of each pattern; undefined if one has none. */
function needlesOf(patterns: readonly string[] | undefined): readonly Needle[] | undefined {
  const pieces = patterns?.map((pattern) => {
    return pattern.split(/[*?]/).reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '')
  })
  return pieces?.includes('') === true ? undefined : pieces?.map((piece) => new Needle(piece))
}

function containsOne(path: string, needles: readonly Needle[]): boolean {
  for (let at = 0; at < needles.length; at += 1) if (needles[at]?.isIn(path)) return true
  return false
}

/** Bits for the pairs of adjacent characters of a text. */
const PAIR_BITS = 256

function pairBit(text: string, at: number): number {
  return (text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)) % PAIR_BITS
}

/** The pairs of the last path: all statements of a decision are matched against the same one. */
const pairs = new Uint8Array(PAIR_BITS)
let pairsOf = ''

function setPairs(path: string): void {
  pairs.fill(0)
  for (let at = path.length - 2; at >= 0; at -= 1) pairs[pairBit(path, at)] = 1
  pairsOf = path
}

/** A text that is sought in many others: first its pairs of characters, since few have them all. */
class Needle {
  readonly #text: string
  readonly #bits: readonly number[]

  constructor(text: string) {
    this.#text = text
    this.#bits = Array.from({ length: Math.max(text.length - 1, 0) }, (_, at) => pairBit(text, at))
  }

  /** Whether the path whose pairs are set has it. */
  isIn(path: string): boolean {
    const bits = this.#bits
    for (let at = 0; at < bits.length; at += 1) if (pairs[bits[at] as number] === 0) return false
    return path.includes(this.#text)
  }
}
