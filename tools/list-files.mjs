import { readdirSync } from 'node:fs'
import path from 'node:path'

const SKIPPED = ['node_modules', '.cache', 'target', 'bundle']

/**
 * Paths from `root`, with `/`, of all files below `folder`, sorted; without installed and, unless `built`, compiled
 * files. A missing folder is empty.
 * @param {string} root
 * @param {string} folder
 * @param {{ built?: boolean }} [options]
 * @returns {string[]}
 */
export function listFiles(root, folder, { built = false } = {}) {
  let entries
  try {
    entries = readdirSync(path.join(root, folder), { withFileTypes: true })
  } catch (error) {
    if (error.code === 'ENOENT') return []
    throw error
  }
  return entries
    .filter((entry) => !SKIPPED.includes(entry.name) && (built || entry.name !== 'dist'))
    .flatMap((entry) => {
      const name = `${folder}/${entry.name}`
      return entry.isDirectory() ? listFiles(root, name, { built }) : [name]
    })
    .sort()
}
