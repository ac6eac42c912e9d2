// Import cycles. Two files may import each other; larger cycles can only be read, tested and moved as a whole.

import path from 'node:path'

export const CYCLE_FILES_MAX = 2

/**
 * Groups of more than two files that import each other, directly or through others; imports of types count too.
 * @param {import('./sources.mjs').Source[]} sources
 * @returns {string[]}
 */
export function checkCycles(sources) {
  return findCycles(importGraph(sources))
    .filter((files) => files.length > CYCLE_FILES_MAX)
    .map((files) => {
      const [first, ...rest] = files.toSorted()
      return `${first}:1: ${files.length} files import each other: ${[first, ...rest].map((file) => path.posix.basename(file)).join(', ')}`
    })
}

/** For each file, the files of the repository that it imports by a relative path. */
function importGraph(sources) {
  const known = new Set(sources.map((source) => source.path))
  const resolve = (from, specifier) => {
    const target = path.posix.join(path.posix.dirname(from), specifier)
    return [target, target.replace(/\.js$/, '.ts')].find((candidate) => known.has(candidate))
  }
  return new Map(
    sources.map((source) => [
      source.path,
      source.imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => resolve(source.path, specifier))
        .filter((target) => target !== undefined),
    ]),
  )
}

/** The strongly connected components of a graph (Tarjan's algorithm). */
function findCycles(graph) {
  const order = new Map()
  const lowest = new Map()
  const stack = []
  const components = []
  const visit = (node) => {
    order.set(node, order.size)
    lowest.set(node, order.get(node))
    stack.push(node)
    for (const next of graph.get(node)) {
      if (!order.has(next)) visit(next)
      if (stack.includes(next)) lowest.set(node, Math.min(lowest.get(node), lowest.get(next)))
    }
    if (lowest.get(node) === order.get(node)) components.push(stack.splice(stack.indexOf(node)))
  }
  for (const node of graph.keys()) if (!order.has(node)) visit(node)
  return components
}
