// `npm run check [-- RULE …]`: the rules of this repository that a program can verify, or those named. Prints one line per
// rule, and each violation as `path:line: sentence`.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { listFiles } from './list-files.mjs'
import { installDependencies } from './setup.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** @param {string[]} args @returns {string[]} the output if the program fails */
function faultsOf(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  return status === 0 ? [] : [`${stdout}${stderr}`.trim()]
}

function readOptional(file) {
  return existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), 'utf8') : undefined
}

function readManifest(name) {
  return JSON.parse(readFileSync(path.join(root, name === '' ? '' : `packages/${name}`, 'package.json'), 'utf8'))
}

/** The names of the folders in `src` of a package. */
function sourceFolders(name) {
  const start = `packages/${name}/src/`
  const files = listFiles(root, `packages/${name}`).filter((file) => file.startsWith(start))
  const paths = files.map((file) => file.slice(start.length).split('/'))
  return [...new Set(paths.filter(({ length }) => length > 1).map(([folder]) => folder))]
}

async function rules() {
  const { readSources } = await import('./check/sources.mjs')
  const { checkLayers, LAYERS } = await import('./check/layers.mjs')
  const { checkCycles } = await import('./check/cycles.mjs')
  const { checkSizes } = await import('./check/sizes.mjs')
  const { checkDocComments } = await import('./check/doc-comments.mjs')
  const { checkEnglish } = await import('./check/english.mjs')
  const { checkChinese, checkTranslations } = await import('./check/chinese.mjs')
  const { checkInvariants } = await import('./check/invariants.mjs')
  const { checkCodeBlocks } = await import('./check/code-blocks.mjs')
  const { checkLinks, checkPromises } = await import('./check/prose.mjs')
  const { checkDecisions, checkGlossary, checkLabels, checkPackages, checkTour } = await import('./check/pages.mjs')
  const { checkConsoleSize } = await import('./check/console-size.mjs')
  const { checkTestEnds } = await import('./check/test-ends.mjs')
  const { checkWireNames, readWireNames } = await import('./check/wire-names.mjs')
  const sources = readSources(root)
  const readAll = (files) => files.map((file) => ({ path: file, text: readFileSync(path.join(root, file), 'utf8') }))
  const pages = [
    ...['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'SECURITY.md'],
    ...listFiles(root, 'docs'),
    ...listFiles(root, 'packages'),
  ]
  const texts = readAll(pages.filter((file) => file.endsWith('.md') && existsSync(path.join(root, file))))
  const tests = readAll(listFiles(root, 'test').filter((file) => file.endsWith('.test.mjs')))
  const clients = readAll(listFiles(root, 'test').filter((file) => /\.(py|go|java)$/.test(file)))
  const native = readAll(listFiles(root, 'packages').filter((file) => /\.[ch]$/.test(file)))
  return {
    types: () => faultsOf(['node_modules/typescript/bin/tsc', '-b']),
    'format and lint': () =>
      faultsOf(['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--colors=off', '.']),
    layers: () => checkLayers(sources, readManifest),
    'names of the wire': async () => checkWireNames(sources, await readWireNames(root)),
    cycles: () => checkCycles(sources),
    'ends of tests': () => checkTestEnds(sources),
    sizes: () => checkSizes(sources),
    'size of the console': async () => [...faultsOf(['tools/setup.mjs']), ...checkConsoleSize(root)],
    'doc comments': () => checkDocComments(sources),
    promises: () => checkPromises([...sources, ...texts, ...clients]),
    links: () => checkLinks(texts, (target) => existsSync(path.join(root, target))),
    'code blocks': () =>
      checkCodeBlocks(
        texts,
        tests.map(({ text }) => text),
      ),
    english: () => checkEnglish([...sources, ...texts, ...clients, ...native]),
    chinese: () => [...checkChinese([...sources, ...texts]), ...checkTranslations(texts)],
    labels: () =>
      [
        ['', 'en'],
        ['.zh-CN', 'zh'],
      ].flatMap(([suffix, language]) => {
        const guide = `docs/guides/console${suffix}.md`
        const words = readOptional(`packages/console/src/words/${language}.ts`) ?? ''
        return checkLabels({ path: guide, text: readOptional(guide) ?? '' }, words)
      }),
    decisions: () => checkDecisions(texts),
    packages: () => checkPackages(Object.keys(LAYERS), readOptional, sourceFolders),
    glossary: () => checkGlossary({ path: 'docs/glossary.md', text: readOptional('docs/glossary.md') ?? '' }, sources),
    tour: () => checkTour({ path: 'docs/tour.md', text: readOptional('docs/tour.md') ?? '' }, readOptional),
    'upload size': async () => {
      const { checkUploadSize } = await import('./check/upload-size.mjs')
      return checkUploadSize(path.join(root, 'packages/client/dist/upload.js'))
    },
    'deliberate breaks': () => faultsOf(['test/simulation/dist/breaks-apply.test.js']),
    invariants: () => checkInvariants(readOptional('ARCHITECTURE.md') ?? '', readOptional),
    threats: () => checkInvariants(readOptional('docs/security.md') ?? '', readOptional, 'docs/security.md'),
    traps: () => TRAPS.flatMap((page) => checkInvariants(readOptional(page) ?? '', readOptional, page)),
    'generated pages': () =>
      existsSync(path.join(root, 'tools/docs.mjs')) ? faultsOf(['tools/docs.mjs', '--check']) : [],
  }
}

/** The pages that name the test of each trap. */
const TRAPS = ['docs/guides/compatibility-notes.md', 'docs/guides/compatibility-notes.zh-CN.md']

/** Runs one rule, prints its line, and returns whether it holds. */
async function runRule(name, rule) {
  const start = performance.now()
  const faults = await rule()
  console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${name} (${Math.round(performance.now() - start)} ms)`)
  for (const fault of faults) console.log(`  ${fault.replaceAll('\n', '\n  ')}`)
  return faults.length === 0
}

try {
  await installDependencies(root)
  const named = process.argv.slice(2)
  const all = await rules()
  const unknown = named.filter((name) => !(name in all))
  if (unknown.length > 0) throw new Error(`no rule ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}`)
  const results = []
  // in their order: some read what the first one builds
  for (const [name, rule] of Object.entries(all)) {
    if (named.length === 0 || named.includes(name)) results.push(await runRule(name, rule))
  }
  process.exitCode = results.every(Boolean) ? 0 : 1
} catch (error) {
  console.error(`check: ${error.message}`)
  process.exitCode = 1
}
