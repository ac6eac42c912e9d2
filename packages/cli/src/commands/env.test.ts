import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { bindery, binderyWith, COMMAND, start } from '../testing/support.js'

test('the variables that a shell takes over are those of the running server, and replace older ones', async (t) => {
  const folder = join(newFolder(t), 'with blanks')
  assert.match((await bindery('env', folder)).output, /no server is running on/)
  const { endpoint, accessKeyId, accessKeySecret, stop } = await start(t, folder)
  const old = { OSS_ENDPOINT: 'http://127.0.0.1:1', OSS_ACCESS_KEY_ID: 'old', OSS_ACCESS_KEY_SECRET: 'old' }
  const env = { ...process.env, ...old, AWS_SESSION_TOKEN: 'old', BINDERY_DIR: folder, NODE: process.execPath, COMMAND }
  const script = `eval "$("$NODE" "$COMMAND" env)" && env && "$NODE" "$COMMAND" ls`
  const lines = execFileSync('sh', ['-c', script], { env, encoding: 'utf8' }).split('\n')
  for (const line of [
    `OSS_ENDPOINT=${endpoint}`,
    'OSS_REGION=cn-hangzhou',
    `OSS_ACCESS_KEY_ID=${accessKeyId}`,
    `OSS_ACCESS_KEY_SECRET=${accessKeySecret}`,
    `AWS_ENDPOINT_URL=${endpoint}`,
    'AWS_REGION=cn-hangzhou',
    'AWS_DEFAULT_REGION=cn-hangzhou',
    `AWS_ACCESS_KEY_ID=${accessKeyId}`,
    `AWS_SECRET_ACCESS_KEY=${accessKeySecret}`,
  ]) {
    assert.ok(lines.includes(line), line)
  }
  assert.ok(!lines.some((line) => line.startsWith('AWS_SESSION_TOKEN=')))
  assert.ok(
    lines.some((line) => line.includes('oss://demo')),
    'the command that uses the variables reaches the server',
  )
  const hint = (await bindery('env', folder)).output.trimEnd().split('\n').at(-1) ?? ''
  assert.ok(hint.includes(`env '${folder}')"`), hint)
  const ofS3 = JSON.parse((await bindery('env', folder, '--dialect', 's3', '--json')).output) as object
  assert.deepEqual(Object.keys(ofS3), [
    'AWS_ENDPOINT_URL',
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
  ])
  assert.equal(await stop(), 0)
})

test('a key that only the environment of the server has is printed where it is known, and another one never', async (t) => {
  const folder = newFolder(t)
  const secret = `a'b\\c$HOME`
  const key = { BINDERY_ACCESS_KEY_ID: 'dev', BINDERY_ACCESS_KEY_SECRET: secret }
  const server = await start(t, folder, key)
  const other = { OSS_ACCESS_KEY_ID: 'other', OSS_ACCESS_KEY_SECRET: 'x' }
  assert.deepEqual(await binderyWith(other, 'env', folder), {
    code: 1,
    output:
      'bindery: the server got its key dev from its environment. Run this command with the same BINDERY_ACCESS_KEY_ID and BINDERY_ACCESS_KEY_SECRET.\n',
  })
  const { output } = await binderyWith({ ...other, ...key }, 'env', folder)
  const printed = execFileSync('sh', ['-c', `${output}printf %s "$OSS_ACCESS_KEY_SECRET"`], { encoding: 'utf8' })
  assert.equal(printed, secret)
  const fish = await binderyWith(key, 'env', folder, '--shell', 'fish')
  assert.ok(fish.output.includes(`set -gx AWS_SECRET_ACCESS_KEY 'a\\'b\\\\c$HOME'\n`), fish.output)
  if (spawnSync('fish', ['--version']).status === 0) {
    const script = `${fish.output}printf %s $OSS_ACCESS_KEY_SECRET`
    assert.equal(execFileSync('fish', ['-c', script], { encoding: 'utf8' }), secret)
  }
  const powershell = await binderyWith(key, 'env', folder, '--shell', 'powershell')
  assert.ok(powershell.output.includes(`$env:OSS_ACCESS_KEY_SECRET = 'a''b\\c$HOME'\n`), powershell.output)
  assert.match((await bindery('env', folder, '--shell', 'csh')).output, /--shell cannot be "csh"/)
  const elsewhere = await binderyWith({ ...other, OSS_SESSION_TOKEN: 't' }, 'env', '--endpoint', server.endpoint)
  assert.match(elsewhere.output, /^export AWS_SESSION_TOKEN='t'$/m)
  assert.equal(await server.stop(), 0)
})
