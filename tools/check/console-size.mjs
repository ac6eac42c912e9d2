// What a browser loads for the first page of the console.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

const FOLDER = 'packages/console/bundle'
const SCRIPT_BYTES_MAX = 70 * 1024
const STYLE_BYTES_MAX = 12 * 1024
/** Modules that the first page loads: the entry, the texts of one language, and the page that opens after the sign-in. */
const FIRST = [
  'packages/console/dist/main.js',
  'packages/console/dist/words/zh.js',
  'packages/console/dist/pages/overview.js',
]
const STYLE = 'packages/console/src/styles/main.css'

/**
 * Budgets, after gzip, that the built console at `root` exceeds.
 * @param {string} root
 * @returns {string[]}
 */
export function checkConsoleSize(root) {
  const record = path.join(root, FOLDER, 'outputs.json')
  if (!existsSync(record)) return [`${FOLDER}:1: the console is not built`]
  const outputs = JSON.parse(readFileSync(record, 'utf8'))
  const sizeOf = (files) => files.reduce((sum, file) => sum + gzipSync(readFileSync(path.join(root, file))).length, 0)
  const entry = (source) => Object.keys(outputs).find((file) => outputs[file].entryPoint === source)
  const scripts = withImports(
    outputs,
    FIRST.map((source) => entry(source)).filter((file) => file !== undefined),
  )
  return [
    ...over('the scripts of the first page', sizeOf(scripts), SCRIPT_BYTES_MAX),
    ...over('its styles', sizeOf([entry(STYLE)]), STYLE_BYTES_MAX),
  ]
}

function over(what, bytes, most) {
  return bytes > most ? [`${FOLDER}:1: ${what} take ${bytes} bytes compressed, and may take ${most}`] : []
}

/** Files and all that they import statically. */
function withImports(outputs, files) {
  const all = new Set(files)
  for (const file of all) {
    for (const { path: imported, kind } of outputs[file].imports) if (kind === 'import-statement') all.add(imported)
  }
  return [...all]
}
