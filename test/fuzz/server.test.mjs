import { test } from 'node:test'
import { fuzzServer } from './server.mjs'

const SEED = process.env.SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.SEED)

test(`a server answers spoilt requests in OSS's words or closes, and holds nothing afterwards (SEED=${SEED})`, async (t) => {
  t.diagnostic(JSON.stringify(await fuzzServer([SEED, SEED + 1, SEED + 2])))
})
