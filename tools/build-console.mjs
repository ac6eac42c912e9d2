// Makes the files of the console that the server sends to browsers: the compiled modules, minified and split by pages, with the
// hash of each file in its name, and the page that loads them. They are stored as they are sent, compressed.

import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { librariesOf } from './libraries.mjs'

const PACKAGE = 'packages/console'
const TARGET = `${PACKAGE}/bundle`
/** Esbuild's record of its outputs, for the check of sizes. */
export const CONSOLE_RECORD = '.cache/console-outputs.json'
const ENTRIES = { main: `${PACKAGE}/dist/main.js`, style: `${PACKAGE}/src/styles/main.css` }
/** The packages whose modules the console contains. */
const PARTS = ['bytes', 'protocol', 'client', 'console']

/** No script in the page itself: the server's policy refuses those. @param {{ main: string, style: string }} files */
const page = ({ main, style }) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>Bindery console</title>
    <link rel="icon" href="/-/console/icon.svg">
    <link rel="stylesheet" href="/-/console/${style}">
    <script type="module" src="/-/console/${main}"></script>
  </head>
  <body>
    <div id="app"></div>
    <noscript>The console needs JavaScript. 控制台需要 JavaScript。</noscript>
  </body>
</html>
`

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none"><rect x="2" y="2" width="20" height="20" rx="5" fill="#1f55c4"/><path d="M8 6v12M8 7h8M8 12h6M8 17h8" stroke="#fff" stroke-width="2.2" stroke-linecap="round"/></svg>
`

/**
 * Builds the console of the workspace at `root` unless it is current. Returns a sentence with the reason why it was not built, or
 * ''.
 * @param {string} root
 * @returns {Promise<string>}
 */
export async function buildConsole(root) {
  try {
    if (isCurrent(root)) return ''
    const { build } = await import('esbuild')
    rmSync(path.join(root, TARGET), { recursive: true, force: true })
    const { metafile, outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: ENTRIES,
      outdir: TARGET,
      entryNames: '[name]-[hash]',
      chunkNames: '[name]-[hash]',
      bundle: true,
      splitting: true,
      minify: true,
      metafile: true,
      write: false,
      format: 'esm',
      // Chinese takes half the bytes of its escapes
      charset: 'utf8',
      platform: 'browser',
      target: ['chrome111', 'firefox114', 'safari16.4'],
      legalComments: 'none',
      logLevel: 'silent',
    })
    const nameOf = (entry) => {
      const [name] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === entry) ?? []
      return path.basename(name ?? '')
    }
    const write = (name, content) =>
      writeFileSync(path.join(root, TARGET, `${name}.gz`), gzipSync(content, { level: 9 }))
    mkdirSync(path.join(root, TARGET), { recursive: true })
    for (const { path: file, contents } of outputFiles) write(path.basename(file), contents)
    write('icon.svg', ICON)
    write('libraries.json', JSON.stringify(librariesOf(root)))
    mkdirSync(path.join(root, path.dirname(CONSOLE_RECORD)), { recursive: true })
    writeFileSync(path.join(root, CONSOLE_RECORD), JSON.stringify(metafile.outputs))
    write('index.html', page({ main: nameOf(ENTRIES.main), style: nameOf(ENTRIES.style) }))
    return ''
  } catch (error) {
    return `no console: ${error.message}`
  }
}

/** The page is written last. @param {string} root */
function isCurrent(root) {
  const made = timeOf(path.join(root, TARGET, 'index.html.gz'))
  const styles = path.join(root, PACKAGE, 'src', 'styles')
  const sources = [
    ...PARTS.map((name) => path.join(root, 'packages', name, 'tsconfig.tsbuildinfo')),
    ...readdirSync(styles).map((name) => path.join(styles, name)),
    ...['package-lock.json', 'tools/build-console.mjs', 'tools/libraries.mjs'].map((name) => path.join(root, name)),
  ]
  return sources.every((file) => timeOf(file) < made)
}

/** @param {string} file */
function timeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
