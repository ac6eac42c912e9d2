/** Work for the end of a test. `t.after` of Node.js does it in the order of its registration, and stops at the first failure. */

import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** @type {WeakMap<object, (() => unknown)[]>} */
const registered = new WeakMap()

/**
 * Has `release` called when the test `t` ends. The last one registered is called first, because what uses a resource is opened after it: a
 * server ends before its folder is removed. All of them are called; the test then fails with the first error.
 *
 * @param {import('node:test').TestContext} t
 * @param {() => unknown} release may return a promise
 */
export function atEnd(t, release) {
  const releases = registered.get(t)
  if (releases !== undefined) {
    releases.push(release)
    return
  }
  const stack = [release]
  registered.set(t, stack)
  t.after(() => releaseAll(stack))
}

/** @param {(() => unknown)[]} stack */
async function releaseAll(stack) {
  const errors = []
  for (let release = stack.pop(); release !== undefined; release = stack.pop()) {
    try {
      await release()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

/**
 * A new temporary folder, removed when the test ends. Processes that were just killed may write into it for a moment, so its removal is
 * repeated for up to six seconds (by `rm`: on Node.js 20 `rmSync` does not look again for files that came after its first look).
 *
 * @param {import('node:test').TestContext} t
 * @param {string} [prefix] the beginning of its name
 */
export function newFolder(t, prefix = 'bindery-test-') {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  atEnd(t, () => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))
  return folder
}
