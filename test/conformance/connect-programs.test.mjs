// The scripts of `bindery connect` for compiled languages and programs, run by a shell exactly as they are printed, in an empty
// folder.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { guideBlocks } from '../support/guide-blocks.mjs'
import { RUN_ANDROID } from './connect/android.mjs'
import { PROGRAMS as CLIENTS } from './connect/clients.mjs'
import { ENVIRONMENT, HELLO, PROGRAMS, runScript, startFor } from './connect/run.mjs'
import { openPlace, runShell } from './guides/place.mjs'

let server
before(async () => {
  mkdirSync(PROGRAMS, { recursive: true })
  const build = ['build', '-o', path.join(PROGRAMS, 'ossutil'), 'github.com/aliyun/ossutil']
  const cwd = new URL('connect', import.meta.url)
  execFileSync('go', build, { cwd, env: ENVIRONMENT, stdio: ['ignore', 'ignore', 'inherit'] })
  server = await startFor(['curl', 'restic', 'terraform', 'android'])
})
after(() => server?.stop())

test('the first steps with ossutil that the guide prints work', async (t) => {
  const [{ code }, ...others] = guideBlocks('ossutil')
  assert.deepEqual(others, [])
  const place = openPlace(t)
  writeFileSync(path.join(place.cwd, 'big.iso'), randomBytes(3_000_000))
  const variables = { OSS_ACCESS_KEY_ID: server.accessKeyId, OSS_ACCESS_KEY_SECRET: server.accessKeySecret }
  const local = code.replace('http://127.0.0.1:9000', server.endpoint)
  const output = await runShell({ ...place, path: PROGRAMS }, local, variables)
  assert.match(output, /Object Number is: 1/)
  assert.deepEqual(readFileSync(path.join(place.cwd, 'copy.iso')), readFileSync(path.join(place.cwd, 'big.iso')))
})

const BINDERY = fileURLToPath(new URL('../../packages/cli/bin/bindery.js', import.meta.url))

/** The exit codes and the standard output of two programs, without durations and the ids of requests. */
function bothOutputs(cwd, args) {
  const { endpoint, accessKeyId, accessKeySecret } = server
  const run = (program, more) => {
    const env = { ...process.env, TZ: 'Asia/Shanghai', HOME: cwd, XDG_STATE_HOME: cwd }
    const { status, stdout } = spawnSync(program, [...more, ...args], { cwd, env, encoding: 'utf8' })
    return `${status} ${stdout}`
      .replace(/[\d.]+\(s\) elapsed/, 'T(s) elapsed')
      .replace(/RequestId=[0-9A-F]+/, 'RequestId=R')
      .replace(/average speed \d+/, 'average speed S')
  }
  const key = args[0] === 'hash' ? [] : ['-e', endpoint, '-i', accessKeyId, '-k', accessKeySecret, '-c', '/dev/null']
  return [run(path.join(PROGRAMS, 'ossutil'), key), run(process.execPath, [BINDERY, '--compat', 'ossutil', ...key])]
}

test('bindery --compat ossutil prints what ossutil prints, character by character', (t) => {
  const { cwd } = openPlace(t)
  writeFileSync(path.join(cwd, 'file'), 'content')
  const cases = [
    'mb oss://compat',
    'ls',
    'ls oss://compat',
    'cp -f file oss://compat/a/b',
    'cp -f file oss://compat/c',
    'cp -u file oss://compat/c',
    'cp -f oss://compat/c back',
    'ls oss://compat',
    'ls oss://compat -s',
    'ls oss://compat -d',
    'ls oss://compat -m',
    'ls oss://compat -a',
    'stat oss://compat',
    'stat oss://compat/c',
    'du oss://compat',
    'hash file',
    'hash file --type md5',
    'cat oss://compat/c',
    'cat oss://compat/none',
    'ls oss://no-such-bucket',
    'set-acl oss://compat/c private',
    'rm oss://compat/none',
    'rm -r -m -f oss://compat',
    'no-such-command',
  ]
  for (const line of cases) {
    const [theirs, ours] = bothOutputs(cwd, line.split(' '))
    assert.equal(ours, theirs, line)
  }
})

// restic and Terraform store files in formats of their own
const STORED = { restic: { key: 'config' }, terraform: { key: 'env:/hello.tfstate' } }
const hasTerraform = spawnSync('terraform', ['version']).status === 0

for (const client of CLIENTS) {
  const skip = client === 'terraform' && !hasTerraform && 'no registry of packages has Terraform'
  test(`${client}: the printed script stores an object and reads it back`, { skip }, async (t) => {
    const content = await runScript(t, server, client, STORED[client])
    if (client === 'terraform') assert.equal(JSON.parse(content).outputs.hello.value, HELLO)
    else if (client !== 'restic') assert.equal(content.trim(), HELLO)
  })
}

test('android: the printed function stores an object and reads it back, on Robolectric', async (t) => {
  assert.equal(await runScript(t, server, 'android', { more: RUN_ANDROID }), HELLO)
})
