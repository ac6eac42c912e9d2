/**
 * The tree of LMDB's file, as far as it takes to know which pages hold the rows of a range. LMDB itself fetches them one by one,
 * when it comes to each. It is read without LMDB's locks, so pages may change meanwhile: the outcome is good for advice alone.
 */
import type { KeyText } from '@bindery/storage'

/** Fills bytes from a position of the file; false if it cannot. */
export type ReadFile = (bytes: Uint8Array, position: number) => boolean

/** Places in a meta page, of which the file has two, of the newest format of `lmdb`; all numbers are little-endian. */
const META = {
  bytes: 160,
  magic: 24,
  version: 28,
  pageBytes: 48,
  depth: 102,
  root: 136,
  lastPage: 144,
  commit: 152,
} as const
const MAGIC = 0xbeefc0de
const VERSION = 2
/** Places in the head of other pages. */
const HEAD = { bytes: 24, number: 0, flags: 18, nodesEnd: 20 } as const
const BRANCH = 1
const LEAF = 2
/** Places in a node: a branch page has the number of a page in the first three, a leaf page a length in the first two. */
const NODE = { bytes: 8, low: 0, high: 2, flags: 4, keyBytes: 6 } as const
/** The value of a node is the record of a tree of its own. */
const TREE = 2
const TREE_RECORD = { bytes: 48, depth: 6, root: 40 } as const
const DEPTH_MAX = 16
/** Pages of any size up to here have positions that are safe integers. */
const PAGES_MAX = 2 ** 36

class Page {
  readonly bytes: Buffer
  /** The number of its nodes; 0 unless it was loaded. */
  nodes = 0

  constructor(bytes: number) {
    this.bytes = Buffer.alloc(bytes)
  }

  load(read: ReadFile, number: number, kind: number): boolean {
    const { bytes } = this
    this.nodes = 0
    if (!read(bytes, number * bytes.length) || numberAt(bytes, HEAD.number) !== number) return false
    if ((bytes.readUInt16LE(HEAD.flags) & (BRANCH | LEAF)) !== kind) return false
    this.nodes = bytes.readUInt16LE(HEAD.nodesEnd) >> 1
    return true
  }

  #nodeAt(index: number): number {
    return HEAD.bytes + this.bytes.readUInt16LE(HEAD.bytes + 2 * index)
  }

  childAt(index: number): number {
    const at = this.#nodeAt(index)
    const { bytes } = this
    return (
      bytes.readUInt16LE(at + NODE.low) +
      bytes.readUInt16LE(at + NODE.high) * 2 ** 16 +
      bytes.readUInt16LE(at + NODE.flags) * 2 ** 32
    )
  }

  /** Compares a key with that of a node. */
  compare(key: Buffer, index: number): number {
    const start = this.#nodeAt(index) + NODE.bytes
    return key.compare(this.bytes, start, start + this.bytes.readUInt16LE(start - NODE.bytes + NODE.keyBytes))
  }

  /** The last node whose key is not greater; the first one stands for all keys below. */
  find(key: Buffer): number {
    let [low, high] = [0, this.nodes]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.compare(key, middle) < 0) high = middle
      else low = middle
    }
    return low
  }

  /** The record of the tree of this name. */
  treeOf(name: Buffer): Tree | undefined {
    const index = this.find(name)
    if (index >= this.nodes || this.compare(name, index) !== 0) return undefined
    const node = this.#nodeAt(index)
    const at = node + NODE.bytes + name.length
    if ((this.bytes.readUInt16LE(node + NODE.flags) & TREE) === 0) return undefined
    return { depth: this.bytes.readUInt16LE(at + TREE_RECORD.depth), root: numberAt(this.bytes, at + TREE_RECORD.root) }
  }
}

interface Tree {
  /** 1: its root is a leaf. */
  readonly depth: number
  readonly root: number
}

interface Wanted {
  readonly to: Buffer
  readonly max: number
  readonly found: number[]
}

const numberAt = (bytes: Buffer, at: number): number => bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32

/** The leaf pages of a named tree. */
export class LeafPages {
  readonly #read: ReadFile
  readonly #name: Buffer
  readonly #metas = [Buffer.alloc(META.bytes), Buffer.alloc(META.bytes)] as const
  #pages: readonly Page[] = []
  #pageBytes = 0
  /** The newest commit uses no page beyond. */
  #lastPage = 0

  constructor(read: ReadFile, name: string) {
    this.#read = read
    this.#name = Buffer.from(`${name}\0`, 'latin1')
  }

  /** The size of a page in bytes; 0 as long as none was found. */
  get pageBytes(): number {
    return this.#pageBytes
  }

  /**
   * The numbers of the pages that hold the rows with `from <= key < to`, in their order, at most `max`. None where the tree has few pages,
   * and where the file has another format.
   */
  between(from: KeyText, to: KeyText, max: number): number[] {
    const found: number[] = []
    try {
      const tree = this.#tree()
      if (tree !== undefined && tree.depth > 2 && tree.depth <= DEPTH_MAX) {
        this.#collect(tree, Buffer.from(from, 'latin1'), { to: Buffer.from(to, 'latin1'), max, found })
      }
    } catch (error) {
      // a page that changed while it was read has numbers that lead beyond its end
      if (!(error instanceof RangeError)) throw error
    }
    return found
  }

  /** Adds the leaves of a subtree in which rows from a key on are wanted, or all. */
  #collect({ depth, root }: Tree, from: Buffer | undefined, wanted: Wanted): void {
    const { to, max, found } = wanted
    const page = this.#pages[depth] as Page
    if (!page.load(this.#read, this.#checked(root), BRANCH)) throw new RangeError('this is not a page of the tree')
    const first = from === undefined ? 0 : page.find(from)
    const end = Math.min(page.find(to) + 1, page.nodes)
    for (let index = first; index < end && found.length < max; index += 1) {
      const child = page.childAt(index)
      if (depth === 2) found.push(this.#checked(child))
      else this.#collect({ depth: depth - 1, root: child }, index === first ? from : undefined, wanted)
    }
  }

  /** The number of a page of the file. Others would be positions that no system call takes. */
  #checked(number: number): number {
    if (number > this.#lastPage) throw new RangeError('this is not a page of the file')
    return number
  }

  /** The tree in its newest state. */
  #tree(): Tree | undefined {
    const [first, second] = this.#metas
    if (!this.#read(first, 0) || first.readUInt32LE(META.magic) !== MAGIC) return undefined
    if (first.readUInt32LE(META.version) !== VERSION) return undefined
    const pageBytes = first.readUInt32LE(META.pageBytes)
    if (pageBytes < 512 || pageBytes > 65_536 || !this.#read(second, pageBytes)) return undefined
    if (pageBytes !== this.#pageBytes) {
      this.#pages = Array.from({ length: DEPTH_MAX + 1 }, () => new Page(pageBytes))
      this.#pageBytes = pageBytes
    }
    const newest = numberAt(second, META.commit) > numberAt(first, META.commit) ? second : first
    // the tree of trees has one page: there is one name, and a few rows about the file
    if (newest.readUInt16LE(META.depth) !== 1) return undefined
    this.#lastPage = numberAt(newest, META.lastPage)
    // no file is that long
    if (this.#lastPage > PAGES_MAX) return undefined
    const names = this.#pages[0] as Page
    return names.load(this.#read, this.#checked(numberAt(newest, META.root)), LEAF)
      ? names.treeOf(this.#name)
      : undefined
  }
}
