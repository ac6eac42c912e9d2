import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { COMMAND_NAMES, type CommandName } from '../command.js'
import { startShared } from '../testing/shared.js'
import { linesOf } from '../testing/support.js'

const { client, folder, bindery, newFile } = await startShared()

/** The exit codes of command lines that run one after the other, in one process. */
async function codesOf(lines: readonly string[]): Promise<readonly number[]> {
  const { stdout, stderr } = await bindery(['run', '-', '--jobs', '1', '--json'], lines.join('\n'))
  const codes = lines.map(() => 0)
  for (const { t, line, exit } of linesOf(stdout)) if (t === 'failed') codes[Number(line) - 1] = Number(exit)
  assert.match(stdout, new RegExp(`"commands":${lines.length},`), stderr)
  return codes
}

/** A valid line of each command that sends requests. */
const ONLINE: Readonly<Partial<Record<CommandName, string>>> = {
  mb: 'mb oss://new',
  rb: 'rb oss://demo',
  ls: 'ls oss://demo',
  stat: 'stat oss://demo/a',
  cat: 'cat oss://demo/a',
  rm: 'rm oss://demo/a',
  cp: 'cp oss://demo/a oss://demo/copy',
  mv: 'mv oss://demo/a oss://demo/moved',
  sync: 'sync oss://demo/x/ oss://demo/y/',
  mirror: 'mirror oss://demo/x/ oss://demo/y/',
  touch: 'touch oss://demo/a',
  du: 'du oss://demo',
  tree: 'tree oss://demo',
  find: 'find oss://demo',
  diff: 'diff oss://demo/x/ oss://demo/y/',
  hash: 'hash oss://demo/a',
  mkdir: 'mkdir oss://demo/a/',
  append: 'append FILE oss://demo/appended',
  symlink: 'symlink oss://demo/a oss://demo/link',
  'set-props': 'set-props oss://demo/a --acl private',
  tag: 'tag oss://demo/a',
  mpu: 'mpu ls oss://demo',
  restore: 'restore oss://demo/a',
  bucket: 'bucket acl get oss://demo',
  api: 'api get-bucket-acl --bucket demo',
  bench: 'bench oss://demo --size 1m --objects 1',
}

/** Commands that the command `run` does not run. */
const NOT_IN_RUN: ReadonlySet<CommandName> = new Set(['serve', 'run', 'put'])

test('1: every command refuses a flag that it does not have', async () => {
  const names = COMMAND_NAMES.filter((name) => !NOT_IN_RUN.has(name))
  const codes = await codesOf(names.map((name) => `${name} --no-such-flag`))
  assert.deepEqual(
    names.filter((_, index) => codes[index] !== 1),
    [],
  )
  for (const name of NOT_IN_RUN) assert.equal((await bindery([name, '--no-such-flag'])).code, 1, name)
})

test('2 and 3: every command that sends requests distinguishes a refusal from a server that does not answer', async () => {
  await client.put('a', 'a')
  const file = await newFile('file', 'x')
  const lines = Object.values(ONLINE).map((line) => line.replace('FILE', file))
  const refused = await codesOf(lines.map((line) => `${line} -q -i wrong -k wrong`))
  assert.deepEqual(
    refused,
    lines.map(() => 2),
  )
  const silent = await codesOf(lines.map((line) => `${line} -e http://127.0.0.1:1 --retry-times 1`))
  assert.deepEqual(
    silent,
    lines.map(() => 3),
  )
  assert.equal((await bindery(['put', 'oss://demo/p', '-i', 'wrong', '-k', 'wrong'], 'x')).code, 2)
  assert.equal((await bindery(['put', 'oss://demo/p', '-e', 'http://127.0.0.1:1'], 'x')).code, 3)
  assert.equal((await bindery(['admin', 'user', 'list', '--endpoint', 'http://127.0.0.1:1'])).code, 3)
  assert.equal((await bindery(['admin', 'user', 'show', 'unknown-user'])).code, 2)
})

test('4: commands on many objects do the others where some of them fail', async () => {
  for (const key of ['good', '../bad']) await client.put(`mixed/${key}`, 'x')
  const target = path.join(folder, 'mixed')
  assert.deepEqual(
    await codesOf([
      `cp -r oss://demo/mixed/ ${target}`,
      `sync oss://demo/mixed/ ${target}`,
      `mirror oss://demo/mixed/ ${target}`,
      `mv -r oss://demo/mixed/ ${target}`,
      'restore -r oss://demo/mixed/',
    ]),
    [4, 4, 4, 4, 4],
  )
  assert.equal((await bindery(['run', '-'], 'stat oss://demo/none\nstat oss://demo\n')).code, 4)
})

test('6: a check that finds something is neither a success nor a failure', async () => {
  // before the objects: it must not be newer
  const file = await newFile('other', 'b')
  await client.put('one/a', 'a')
  await client.put('two/a', 'b')
  assert.deepEqual(
    await codesOf([
      'diff oss://demo/one/ oss://demo/two/',
      `hash ${file} oss://demo/one/a`,
      `cp ${file} oss://demo/one/a --overwrite newer --fail-on-skip`,
      'sync oss://demo/one/ oss://demo/mirrored/ --delete --max-delete 0',
      'probe -e http://127.0.0.1:1',
    ]),
    [6, 6, 6, 0, 6],
  )
})
