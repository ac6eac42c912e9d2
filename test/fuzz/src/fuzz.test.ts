import { test } from 'node:test'
import { fuzzBlobs } from './blobs-fuzz.js'
import { fuzzRows, populate } from './rows-fuzz.js'
import { fuzzService } from './service-fuzz.js'

/** The same each time, so that no landing depends on chance; `npm run fuzz` goes on from others. */
const SEED = Number(process.env.SEED ?? 1)
const SERVICES = 3
const ROWS = 300
const FOLDERS = 3

test(`a service answers spoilt requests as its operations declare, and holds nothing afterwards (SEED=${SEED})`, async () => {
  for (let seed = SEED; seed < SEED + SERVICES; seed += 1) await fuzzService(seed)
})

test(`a service over a spoilt row answers every request (SEED=${SEED})`, async () => {
  const populated = await populate()
  for (let seed = SEED; seed < SEED + ROWS; seed += 1) await fuzzRows(populated, seed)
})

test(`a store whose files are spoilt gives what was written, or calls it damaged (SEED=${SEED})`, async () => {
  for (let seed = SEED; seed < SEED + FOLDERS; seed += 1) await fuzzBlobs(seed)
})
