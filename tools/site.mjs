// `npm run site [-- --out DIR]`: makes the documentation a site of plain HTML with a search, from README.md, the pages at the root and
// docs/. DIR is .cache/site by default; it can be opened without a server, or be served by any.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Marked } from 'marked'
import { readInfo } from './code-blocks.mjs'
import { listFiles } from './list-files.mjs'
import { readArguments } from './read-arguments.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const ROOT_PAGES = ['README.md', 'README.zh-CN.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md']
const CHINESE = '.zh-CN.md'
/** The groups of the menu: a folder of docs, and its heading. */
const GROUPS = [
  ['docs/guides', 'Guides'],
  ['docs/reference', 'Reference'],
  ['docs/formats', 'Formats'],
  ['docs/decisions', 'Decisions'],
]

/**
 * @typedef {object} Page
 * @property {string} file  `docs/guides/running.md`
 * @property {string} href  `docs/guides/running.html`
 * @property {string} title
 * @property {string} html
 * @property {string} text  for the search
 */

/**
 * Writes the site and returns its pages.
 * @param {string} out  an absolute path, which is emptied
 * @returns {Page[]}
 */
export function buildSite(out) {
  const files = [...ROOT_PAGES, ...listFiles(root, 'docs').filter((file) => file.endsWith('.md'))]
  const pages = files.map(readPage)
  rmSync(out, { recursive: true, force: true })
  for (const page of pages) write(path.join(out, page.href), frame(page, pages))
  for (const file of listFiles(root, 'docs').filter((one) => one.endsWith('.png'))) {
    mkdirSync(path.dirname(path.join(out, file)), { recursive: true })
    cpSync(path.join(root, file), path.join(out, file))
  }
  const index = pages.map(({ href, title, text }) => ({ href, title, text }))
  write(path.join(out, 'search-index.js'), `window.SEARCH_INDEX = ${JSON.stringify(index)}\n`)
  for (const asset of ['site.css', 'site.js']) cpSync(path.join(root, 'tools', 'site', asset), path.join(out, asset))
  return pages
}

/** @param {string} file */
function readPage(file) {
  const source = readFileSync(path.join(root, file), 'utf8').replace(/^<!--[\s\S]*?-->\s*/, '')
  const ids = new Map()
  const renderer = {
    heading({ tokens, depth }) {
      const text = this.parser.parseInline(tokens)
      return `<h${depth} id="${anchor(text, ids)}">${text}</h${depth}>\n`
    },
    code({ text, lang = '' }) {
      const { language, notRun } = readInfo(lang)
      const caption = isChinese(file) ? '测试不运行：' : 'Not run by the tests: '
      const note = notRun === undefined ? '' : `<p class="not-run">${caption}${escaped(notRun)}</p>\n`
      return `<pre><code class="language-${escaped(language)}">${escaped(text)}\n</code></pre>\n${note}`
    },
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens)
      const target = siteHref(file, href)
      return target === undefined ? text : `<a href="${escaped(target)}">${text}</a>`
    },
  }
  const html = new Marked({ renderer }).parse(source)
  const title = /^# (.+)$/m.exec(source)?.[1] ?? file
  return { file, href: hrefOf(file), title, html, text: plain(html) }
}

function isChinese(file) {
  return file.endsWith(CHINESE)
}

/** The place of a page on the site. */
function hrefOf(file) {
  return file === 'README.md' ? 'index.html' : file.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html')
}

/** A link of a page as the site has it; undefined for one to a file that is not on the site, such as a source file. */
function siteHref(file, href) {
  if (/^(?:[a-z]+:|#)/.test(href)) return href
  const [target = '', hash] = href.split('#')
  const absolute = path.posix.join(path.posix.dirname(file), target)
  const isPage = absolute.endsWith('.md') && (ROOT_PAGES.includes(absolute) || absolute.startsWith('docs/'))
  if (!isPage) return undefined
  const place = path.posix.relative(path.posix.dirname(hrefOf(file)), hrefOf(absolute))
  return hash === undefined ? place : `${place}#${hash}`
}

/** The id of a heading, as GitHub makes it. */
function anchor(html, ids) {
  const base = plain(html)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
  const times = ids.get(base) ?? 0
  ids.set(base, times + 1)
  return times === 0 ? base : `${base}-${times}`
}

function plain(html) {
  return html
    .replace(/<[^>]+>/g, '')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name])
    .replace(/\s+/g, ' ')
    .trim()
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`)
}

/** @param {Page} page @param {Page[]} pages */
function frame(page, pages) {
  const up = path.posix.relative(path.posix.dirname(page.href), '.') || '.'
  const language = isChinese(page.file) ? 'zh-CN' : 'en'
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(page.title === 'Bindery' ? page.title : `${page.title} · Bindery`)}</title>
<link rel="stylesheet" href="${up}/site.css">
</head>
<body>
<nav>
<label>Search <input type="search" id="search" autocomplete="off"></label>
<ul id="found" aria-live="polite"></ul>
${menu(page, pages, up)}
</nav>
<main>
${page.html}
</main>
<script>window.SITE_ROOT = ${JSON.stringify(up)}</script>
<script src="${up}/search-index.js"></script>
<script src="${up}/site.js"></script>
</body>
</html>
`
}

function menu(page, pages, up) {
  const inChinese = isChinese(page.file)
  const item = ({ href, title, file }) => {
    const current = file === page.file ? ' aria-current="page"' : ''
    return `<li><a href="${up}/${href}"${current}>${escaped(title)}</a></li>`
  }
  const list = (heading, members) => `<h2>${heading}</h2>\n<ul>\n${members.map(item).join('\n')}\n</ul>`
  const top = pages.filter(({ file }) => ROOT_PAGES.includes(file) || /^docs\/[^/]+$/.test(file))
  const groups = GROUPS.map(([folder, heading]) => {
    const members = pages.filter(({ file }) => file.startsWith(`${folder}/`))
    return [heading, members.filter((one) => isChinese(one.file) === (inChinese && folder === 'docs/guides'))]
  })
  return [list('Bindery', top), ...groups.map(([heading, members]) => list(heading, members))].join('\n')
}

function write(file, text) {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** The links of a built site that lead nowhere, as `page: href`. */
export function brokenLinks(out, pages) {
  return pages.flatMap((page) =>
    [...page.html.matchAll(/<a href="([^"]+)"/g)].flatMap(([, href = '']) => {
      if (/^[a-z]+:/.test(href)) return []
      const [place = '', hash] = href.replaceAll('&#38;', '&').split('#')
      const target = place === '' ? page.href : path.posix.join(path.posix.dirname(page.href), place)
      const file = path.join(out, target)
      if (!existsSync(file)) return [`${page.file}: ${href}`]
      const found = hash === undefined || readFileSync(file, 'utf8').includes(`id="${decodeURIComponent(hash)}"`)
      return found ? [] : [`${page.file}: ${href}`]
    }),
  )
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = readArguments({ options: { out: { type: 'string' } } })
  const out = path.resolve(values.out ?? path.join(root, '.cache', 'site'))
  console.log(`${buildSite(out).length} pages in ${out}`)
}
