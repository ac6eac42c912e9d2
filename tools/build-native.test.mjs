import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { buildNative, compileAddon } from './build-native.mjs'

const folder = mkdtempSync(path.join(tmpdir(), 'bindery-build-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const skip = spawnSync('cc', ['--version']).status !== 0 && 'there is no C compiler'

/** A workspace with one source. */
function workspace(name, source) {
  const root = path.join(folder, name)
  for (const part of ['packages/digest/native', 'node_modules/node-api-headers/include']) {
    mkdirSync(path.join(root, part), { recursive: true })
  }
  const target = path.join(root, 'packages/digest/dist/native')
  const write = (text) => writeFileSync(path.join(root, 'packages/digest/native/addon.c'), text)
  write(source)
  return { root, write, target, addon: path.join(target, 'addon.node') }
}

test('the addon is built once, and again after a source has changed', { skip }, async () => {
  const { root, write, addon, target } = workspace('built', 'int answer(void) { return 1; }\n')
  assert.equal(await buildNative(root, 'cc'), '')
  const first = statSync(addon)
  assert.equal(await buildNative(root, 'cc'), '')
  assert.equal(statSync(addon).ino, first.ino)
  write('int answer(void) { return 2; }\n')
  assert.equal(await buildNative(root, 'cc'), '')
  assert.notEqual(statSync(addon).mtimeMs, first.mtimeMs)
  assert.deepEqual(readdirSync(target).sort(), ['addon.node', 'addon.stamp'])
})

test('without a compiler there is an explanation and no addon of other sources', { skip }, async () => {
  const { root, addon } = workspace('without', 'int answer;\n')
  await buildNative(root, 'cc')
  assert.match(await buildNative(root, 'no-such-compiler'), /there is no C compiler \(no-such-compiler\)/)
  assert.equal(existsSync(addon), false)
})

test('sources that do not compile leave no addon and report the compiler output', { skip }, async () => {
  const { root, write, addon, target } = workspace('broken', 'int answer;\n')
  await buildNative(root, 'cc')
  write('this is not C\n')
  assert.match(await buildNative(root, 'cc'), /The native addon was not built.*error:/s)
  assert.equal(existsSync(addon), false)
  assert.deepEqual(readdirSync(target), ['addon.stamp'])
})

test('the addon compiles with headers that are older than Linux 6.1', {
  skip: skip || (process.platform !== 'linux' && 'the headers are those of Linux'),
}, async () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const older = path.join(folder, 'older.h')
  writeFileSync(older, '#define _GNU_SOURCE\n#include <sys/stat.h>\n#undef STATX_DIOALIGN\n')
  const compiler = path.join(folder, 'older-cc')
  writeFileSync(compiler, `#!/bin/sh\nexec cc -include '${older}' "$@"\n`, { mode: 0o755 })
  const target = path.join(folder, 'older')
  await compileAddon(root, compiler, target)
  assert.ok(existsSync(path.join(target, 'addon.node')))
})
