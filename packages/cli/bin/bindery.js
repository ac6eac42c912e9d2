#!/usr/bin/env node
import { existsSync } from 'node:fs'

const build = new URL('../dist/index.js', import.meta.url)
if (!existsSync(build)) {
  process.stderr.write('bindery: it has not been built. Run: npm ci && npm run build\n')
  process.exit(3)
}
const { main } = await import(build.href)
process.exitCode = await main(process.argv.slice(2), process.env)
