// The libraries that the command and its console contain, with their licences: what package-lock.json installs for production.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Packages that differ by the machine for which they are compiled. */
const OF_MACHINE =
  /-(?:(?:darwin|freebsd|linux|linuxmusl|webcontainers|win32)-)?(?:arm|arm64|ia32|ppc64|riscv64|s390x|wasm32|x64)$/

/**
 * The libraries of the workspace at `root`, by name, those that are compiled for each kind of machine once. The text is empty where a
 * package does not contain it.
 * @param {string} root
 * @returns {{ name: string, version: string, licence: string, text: string }[]}
 */
export function librariesOf(root) {
  const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
  const installed = Object.entries(packages).filter(
    ([place, { dev, devOptional, link }]) => place.startsWith('node_modules/') && !dev && !devOptional && !link,
  )
  const libraries = new Map()
  for (const [place, { version, license = '' }] of installed) {
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length).replace(OF_MACHINE, '-*')
    const text = textIn(path.join(root, place))
    const found = libraries.get(`${name} ${license}`)
    if (found === undefined || found.text === '')
      libraries.set(`${name} ${license}`, { name, version, licence: license, text })
  }
  return [...libraries.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
}

function textIn(folder) {
  if (!existsSync(folder)) return ''
  const name = readdirSync(folder).find((file) => /^licen[cs]e(\.(md|txt))?$/i.test(file))
  return name === undefined ? '' : readFileSync(path.join(folder, name), 'utf8').trim()
}
