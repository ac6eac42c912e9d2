// Pages that list other things: the index of decisions, the READMEs of packages, and the glossary's names of code.

import path from 'node:path'

const DECISION = /^docs\/decisions\/\d{4}-[^/]+\.md$/
const STATUS = /^\*\*Status\.\*\* (?:Accepted|Amended|Superseded)\b/m
const README_LINES_MIN = 10
const README_LINES_MAX = 20

/**
 * Decision records without a status, and those that the index does not link.
 * @param {{ path: string, text: string }[]} pages
 * @returns {string[]}
 */
export function checkDecisions(pages) {
  const index = pages.find((page) => page.path === 'docs/decisions/README.md')?.text ?? ''
  return pages
    .filter((page) => DECISION.test(page.path))
    .flatMap(({ path: file, text }) => [
      ...(STATUS.test(text) ? [] : [`${file}:3: it has no line that begins with **Status.** Accepted or Superseded`]),
      ...(index.includes(`(${path.posix.basename(file)})`) ? [] : [`${file}:1: docs/decisions/README.md omits it`]),
    ])
}

/**
 * Packages without a README of 10 to 20 lines or without a description in their manifest.
 * @param {string[]} names
 * @param {(path: string) => string | undefined} read  the text of a file of the repository
 * @returns {string[]}
 */
export function checkPackages(names, read) {
  return names.flatMap((name) => {
    const manifest = `packages/${name}/package.json`
    const readme = `packages/${name}/README.md`
    const lines = (read(readme) ?? '').trimEnd().split('\n').length
    const fits = lines >= README_LINES_MIN && lines <= README_LINES_MAX
    return [
      ...(JSON.parse(read(manifest) ?? '{}').description ? [] : [`${manifest}:1: it has no description`]),
      ...(fits ? [] : [`${readme}:1: ${lines} lines; it should have ${README_LINES_MIN} to ${README_LINES_MAX}`]),
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

/**
 * Entries `path:name` of the tour whose file does not exist or does not define the name. Paths are below `packages/`.
 * @param {{ path: string, text: string }} tour
 * @param {(path: string) => string | undefined} read  the text of a file of the repository
 * @returns {string[]}
 */
export function checkTour({ path: file, text }, read) {
  return text.split('\n').flatMap((line, index) =>
    [...line.matchAll(/`([\w./-]+\.ts):(#?\w+)`/g)].flatMap(([, source, name]) => {
      const code = read(`packages/${source}`)
      if (code === undefined) return [`${file}:${index + 1}: ${source} does not exist`]
      const declared = new RegExp(
        String.raw`^(?:export )?(?:async )?(?:function\*?|class|const|type|interface) ${name}\b`,
        'm',
      )
      const method = new RegExp(String.raw`^  +(?:static )?(?:async )?\*?${name}[(<]`, 'm')
      return declared.test(code) || method.test(code) ? [] : [`${file}:${index + 1}: ${source} does not define ${name}`]
    }),
  )
}
