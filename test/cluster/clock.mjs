/** Clocks of processes that are set while they run, by Debian's faketime. Time since the start of the machine goes on as before. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The library that is loaded before all others; undefined where it is not installed. */
function findLibrary() {
  for (const folder of ['/usr/lib', '/usr/local/lib']) {
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    for (const { name } of [{ name: '.' }, ...files]) {
      const place = join(folder, name, 'faketime')
      try {
        if (readdirSync(place).includes('libfaketimeMT.so.1')) return join(place, 'libfaketimeMT.so.1')
      } catch {
        // not in this folder
      }
    }
  }
  return undefined
}

const LIBRARY = findLibrary()

/** Whether clocks can be set on this machine. */
export const canSetClocks = () => LIBRARY !== undefined

/** A clock in a file, which processes with its variables follow. @param {string} file @returns {{ env: Readonly<Record<string, string>>, set: (seconds: number) => void }} */
export function createClock(file) {
  const set = (seconds) => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`)
  set(0)
  const env = { FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1' }
  const monotonic = { DONT_FAKE_MONOTONIC: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' }
  return { env: { LD_PRELOAD: LIBRARY, ...env, ...monotonic }, set }
}
