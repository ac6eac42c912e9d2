import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { onTmpfs } from '../../../../test/support/tmpfs.mjs'

// What the program does, and which faults it was seen to find, is written in test/sender-stress.c.

/** Fixed, as that of `test/fuzz`; SEED=n tries another, or repeats one. */
const SEED = Number(process.env.SEED ?? 1)
const SECONDS = 3
const folder = fileURLToPath(new URL('../../', import.meta.url))
const SOURCES = ['connections.c', 'connections-send.c', 'sender.c', 'outgoing.c', 'body-hashes.c', 'md5.c', 'md5-x86.c']

const run = promisify(execFile)
const skip =
  onTmpfs ||
  (process.platform !== 'linux' && 'the thread is for Linux') ||
  (spawnSync('cc', ['--version']).status !== 0 && 'there is no C compiler')

/** The program that a compiler makes of sources for a sanitizer. */
async function compiled(into: string, name: string, sanitizer: string, sources: readonly string[]) {
  const program = join(into, name)
  const flags = ['-std=gnu11', '-O1', '-g', '-pthread', '-Wall', '-Wextra', `-fsanitize=${sanitizer}`]
  await run('cc', [...flags, '-I', join(folder, 'native'), ...sources, '-o', program])
  return program
}

/** Whether programs run that are compiled for a sanitizer: its library may be missing, or refuse the system's memory layout. */
async function hasSanitizer(into: string, sanitizer: string) {
  const source = join(into, 'empty.c')
  writeFileSync(source, 'int main(void) { return 0; }\n')
  try {
    await run(await compiled(into, 'empty', sanitizer, [source]))
    return true
  } catch {
    return false
  }
}

async function stress(t: TestContext, sanitizer: string) {
  const into = newFolder(t, 'bindery-sender-')
  if (!(await hasSanitizer(into, sanitizer))) return t.skip(`the compiler has no ${sanitizer} sanitizer that runs here`)
  const sources = [join(folder, 'test', 'sender-stress.c'), ...SOURCES.map((file) => join(folder, 'native', file))]
  const program = await compiled(into, 'stress', sanitizer, sources)
  const { stdout, stderr } = await run(program, [join(into, 'content'), String(SEED), String(SECONDS)], {
    timeout: 60_000,
  })
  assert.equal(stderr, '')
  t.diagnostic(stdout.trim())
}

test(
  `many connections get right bytes from the sender, and nothing is used behind its end (SEED=${SEED})`,
  {
    skip,
  },
  (t) => stress(t, 'address'),
)

test(`the sender and the thread that checks chunks share nothing without order (SEED=${SEED})`, { skip }, (t) =>
  stress(t, 'thread'),
)
