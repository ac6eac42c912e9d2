/** The most entries of a node; half of them go into each half when it splits. */
const NODE_SIZE = 32

interface Leaf<V> {
  readonly kind: 'leaf'
  readonly keys: readonly string[]
  readonly values: readonly V[]
}

interface Branch<V> {
  readonly kind: 'branch'
  /**
   * For each child a key that is not greater than any of its keys, and greater than all keys of the child to its
   * left.
   */
  readonly keys: readonly string[]
  readonly children: readonly Node<V>[]
}

type Node<V> = Leaf<V> | Branch<V>

/** An immutable map in key order: `with` and `without` return a new map that shares all but one path. O(log n). */
export class SortedMap<V> {
  readonly #root: Node<V>

  private constructor(root: Node<V>) {
    this.#root = root
  }

  static empty<V>(): SortedMap<V> {
    return new SortedMap<V>({ kind: 'leaf', keys: [], values: [] })
  }

  get(key: string): V | undefined {
    let node = this.#root
    while (node.kind === 'branch') node = at(node.children, childIndex(node, key))
    const index = lowerBound(node.keys, key)
    return node.keys[index] === key ? node.values[index] : undefined
  }

  with(key: string, value: V): SortedMap<V> {
    const nodes = insert(this.#root, key, value)
    return new SortedMap(nodes.length === 1 ? at(nodes, 0) : branch(nodes))
  }

  without(key: string): SortedMap<V> {
    let root = remove(this.#root, key)
    if (root === undefined) return SortedMap.empty()
    while (root.kind === 'branch' && root.children.length === 1) root = at(root.children, 0)
    return new SortedMap(root)
  }

  /** Entries with `from <= key < to`, at most `limit`, from the start of the range or, in reverse, from its end. */
  range(from: string, to: string, limit: number, reverse: boolean): [string, V][] {
    const entries: [string, V][] = []
    if (limit <= 0) return entries
    if (reverse) collectBackward(this.#root, from, to, limit, entries)
    else collectForward(this.#root, from, to, limit, entries)
    return entries
  }

  /** Entries with `from <= key < to`, looked up in steps as they are taken. */
  *walk(from: string, to: string): Generator<{ readonly key: string; readonly value: V }, void, undefined> {
    let next: string | undefined = from
    for (let step = 2; next !== undefined; step *= 2) {
      const entries = this.range(next, to, step, false)
      for (const [key, value] of entries) yield { key, value }
      const last = entries.at(-1)
      next = last === undefined || entries.length < step ? undefined : `${last[0]}\0`
    }
  }
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index} among ${items.length}`)
  return item
}

/** The first index whose key does not sort before `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (at(keys, middle) < key) low = middle + 1
    else high = middle
  }
  return low
}

/** The child that may contain `key`. */
function childIndex<V>(node: Branch<V>, key: string): number {
  const index = lowerBound(node.keys, key)
  return node.keys[index] === key ? index : Math.max(0, index - 1)
}

function firstKey<V>(node: Node<V>): string {
  return at(node.keys, 0)
}

function branch<V>(children: readonly Node<V>[]): Branch<V> {
  return { kind: 'branch', keys: children.map(firstKey), children }
}

function insert<V>(node: Node<V>, key: string, value: V): Node<V>[] {
  if (node.kind === 'branch') {
    const index = childIndex(node, key)
    const children = node.children.toSpliced(index, 1, ...insert(at(node.children, index), key, value))
    if (children.length <= NODE_SIZE) return [branch(children)]
    return [branch(children.slice(0, NODE_SIZE / 2)), branch(children.slice(NODE_SIZE / 2))]
  }
  const index = lowerBound(node.keys, key)
  const replaced = node.keys[index] === key ? 1 : 0
  const keys = node.keys.toSpliced(index, replaced, key)
  const values = node.values.toSpliced(index, replaced, value)
  if (keys.length <= NODE_SIZE) return [{ kind: 'leaf', keys, values }]
  // keys that arrive in order leave full leaves instead of half-full ones
  const cut = index === keys.length - 1 ? NODE_SIZE : NODE_SIZE / 2
  return [
    { kind: 'leaf', keys: keys.slice(0, cut), values: values.slice(0, cut) },
    { kind: 'leaf', keys: keys.slice(cut), values: values.slice(cut) },
  ]
}

/** Nodes may become small and are not joined; an empty one is removed. Undefined if nothing is left. */
function remove<V>(node: Node<V>, key: string): Node<V> | undefined {
  if (node.kind === 'branch') {
    const index = childIndex(node, key)
    const before = at(node.children, index)
    const after = remove(before, key)
    if (after === before) return node
    if (after !== undefined) return { ...node, children: node.children.with(index, after) }
    if (node.children.length === 1) return undefined
    return { ...node, keys: node.keys.toSpliced(index, 1), children: node.children.toSpliced(index, 1) }
  }
  const index = lowerBound(node.keys, key)
  if (node.keys[index] !== key) return node
  if (node.keys.length === 1) return undefined
  return { ...node, keys: node.keys.toSpliced(index, 1), values: node.values.toSpliced(index, 1) }
}

function collectForward<V>(node: Node<V>, from: string, to: string, limit: number, entries: [string, V][]): void {
  if (node.kind === 'branch') {
    for (let index = childIndex(node, from); index < node.children.length && entries.length < limit; index++) {
      if (at(node.keys, index) >= to) return
      collectForward(at(node.children, index), from, to, limit, entries)
    }
    return
  }
  for (let index = lowerBound(node.keys, from); index < node.keys.length && entries.length < limit; index++) {
    const key = at(node.keys, index)
    if (key >= to) return
    entries.push([key, at(node.values, index)])
  }
}

function collectBackward<V>(node: Node<V>, from: string, to: string, limit: number, entries: [string, V][]): void {
  if (node.kind === 'branch') {
    for (let index = lowerBound(node.keys, to) - 1; index >= 0 && entries.length < limit; index--) {
      collectBackward(at(node.children, index), from, to, limit, entries)
      if (at(node.keys, index) <= from) return
    }
    return
  }
  for (let index = lowerBound(node.keys, to) - 1; index >= 0 && entries.length < limit; index--) {
    const key = at(node.keys, index)
    if (key < from) return
    entries.push([key, at(node.values, index)])
  }
}
