/** Files that leave the system's memory, without the rights of root. */

import { spawnSync } from 'node:child_process'

/** Whether this system has GNU's `dd`, which can have the system forget a file. */
export const canEvict =
  process.platform === 'linux' && /\bnocache\b/.test(spawnSync('dd', ['--help'], { encoding: 'utf8' }).stdout ?? '')

/**
 * Writes a file to the disk, and has its pages leave the system's memory, except those that are in use.
 * @param {string} path
 */
export function evict(path) {
  for (const flags of ['conv=notrunc,fdatasync', 'oflag=nocache']) {
    const { status, stderr } = spawnSync('dd', ['if=/dev/null', `of=${path}`, 'conv=notrunc', 'count=0', flags], {
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr)
  }
}
