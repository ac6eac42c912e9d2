import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { constants, Script } from 'node:vm'
import { crc32 } from 'node:zlib'

/** Two CRC-32 before the code: that of the source, of which V8 compares only the length, and that of the code, which V8 trusts. */
const HEADER_BYTES = 8
/** Milliseconds after which what a program needs to start has been compiled. */
const STARTED_MS = 2_000

/**
 * Runs a CommonJS file and returns its exports. V8's compiled code of an earlier run is used if it was kept in the same folder, as
 * FILE.ROLE.cache; `role` stands for the part of the file that a process runs. Otherwise it is written after the start, unless
 * the folder cannot be written to.
 */
export function runCached<Exports>(file: string, role: string): Exports {
  const bytes = readFileSync(file)
  const key = crc32(bytes)
  const cache = `${file}.${role}.cache`
  // esbuild writes ASCII, which V8 keeps in one byte each; joined, it lies in V8's heap, as bytes outside would make it collect garbage at once
  const source = `(function (exports, require, module, __filename, __dirname) {${bytes.toString('latin1')}\n})`
  const kept = keptCode(cache, key)
  const script = new Script(source, {
    filename: file,
    ...(kept !== undefined && { cachedData: kept }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
  // another version of Node.js, or other flags
  if (kept === undefined || script.cachedDataRejected === true) keepLater(cache, key, script)
  const module = { exports: {} as Exports }
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file))
  return module.exports
}

/** Undefined for another source, and if it is missing or damaged. */
function keptCode(cache: string, key: number): Buffer | undefined {
  try {
    const bytes = readFileSync(cache)
    const code = bytes.subarray(HEADER_BYTES)
    return bytes.readUInt32LE(0) === key && bytes.readUInt32LE(4) === crc32(code) ? code : undefined
  } catch {
    return undefined
  }
}

function keepLater(cache: string, key: number, script: Script): void {
  const keep = () => {
    clearTimeout(timer)
    process.off('exit', keep)
    keepCode(cache, key, script.createCachedData())
  }
  const timer = setTimeout(keep, STARTED_MS).unref()
  process.once('exit', keep)
}

/** Replaces the file at once, as other processes may read it or do the same. */
function keepCode(cache: string, key: number, code: Buffer): void {
  const draft = `${cache}.${process.pid}`
  try {
    const header = Buffer.alloc(HEADER_BYTES)
    header.writeUInt32LE(key, 0)
    header.writeUInt32LE(crc32(code), 4)
    const file = openSync(draft, 'wx', 0o644)
    try {
      writeSync(file, header)
      writeSync(file, code)
    } finally {
      closeSync(file)
    }
    renameSync(draft, cache)
  } catch {
    // the next start compiles again
    rmSync(draft, { force: true })
  }
}
