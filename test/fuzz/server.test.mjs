import { test } from 'node:test'
import { fuzzServer } from './server.mjs'

/** Fixed, so that landing a change does not depend on chance; `npm run fuzz` continues with other seeds. */
const SEED = Number(process.env.SEED ?? 1)

test(`a server answers malformed requests as OSS does or closes the connection, and holds nothing afterwards (SEED=${SEED})`, async (t) => {
  t.diagnostic(JSON.stringify(await fuzzServer([SEED, SEED + 1, SEED + 2])))
})
