// Short runs on the engines of clusters. Longer: `npm run simulate -- --engines postgres --runs 100`.

import { test } from 'node:test'
import { withoutPostgres } from '../../../packages/storage-postgres/dist/testing/postgres-server.js'
import { atEnd } from '../../support/at-end.mjs'
import { check, seedsOf } from './campaign.js'
import { ENGINES, type StartedEngines } from './engines.js'

const PLANS = 1
const STEPS = 40

const ENGINES_TESTED = [
  [
    'remote',
    'an engine with a server keeps what the model predicts, also where requests commit on rows of earlier reads',
    false,
  ],
  [
    'postgres',
    'PostgreSQL keeps what the model predicts, through crashes and processes that were mistaken for dead',
    withoutPostgres(),
  ],
  ['s3', 'blobs in an S3 store that fails are what the model predicts', false],
] as const

for (const [name, fact, skip] of ENGINES_TESTED) {
  const seeds = seedsOf(PLANS)
  test(`${fact} (SEED=${seeds[0]})`, { skip }, async (t) => {
    const engines = (await ENGINES[name]?.()) as StartedEngines
    atEnd(t, () => engines.stop())
    for (const mode of ['sequence', 'together', 'mishaps'] as const) {
      for (const seed of seeds) await check(mode, seed, STEPS, undefined, {}, engines)
    }
  })
}
