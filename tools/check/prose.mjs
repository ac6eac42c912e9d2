// Words that promise work instead of doing it, and links between pages that lead nowhere.

import path from 'node:path'

const PROMISE = /\b(?:TODO|FIXME|XXX|HACK)\b/ // check: allowed
const LINK = /\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)/g
const CODE = /```[\s\S]*?```|`[^`\n]*`/g

/**
 * Marks of unfinished work, as `path:line: sentence`.
 * @param {{ path: string, text: string }[]} files
 * @returns {string[]}
 */
export function checkPromises(files) {
  return files.flatMap(({ path: file, text }) =>
    text.split('\n').flatMap((line, index) => {
      const promise = line.endsWith('// check: allowed') ? undefined : line.match(PROMISE)?.[0]
      return promise === undefined
        ? []
        : [`${file}:${index + 1}: ${promise}: do it, or write it where users read what is missing`]
    }),
  )
}

/**
 * Relative links in Markdown pages whose target is not there.
 * @param {{ path: string, text: string }[]} pages
 * @param {(path: string) => boolean} exists
 * @returns {string[]}
 */
export function checkLinks(pages, exists) {
  return pages.flatMap(({ path: page, text }) =>
    [...text.replace(CODE, '').matchAll(LINK)]
      .map((match) => path.posix.join(path.posix.dirname(page), decodeURI(match[1])))
      .filter((target) => !exists(target))
      .map((target) => `${page}:1: it links to ${target}, which is not there`),
  )
}
