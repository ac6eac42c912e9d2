import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Mode } from './break.js'
import { check, planOf, seedsOf } from './campaign.js'
import { runPlan } from './run.js'

/** Plans of each kind, with the approximate number of requests. */
const CAMPAIGNS: readonly (readonly [name: string, mode: Mode, plans: number, steps: number])[] = [
  ['a single client gets the answers and leaves the state that the model predicts', 'sequence', 12, 150],
  ['concurrent clients get answers that some sequential order explains', 'together', 15, 80],
  ['what running reads use is not freed, while processes pause and are declared dead', 'freeing', 9, 80],
  ['U1 to U6 and D1 to D4 hold through faults, crashes and processes that were mistaken for dead', 'mishaps', 20, 80],
]

for (const [name, mode, plans, steps] of CAMPAIGNS) {
  const seeds = seedsOf(plans)
  test(`${name} (SEED=${seeds[0]})`, async () => {
    for (const seed of seeds) await check(mode, seed, steps)
  })
}

for (const [mode, plans] of [
  ['sequence', 10],
  ['together', 12],
  ['mishaps', 12],
] as const) {
  const seeds = seedsOf(plans)
  test(`versions are kept, replaced and deleted as the model predicts: ${mode} (SEED=${seeds[0]})`, async () => {
    for (const seed of seeds) await check(mode, seed, 80, 'versions')
  })
}

for (const [theme, name] of [
  ['appending', 'appends lengthen their object, whatever copies, reads and joins it meanwhile'],
  ['expiring', 'rules delete and move objects when their time has come, and nothing else'],
  ['expiringVersions', 'rules delete versions when their time has come, and nothing else'],
] as const) {
  for (const [mode, plans] of [
    ['sequence', 6],
    ['together', 6],
    ['mishaps', 6],
  ] as const) {
    const seeds = seedsOf(plans)
    test(`${name}: ${mode} (SEED=${seeds[0]})`, async () => {
      for (const seed of seeds) await check(mode, seed, 60, theme)
    })
  }
}

for (const [name, storing] of [
  ['a key service', { encryption: 'KMS' }],
  ['records that carry small blobs', { encryption: undefined, carriedBytes: 4_096 }],
  ['encrypted records that carry small blobs', { encryption: 'KMS', carriedBytes: 4_096 }],
] as const) {
  const seeds = seedsOf(1)
  test(`everything holds with ${name} (SEED=${seeds[0]})`, async () => {
    for (const mode of ['sequence', 'together', 'mishaps'] as const) {
      for (const theme of [undefined, 'appending', 'versions'] as const) {
        for (const seed of seeds) await check(mode, seed, 60, theme, storing)
      }
    }
  })
}

test('a seed always produces the same history', async () => {
  for (const mode of ['sequence', 'together', 'mishaps'] as const) {
    const plan = planOf(mode, 7, 60)
    assert.equal(await runPlan(plan), await runPlan(plan))
  }
})
