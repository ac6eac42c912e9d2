/**
 * The states in which a power loss may leave a disk. Everything that a sync has covered is on it. Every other change
 * may be on it or not, independently of the others, and a write may be there in part: by sectors, by pages, with only
 * the length of the file, or with the previous content of the disk.
 */
import { createRandom, type Random } from '@bindery/storage'
import { FileNode, FolderNode, type Inode } from './inodes.js'
import { type Change, describeChange, type Entry, type Journal } from './journal.js'
import { randomBytes } from './source.js'

/** The fate of a change that no sync has covered. */
export type Outcome = (typeof OUTCOMES_OF_WRITE)[number]

/**
 * `head`, `tail`: one half of the units; `sectors`, `pages`: each unit at random; `length`: zeros; `noise`: arbitrary
 * bytes.
 */
const OUTCOMES_OF_WRITE = ['lost', 'whole', 'head', 'tail', 'sectors', 'pages', 'length', 'noise'] as const
const OUTCOMES_OF_CLEAR = ['lost', 'whole', 'head', 'tail', 'pages'] as const
const OUTCOMES_OF_NAME = ['lost', 'whole'] as const

const SECTOR_BYTES = 512
const PAGE_BYTES = 4096

/** One state, described so that it can be built again. */
export interface CrashState {
  readonly tick: number
  /** One for each change that was not durable, in order. */
  readonly outcomes: readonly Outcome[]
}

/** The possible outcomes of each change that is not durable at a tick. */
export function choicesAt(journal: Journal, tick: number): (readonly Outcome[])[] {
  return pendingAt(journal, tick).map(({ change }) => outcomesOf(change))
}

/** The number of states at a tick. */
export function countStates(choices: readonly (readonly Outcome[])[]): number {
  return choices.reduce((product, { length }) => product * length, 1)
}

/** The state with a number from 0 to the count minus one. */
export function nthState(tick: number, choices: readonly (readonly Outcome[])[], number: number): CrashState {
  let rest = number
  const outcomes = choices.map((own) => {
    const outcome = own[rest % own.length] ?? 'lost'
    rest = Math.floor(rest / own.length)
    return outcome
  })
  return { tick, outcomes }
}

export function randomState(random: Random, journal: Journal, tick: number): CrashState {
  const outcomes = choicesAt(journal, tick).map((own) => own[random.below(own.length)] ?? 'lost')
  return { tick, outcomes }
}

/** The folder as the disk holds it in a state. */
export function rootIn(journal: Journal, root: FolderNode, state: CrashState): FolderNode {
  return new Builder(journal, state).copyOf(root)
}

/** A state as text: each change that was not durable, and its outcome. */
export function describeState(journal: Journal, { tick, outcomes }: CrashState): string {
  const lines = pendingAt(journal, tick).map(({ change }, index) => `  ${describeChange(change)}: ${outcomes[index]}`)
  return [`power lost at tick ${tick} of ${journal.tick}`, ...lines].join('\n')
}

function pendingAt(journal: Journal, tick: number): Entry[] {
  return journal
    .at(tick)
    .filter(({ isDurable }) => !isDurable)
    .map(({ entry }) => entry)
}

function outcomesOf({ kind }: Change): readonly Outcome[] {
  if (kind === 'write') return OUTCOMES_OF_WRITE
  return kind === 'clear' ? OUTCOMES_OF_CLEAR : OUTCOMES_OF_NAME
}

/** Copies the reachable nodes, each with those of its changes that are on the disk. */
class Builder {
  readonly #changes = new Map<Inode, { readonly change: Change; readonly outcome: Outcome }[]>()
  readonly #copies = new Map<Inode, Inode>()
  readonly #random: Random

  constructor(journal: Journal, { tick, outcomes }: CrashState) {
    this.#random = createRandom(tick * 1000 + outcomes.length)
    let pending = 0
    for (const { entry, isDurable } of journal.at(tick)) {
      const outcome = isDurable ? 'whole' : (outcomes[pending++] ?? 'lost')
      const own = this.#changes.get(entry.change.node) ?? []
      own.push({ change: entry.change, outcome })
      this.#changes.set(entry.change.node, own)
    }
  }

  copyOf(folder: FolderNode): FolderNode {
    const copy = new FolderNode()
    const names = new Map(baseOf(folder).names)
    for (const { change, outcome } of this.#changes.get(folder) ?? []) {
      if (outcome === 'lost') continue
      if (change.kind === 'link') names.set(change.name, change.target)
      else if (change.kind === 'unlink') names.delete(change.name)
    }
    for (const [name, node] of names) copy.names.set(name, this.#copy(node))
    return copy
  }

  #copy(node: Inode): Inode {
    const known = this.#copies.get(node)
    if (known !== undefined) return known
    const copy = node.kind === 'folder' ? this.copyOf(node) : this.#copyFile(node)
    this.#copies.set(node, copy)
    return copy
  }

  #copyFile(node: FileNode): FileNode {
    const copy = new FileNode(baseOf(node).bytes)
    for (const { change, outcome } of this.#changes.get(node) ?? []) {
      if (change.kind === 'write') this.#write(copy, change.bytes, change.position, outcome)
      else if (change.kind === 'clear') this.#clear(copy, change.position, change.length, outcome)
    }
    return copy
  }

  #write(file: FileNode, bytes: Buffer, position: number, outcome: Outcome): void {
    if (outcome === 'length') file.extend(position + bytes.length)
    for (const { start, end, isThere } of this.#units(position, bytes.length, outcome)) {
      if (!isThere) continue
      const piece = bytes.subarray(start - position, end - position)
      file.write(outcome === 'noise' ? randomBytes(this.#random, piece.length) : piece, start)
    }
  }

  #clear(file: FileNode, position: number, length: number, outcome: Outcome): void {
    for (const { start, end, isThere } of this.#units(position, length, outcome)) {
      if (isThere) file.clear(start, end - start)
    }
  }

  /** The units of the disk that a range touches, cut to the range, and whether each reached the disk. */
  *#units(position: number, length: number, outcome: Outcome) {
    if (outcome === 'lost' || outcome === 'length') return
    if (outcome === 'whole' || outcome === 'noise') {
      yield { start: position, end: position + length, isThere: true }
      return
    }
    const unit = outcome === 'sectors' ? SECTOR_BYTES : PAGE_BYTES
    const middle = position + length / 2
    for (let start = position; start < position + length; ) {
      const end = Math.min((Math.floor(start / unit) + 1) * unit, position + length)
      const isThere =
        outcome === 'head' ? end <= middle : outcome === 'tail' ? start >= middle : this.#random.below(2) === 0
      yield { start, end, isThere }
      start = end
    }
  }
}

const bases = new WeakMap<Inode, Inode>()

/** The node before the journal began: empty, unless it was kept as a base. */
function baseOf<N extends Inode>(node: N): N {
  const base = bases.get(node) as N | undefined
  return base ?? ((node.kind === 'folder' ? new FolderNode() : new FileNode()) as N)
}

/** Keeps everything below a folder as the base of a journal that begins now. */
export function keepAsBase(folder: FolderNode): void {
  const copy = new FolderNode()
  for (const [name, node] of folder.names) {
    copy.names.set(name, node)
    if (node.kind === 'folder') keepAsBase(node)
    else bases.set(node, new FileNode(node.bytes))
  }
  bases.set(folder, copy)
}
