// A font with Chinese characters, without which pictures of Chinese pages show boxes. Debian's is installed where none is.

import { execFileSync } from 'node:child_process'

const PACKAGE = 'fonts-noto-cjk'

const hasChinese = () => execFileSync('fc-list', [':lang=zh-cn', 'family'], { encoding: 'utf8' }).trim() !== ''

/** Throws an error with the command that helps where it cannot be installed. */
export function requireChineseFont() {
  if (hasChinese()) return
  try {
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', PACKAGE], { stdio: 'ignore' })
  } catch {
    // reported below
  }
  if (!hasChinese()) throw new Error(`no font has Chinese characters: apt-get install ${PACKAGE}`)
}
