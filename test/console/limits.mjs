// Limits for all that the tests of the console wait for. What waits without one keeps its file, and all files after it, waiting.

import { setTimeout as sleep } from 'node:timers/promises'

/** Only what never happens takes this long, whatever else runs on the machine. */
const LIMIT_MS = 90_000
/** Waits of Playwright itself end before that: they know best what did not happen. */
export const SELECTOR_MS = 60_000

/**
 * Settles as a promise does, and rejects with what was awaited if that takes too long.
 * @template T
 * @param {Promise<T>} promise
 * @param {string | (() => string)} awaited
 * @param {number} [limitMs]
 * @returns {Promise<T>}
 */
export async function within(promise, awaited, limitMs = LIMIT_MS) {
  let timer
  const late = new Promise((_, reject) => {
    const fail = () => reject(new Error(`${typeof awaited === 'string' ? awaited : awaited()}: not in ${limitMs} ms`))
    timer = setTimeout(fail, limitMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Waits until something holds, and rejects with what was awaited if it never does. */
export async function until(holds, awaited) {
  const end = performance.now() + LIMIT_MS
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${awaited}: not in ${LIMIT_MS} ms`)
    await sleep(20)
  }
}

/** Objects that Playwright hands out, by the names of their classes, with their names in messages. */
const OBJECTS = {
  Browser: 'browser',
  BrowserContext: 'context',
  CDPSession: 'session',
  Download: 'download',
  Keyboard: 'keyboard',
  Locator: 'locator',
  Mouse: 'mouse',
  Page: 'page',
  Response: 'response',
}

/**
 * An object of Playwright whose calls, and those of all objects that it hands out, have a limit. Playwright limits what waits for an
 * element, but neither scripts nor keys: those wait for as long as the page does not answer.
 */
export function limited(object) {
  const name = OBJECTS[classOf(object)]
  if (name === undefined) return Array.isArray(object) ? object.map(limited) : object
  return new Proxy(object, {
    get(target, member) {
      const value = target[member]
      if (typeof member === 'symbol' || member.startsWith('_')) return value
      if (typeof value !== 'function') return limited(value)
      return (...given) => {
        const result = value.apply(target, given)
        if (!(result instanceof Promise)) return limited(result)
        const call = () => `${name}.${member}(${given.map(described).join(', ')})`
        const own = given.reduce((most, one) => Math.max(most, one?.timeout ?? 0), 0)
        return within(result, call, LIMIT_MS + own).then(limited)
      }
    },
  })
}

/** The name of a class as in Playwright's documentation: its bundle has `_Page` and `Browser2`. */
const classOf = (object) => object?.constructor?.name.replaceAll(/^_|\d+$/g, '')

/** The beginning of an argument. */
function described(value) {
  const text = typeof value === 'function' ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.replaceAll(/\s+/g, ' ').slice(0, 120)
}
