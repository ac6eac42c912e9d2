// `node tools/console-contents.mjs [N]`: what the built console consists of: its bytes by package, and its N largest modules
// (30 by default), minified and before they are compressed.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { CONSOLE_RECORD } from './build-console.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const most = Number(process.argv[2] ?? 30)
const outputs = JSON.parse(readFileSync(path.join(root, CONSOLE_RECORD), 'utf8'))
const [modules, packages] = [new Map(), new Map()]
const add = (sums, name, bytes) => sums.set(name, (sums.get(name) ?? 0) + bytes)
for (const { inputs } of Object.values(outputs)) {
  for (const [module, { bytesInOutput }] of Object.entries(inputs)) {
    const [, own, library] = /^(?:packages\/([^/]+)|node_modules\/([^/]+))\//.exec(module) ?? []
    add(modules, module, bytesInOutput)
    add(packages, own ?? library ?? module, bytesInOutput)
  }
}
const print = (sums, rows) => {
  const sorted = [...sums].sort(([, one], [, other]) => other - one).slice(0, rows)
  for (const [name, bytes] of sorted) console.log(`${String(bytes).padStart(8)}  ${name}`)
}
print(packages, packages.size)
console.log('')
print(modules, most)
