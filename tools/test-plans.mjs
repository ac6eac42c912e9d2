// `npm run test:plans [-- ROWS]`: checks the plans of all statements on a table of as many rows, 5,000,000 by default. For a nightly run:
// filling the table takes minutes and 300 bytes of disk per row.

import { spawnSync } from 'node:child_process'

const [rows = '5000000'] = process.argv.slice(2)
if (!/^\d+$/.test(rows)) {
  console.error(`Not a number of rows: ${rows}`)
  process.exit(2)
}
const test = ['--test', '--test-name-pattern', 'reads all rows', 'test/cluster/database-use.test.mjs']
const { status } = spawnSync(process.execPath, test, { env: { ...process.env, FILLING_ROWS: rows }, stdio: 'inherit' })
process.exitCode = status ?? 1
