// `npm run bench -- NAME [arguments]`: runs benchmarks/NAME.mjs; without a name, says which there are.

import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../benchmarks/', import.meta.url))
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.replace(/\.mjs$/, ''))
const [name, ...args] = process.argv.slice(2)

if (name !== undefined && names.includes(name)) {
  process.exitCode = spawnSync(process.execPath, [`${folder}${name}.mjs`, ...args], { stdio: 'inherit' }).status ?? 1
} else {
  console.error(`bench: which one? There are: ${names.join(', ')}`)
  process.exitCode = 1
}
