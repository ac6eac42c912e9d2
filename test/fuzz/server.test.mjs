import { test } from 'node:test'
import { fuzzServer } from './server.mjs'

/** The same each time, so that no landing depends on chance; `npm run fuzz` goes on from others. */
const SEED = Number(process.env.SEED ?? 1)

test(`a server answers spoilt requests in OSS's words or closes, and holds nothing afterwards (SEED=${SEED})`, async (t) => {
  t.diagnostic(JSON.stringify(await fuzzServer([SEED, SEED + 1, SEED + 2])))
})
