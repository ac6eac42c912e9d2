// What a browser loads for the first page of the console, and what the whole of it takes on disk.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { CONSOLE_RECORD } from '../build-console.mjs'

const FOLDER = 'packages/console/bundle'
const SCRIPT_BYTES_MAX = 70 * 1024
const STYLE_BYTES_MAX = 12 * 1024
const WHOLE_BYTES_MAX = 300 * 1024
/** Modules that the first page loads: the entry, the texts of one language, and the page that opens after the sign-in. */
const FIRST = [
  'packages/console/dist/main.js',
  'packages/console/dist/words/zh.js',
  'packages/console/dist/pages/overview.js',
]
const STYLE = 'packages/console/src/styles/main.css'

/**
 * Budgets that the built console at `root` exceeds. Its files are stored and sent compressed.
 * @param {string} root
 * @returns {string[]}
 */
export function checkConsoleSize(root) {
  const record = path.join(root, CONSOLE_RECORD)
  if (!existsSync(record)) return [`${FOLDER}:1: the console is not built`]
  const outputs = JSON.parse(readFileSync(record, 'utf8'))
  const sizeOf = (files) => files.reduce((sum, file) => sum + statSync(path.join(root, `${file}.gz`)).size, 0)
  const stored = readdirSync(path.join(root, FOLDER)).map((name) => `${FOLDER}/${name.replace(/\.gz$/, '')}`)
  const entry = (source) => Object.keys(outputs).find((file) => outputs[file].entryPoint === source)
  const scripts = withImports(
    outputs,
    FIRST.map((source) => entry(source)).filter((file) => file !== undefined),
  )
  return [
    ...over('the scripts of the first page', sizeOf(scripts), SCRIPT_BYTES_MAX),
    ...over('its styles', sizeOf([entry(STYLE)]), STYLE_BYTES_MAX),
    ...over('all files of the console', sizeOf(stored), WHOLE_BYTES_MAX),
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
