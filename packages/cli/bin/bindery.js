#!/usr/bin/env node
import './early-signals.js'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const packages = new URL('../../', import.meta.url)
const modules = new URL('../dist/index.js', import.meta.url)
const bundle = new URL('../bundle/index.js', import.meta.url)

const setup = new URL('../../../tools/setup.mjs', import.meta.url)

if (!existsSync(modules)) {
  process.stderr.write('bindery: this clone is built first\n')
  const { spawnSync } = await import('node:child_process')
  const { status } = spawnSync(process.execPath, [fileURLToPath(setup)], { stdio: ['ignore', 2, 2] })
  if (status !== 0) process.exit(3)
}
const { main } = await import(isCurrent(bundle) ? bundle.href : modules.href)
process.exitCode = await main(process.argv.slice(2), process.env)

/** A bundle that is older than its modules would run outdated code. */
function isCurrent(file) {
  const made = timeOf(file)
  return readdirSync(packages).every((name) => timeOf(new URL(`${name}/tsconfig.tsbuildinfo`, packages)) < made)
}

function timeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
