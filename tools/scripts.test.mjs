import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const dockerfile = readFileSync(path.join(root, 'deploy', 'Dockerfile'), 'utf8')

/** The packages, and the files of other packages' builds, that a module needs before its first line runs. */
function neededBy(file, seen = new Set()) {
  if (seen.has(file)) return []
  seen.add(file)
  // imports come first; what looks like one later is text that a tool writes
  const [text] = readFileSync(path.join(root, file), 'utf8').split(/^(?:const|let|function|async|class|export (?!\{))/m)
  const names = [...text.matchAll(/^(?:import|export)\b[^'"]*? from '([^']+)'|^import '([^']+)'/gm)].map(
    ([, from, alone]) => from ?? alone,
  )
  return names
    .filter((name) => !name.startsWith('node:'))
    .flatMap((name) => {
      if (!name.startsWith('.') || name.includes('/dist/')) return [`${file}: ${name}`]
      return neededBy(path.posix.join(path.posix.dirname(file), name), seen)
    })
}

test('a command of a fresh clone needs nothing that is not installed or built yet', () => {
  const tools = Object.entries(scripts)
    .filter(([name]) => scripts[`pre${name}`] !== 'node tools/setup.mjs')
    .flatMap(([, command]) => /^node (tools\/\S+\.mjs)$/.exec(command)?.[1] ?? [])
  const inImage = [...dockerfile.matchAll(/^RUN node (tools\/\S+\.mjs)/gm)].map(([, file]) => file)
  assert.ok(tools.includes('tools/pack.mjs') && inImage.includes('tools/pack.mjs'))
  for (const file of [...tools, ...inImage]) assert.deepEqual(neededBy(file), [], file)
})
