// Pages that list other things: the index of decisions, the READMEs of packages, and the glossary's names of code.

import path from 'node:path'

const DECISION = /^docs\/decisions\/\d{4}-[^/]+\.md$/
const INDEX = 'docs/decisions/README.md'
const STATUS = /^\*\*Status\.\*\* (?:Accepted|Amended|Superseded)\b/m
const README_LINES_MIN = 10
const README_LINES_MAX = 20

const BLOCK = /^## (\d{4})–(\d{4}) /
const ENTRY = /^\| \[(\d{4})\]\(/
const UNNAMED_AMENDMENT = /^\| \[\d{4}\]\(.*\| (?:Amended|Superseded)(?! by \d{4})[^|]*\|$/

/**
 * Decision records without a status, those that the index does not link, and entries of the index that are in the block
 * of other numbers or do not name the record that amends them.
 * @param {{ path: string, text: string }[]} pages
 * @returns {string[]}
 */
export function checkDecisions(pages) {
  const index = pages.find((page) => page.path === INDEX)?.text ?? ''
  const records = pages.filter((page) => DECISION.test(page.path))
  return [
    ...records.flatMap(({ path: file, text }) => [
      ...(STATUS.test(text) ? [] : [`${file}:3: it has no line that begins with **Status.** Accepted or Superseded`]),
      ...(index.includes(`(${path.posix.basename(file)})`) ? [] : [`${file}:1: ${INDEX} omits it`]),
    ]),
    ...checkIndex(index),
  ]
}

function checkIndex(index) {
  let [first, last] = ['0000', '9999']
  return index.split('\n').flatMap((line, at) => {
    const block = line.match(BLOCK)
    if (block !== null) [, first, last] = block
    const number = line.match(ENTRY)?.[1]
    if (number === undefined) return []
    return [
      ...(number < first || number > last ? [`${INDEX}:${at + 1}: ${number} is in the block ${first}–${last}`] : []),
      ...(UNNAMED_AMENDMENT.test(line) ? [`${INDEX}:${at + 1}: the status of ${number} names no record`] : []),
    ]
  })
}

/**
 * Packages without a README of 10 to 20 lines that names each folder of their sources, or without a description in their
 * manifest.
 * @param {string[]} names
 * @param {(path: string) => string | undefined} read  the text of a file of the repository
 * @param {(name: string) => string[]} foldersOf  the names of the folders in `src` of a package
 * @returns {string[]}
 */
export function checkPackages(names, read, foldersOf) {
  return names.flatMap((name) => {
    const manifest = `packages/${name}/package.json`
    const readme = `packages/${name}/README.md`
    const text = read(readme) ?? ''
    const lines = text.trimEnd().split('\n').length
    const fits = lines >= README_LINES_MIN && lines <= README_LINES_MAX
    const missing = foldersOf(name).filter((folder) => !text.includes(`src/${folder}`) && folder !== 'testing')
    return [
      ...(JSON.parse(read(manifest) ?? '{}').description ? [] : [`${manifest}:1: it has no description`]),
      ...(fits ? [] : [`${readme}:1: ${lines} lines; it should have ${README_LINES_MIN} to ${README_LINES_MAX}`]),
      ...missing.map((folder) => `${readme}:1: it does not mention src/${folder}`),
    ]
  })
}

/**
 * Names in the glossary's second column that the sources do not contain. Names with a space, a star or a slash are
 * patterns and paths for people, and are not looked up.
 * @param {{ path: string, text: string }} glossary
 * @param {{ text: string }[]} sources
 * @returns {string[]}
 */
export function checkGlossary({ path: file, text }, sources) {
  return text.split('\n').flatMap((line, index) => {
    const column = line.match(/^\| [^|]+ \| ([^|]+) \| [^|]+ \|$/)?.[1] ?? ''
    return [...column.matchAll(/`(\w+)[^`\n]*`/g)]
      .map(([name, word]) => ({ name, word }))
      .filter(({ name, word }) => name === `\`${word}\`` && word.length > 1)
      .filter(({ word }) => !sources.some((source) => source.text.includes(word)))
      .map(({ name }) => `${file}:${index + 1}: no source contains ${name}`)
  })
}

const TOUR_ENTRY = /`([\w./-]+\.ts):(#?\w+)`/g

/**
 * Entries `path:name` of the tour whose file does not exist or does not define the name, and those that nothing before
 * them in their section leads to: the name, or the interface's method that the text names with “through”, must be in
 * the file of an earlier entry. Paths are below `packages/`.
 * @param {{ path: string, text: string }} tour
 * @param {(path: string) => string | undefined} read  the text of a file of the repository
 * @returns {string[]}
 */
export function checkTour({ path: file, text }, read) {
  const problems = []
  for (const { line, body } of sectionsOf(text)) {
    const codes = []
    let end = 0
    for (const match of body.matchAll(TOUR_ENTRY)) {
      const [entry, source, name] = match
      const at = `${file}:${line + body.slice(0, match.index).split('\n').length}`
      const before = body.slice(end, match.index)
      end = match.index + entry.length
      const code = read(`packages/${source}`)
      if (code === undefined) {
        problems.push(`${at}: ${source} does not exist`)
        continue
      }
      if (!defines(code, name)) problems.push(`${at}: ${source} does not define ${name}`)
      const through = [...before.matchAll(/[Tt]hrough\s+`(\w+)`/g)].at(-1)?.[1]
      if (codes.length > 0 && !leadsTo(codes, { code, name, through })) {
        problems.push(`${at}: no file before it in this section names ${through ?? name}`)
      }
      codes.push(code)
    }
  }
  return problems
}

/** The sections of a page, and what happens “later” in one of them: the number of lines before each, and its text. */
function sectionsOf(text) {
  let line = 0
  return text.split(/^(?=## |\d+\. Later)/m).map((body) => {
    const section = { line, body }
    line += body.split('\n').length - 1
    return section
  })
}

function defines(code, name) {
  const declared = new RegExp(
    String.raw`^(?:export )?(?:async )?(?:function\*?|class|const|type|interface) ${name}\b`,
    'm',
  )
  const method = new RegExp(String.raw`^  +(?:static )?(?:async )?\*?${name}[(<]`, 'm')
  return declared.test(code) || method.test(code)
}

function leadsTo(codes, { code, name, through }) {
  const sought = through ?? name
  return codes.some((earlier) => {
    const mentions = earlier.match(new RegExp(String.raw`(?<![\w])${sought}\b`, 'g'))?.length ?? 0
    // the file that defines a name must use it as well
    return mentions > (earlier === code && through === undefined ? 1 : 0)
  })
}

const LABEL = /(?<![*\w])\*([^*\n]+)\*(?!\*)/g

/**
 * Labels of the console, in italics on the page of its guide, that its texts in the language of the page do not contain.
 * @param {{ path: string, text: string }} guide
 * @param {string} words  the source of those texts
 * @returns {string[]}
 */
export function checkLabels({ path: file, text }, words) {
  return text.split('\n').flatMap((line, index) =>
    [...line.matchAll(LABEL)]
      .map(([, label]) => label)
      .filter((label) => !words.includes(`'${label}'`))
      .map((label) => `${file}:${index + 1}: the console has no text “${label}”`),
  )
}
