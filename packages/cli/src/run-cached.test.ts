import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { newFolder } from '../../../test/support/at-end.mjs'

const MODULE = new URL('./run-cached.js', import.meta.url).href

/** A program that prints what its exports return, run in a process of its own each time. */
async function program(t: TestContext) {
  const folder = newFolder(t, 'bindery-cached-')
  const file = join(folder, 'program.cjs')
  const script = `import { runCached } from '${MODULE}'; console.log(runCached(${JSON.stringify(file)}, 'role').run())`
  return {
    cache: join(folder, 'program.cjs.role.cache'),
    files: () => readdirSync(folder).sort(),
    write: (word: string) => writeFileSync(file, source(word)),
    run: (...flags: string[]) =>
      execFileSync(process.execPath, [...flags, '--input-type=module', '-e', script], { encoding: 'utf8' }).trim(),
  }
}

function source(word: string): string {
  return `exports.run = () => '${word} of ' + require('node:path').basename(__filename)`
}

test('a program runs from the code that an earlier run has kept', async (t) => {
  const { write, run, files, cache } = await program(t)
  write('one')
  assert.equal(run(), 'one of program.cjs')
  assert.deepEqual(files(), ['program.cjs', 'program.cjs.role.cache'])
  // as if the kept code were that of another source of the same length: only so can it be seen which one runs
  write('two')
  const kept = readFileSync(cache)
  kept.writeUInt32LE(crc32(source('two')), 0)
  writeFileSync(cache, kept)
  assert.equal(run(), 'one of program.cjs')
})

test('code of another source, of another Node.js, or that was damaged is replaced', async (t) => {
  const { write, run, files, cache } = await program(t)
  write('one')
  run()
  write('two')
  assert.equal(run(), 'two of program.cjs')
  const kept = readFileSync(cache)
  const damaged = Uint8Array.from(kept)
  damaged.set(
    [...damaged.subarray(-1)].map((byte) => byte ^ 1),
    damaged.length - 1,
  )
  for (const bytes of [damaged, kept.subarray(0, 20), kept.subarray(0, 3), new Uint8Array()]) {
    writeFileSync(cache, bytes)
    assert.equal(run(), 'two of program.cjs')
    assert.equal(statSync(cache).size, kept.length)
  }
  // V8 compiles otherwise with such a flag, and refuses the code that was made without it
  assert.equal(run('--no-opt'), 'two of program.cjs')
  assert.deepEqual(files(), ['program.cjs', 'program.cjs.role.cache'])
})
