import assert from 'node:assert/strict'
import { addCounters } from '../counters.js'
import type { MetadataStore, Row, Transaction } from '../metadata-store.js'
import type { Random } from '../random.js'
import { randomBytes, type StoreTest, seededRandom } from './support.js'

type Step =
  | { readonly kind: 'get'; readonly key: string }
  | {
      readonly kind: 'range'
      readonly from: string
      readonly to: string
      readonly limit: number
      readonly reverse: boolean
    }
  | { readonly kind: 'set'; readonly key: string; readonly value: Uint8Array }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'add'; readonly key: string; readonly deltas: readonly number[] }

/** The simplest ordered store: keys in Latin-1, sorted on demand. */
type Model = Map<string, Uint8Array>

const KEYS = 12
const COUNTERS = 3
const ROUNDS = 150
const STEPS = 8
const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const

/**
 * Random transactions compared with a plain sorted map: alone, and three at a time against every order of the
 * three.
 */
export function testMetadataModel(storeTest: StoreTest): void {
  storeTest('random transactions read and leave the same as a plain sorted map', async (store, t) => {
    const random = seededRandom(t)
    let model: Model = new Map()
    for (let round = 0; round < ROUNDS; round++) {
      const steps = randomSteps(random)
      const expected = runOnModel(model, steps)
      if (random.below(8) === 0) {
        await assert.rejects(store.transact((tx) => runOnStore(tx, steps).then(() => Promise.reject(new Error('no')))))
        continue
      }
      assert.deepEqual(await store.transact((tx) => runOnStore(tx, steps)), expected.seen)
      model = expected.after
    }
    assert.deepEqual(await contents(store), shown(model))
  })

  storeTest('concurrent random transactions have the effect of some order of them', async (store, t) => {
    const random = seededRandom(t)
    let model: Model = new Map()
    for (let round = 0; round < ROUNDS; round++) {
      const scripts = [randomSteps(random), randomSteps(random), randomSteps(random)] as const
      const seen = await Promise.all(scripts.map((steps) => store.transact((tx) => runOnStore(tx, steps))))
      const found = JSON.stringify([seen, await contents(store)])
      const after = ORDERS.map((order) => inOrder(model, scripts, order)).find((outcome) => outcome.found === found)
      assert.ok(after, `round ${round}: no order of the three explains what they saw`)
      model = after.model
    }
  })
}

function inOrder(model: Model, scripts: readonly Step[][], order: readonly number[]): { found: string; model: Model } {
  const seen: string[][] = []
  let state = model
  for (const index of order) {
    const outcome = runOnModel(state, scripts[index] ?? [])
    seen[index] = outcome.seen
    state = outcome.after
  }
  return {
    found: JSON.stringify([seen, shown(state)]),
    model: state,
  }
}

function randomSteps(random: Random): Step[] {
  return Array.from({ length: 1 + random.below(STEPS) }, () => randomStep(random))
}

function randomStep(random: Random): Step {
  const key = `r\xff${random.below(KEYS).toString(36)}`
  switch (random.below(6)) {
    case 0:
      return { kind: 'get', key: random.below(3) === 0 ? `c${random.below(COUNTERS)}` : key }
    case 1:
    case 2: {
      const [from, to] = [`r\xff${random.below(KEYS + 1).toString(36)}`, key].sort() as [string, string]
      const limit = 1 + random.below(KEYS)
      const wide = random.below(4) === 0
      return { kind: 'range', from: wide ? '' : from, to: wide ? 's' : to, limit, reverse: random.below(2) === 0 }
    }
    case 3:
      return { kind: 'set', key, value: randomBytes(random, random.below(20)) }
    case 4:
      return { kind: 'delete', key }
    default:
      return { kind: 'add', key: `c${random.below(COUNTERS)}`, deltas: [random.below(9) - 4, random.below(3)] }
  }
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

function latin1(value: Uint8Array | undefined): string {
  return value === undefined ? 'none' : `=${Buffer.from(value).toString('latin1')}`
}

function byKey(left: readonly unknown[], right: readonly unknown[]): number {
  return String(left[0]) < String(right[0]) ? -1 : 1
}

/** The result of `contents` for a store that holds the rows of `model`. */
function shown(model: Model): [string, string][] {
  return [...model].sort(byKey).map(([key, value]) => [key, latin1(value)])
}

function shownRows(rows: readonly Row[]): string {
  return rows.map(({ key, value }) => latin1(key) + latin1(value)).join()
}

async function runOnStore(tx: Transaction, steps: readonly Step[]): Promise<string[]> {
  const seen: string[] = []
  for (const step of steps) {
    if (step.kind === 'get') seen.push(latin1(await tx.get(bytes(step.key))))
    else if (step.kind === 'range') seen.push(shownRows(await tx.range(bytes(step.from), bytes(step.to), step)))
    else if (step.kind === 'set') tx.set(bytes(step.key), step.value)
    else if (step.kind === 'delete') tx.delete(bytes(step.key))
    else tx.add(bytes(step.key), step.deltas)
  }
  return seen
}

function runOnModel(before: Model, steps: readonly Step[]): { seen: string[]; after: Model } {
  const after = new Map(before)
  const adds: { key: string; deltas: readonly number[] }[] = []
  const seen: string[] = []
  for (const step of steps) {
    if (step.kind === 'get') seen.push(latin1(after.get(step.key)))
    else if (step.kind === 'range') seen.push(shownRows(rangeOf(after, step)))
    else if (step.kind === 'set') after.set(step.key, step.value)
    else if (step.kind === 'delete') after.delete(step.key)
    else adds.push(step)
  }
  for (const { key, deltas } of adds) after.set(key, addCounters(after.get(key), deltas))
  return { seen, after }
}

function rangeOf(model: Model, step: Step & { kind: 'range' }): Row[] {
  const rows = [...model].filter(([key]) => step.from <= key && key < step.to).sort(byKey)
  if (step.reverse) rows.reverse()
  return rows.slice(0, step.limit).map(([key, value]) => ({ key: bytes(key), value }))
}

async function contents(store: MetadataStore): Promise<[string, string][]> {
  const rows = await store.read((reader) => reader.range(bytes(''), bytes('\xff'), { limit: 999 }))
  return rows.map(({ key, value }) => [Buffer.from(key).toString('latin1'), latin1(value)])
}
