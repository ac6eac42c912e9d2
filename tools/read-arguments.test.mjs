import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const programs = ['tools', 'benchmarks'].flatMap((folder) =>
  readdirSync(path.join(root, folder))
    .filter((file) => file.endsWith('.mjs') && !file.endsWith('.test.mjs'))
    .map((file) => `${folder}/${file}`)
    .filter((file) => /= readArguments\(/.test(readFileSync(path.join(root, file), 'utf8'))),
)

function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  return { status, stdout, stderr }
}

test('every program refuses an option that it does not know, and shows its help', () => {
  assert.ok(programs.length > 10, programs.join())
  for (const program of programs) {
    const { status, stderr } = run(program, '--no-such-option')
    assert.equal(status, 2, program)
    assert.match(stderr, /^Unknown option '--no-such-option'\n\n.*(npm run|npm test|node) ?.+/s, program)
  }
})

test('help is printed on standard output', () => {
  for (const option of ['--help', '-h']) {
    const { status, stdout } = run('tools/site.mjs', option)
    assert.equal(status, 0)
    assert.match(stdout, /^`npm run site/)
  }
})

test('programs read their options in one way', () => {
  for (const folder of ['tools', 'benchmarks']) {
    for (const file of readdirSync(path.join(root, folder)).filter((name) => name.endsWith('.mjs'))) {
      if (file === 'read-arguments.mjs' || file.endsWith('.test.mjs')) continue
      assert.doesNotMatch(readFileSync(path.join(root, folder, file), 'utf8'), /\bparseArgs\(/, file)
    }
  }
})
