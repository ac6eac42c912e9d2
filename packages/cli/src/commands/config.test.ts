import assert from 'node:assert/strict'
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { type Ran, runWith, type Server, start } from '../testing/support.js'

let server: Server
let folder: string
const ends: (() => unknown)[] = []
const none = { endpoint: '', accessKeyId: '', accessKeySecret: '' }

before(async () => {
  const t = { after: (end: () => unknown) => ends.push(end) } as never
  folder = newFolder(t)
  server = await start(t, path.join(folder, 'data'))
})

after(async () => {
  for (const end of ends.reverse()) await end()
})

/** Runs a command without variables of a server, as a user with this home. */
function bindery(
  home: string,
  args: readonly string[],
  options: { env?: Record<string, string>; input?: string } = {},
): Promise<Ran> {
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, 'settings'),
    BINDERY_DIR: path.join(home, 'nothing'),
    ...options.env,
  }
  return runWith(none, args, { env, ...(options.input === undefined ? {} : { input: options.input }) })
}

async function newHome(name: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const home = path.join(folder, name)
  await mkdir(home, { recursive: true })
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(home, file)), { recursive: true })
    await writeFile(path.join(home, file), content)
  }
  return home
}

test('settings are written to a file of their owner, read back, and name the server and the key', async () => {
  const home = await newHome('own')
  const set = (setting: string, value: string, input?: string) =>
    bindery(home, ['config', 'set', setting, value, '--profile', 'here'], input === undefined ? {} : { input })
  assert.equal((await set('endpoint', server.endpoint)).code, 0)
  await set('access-key-id', server.accessKeyId)
  await set('access-key-secret', '-', `${server.accessKeySecret}\n`)
  const file = (await bindery(home, ['config', 'path'])).stdout.trim()
  assert.equal(((await stat(file)).mode & 0o777).toString(8), '600')
  assert.equal((await bindery(home, ['config', 'get', 'endpoint', '--profile', 'here'])).stdout, `${server.endpoint}\n`)
  const listed = await bindery(home, ['ls', '--profile', 'here'])
  assert.match(listed.stdout, /oss:\/\/demo\n/)
  assert.match((await bindery(home, ['ls'], { env: { BINDERY_PROFILE: 'here' } })).stdout, /oss:\/\/demo\n/)
  const shown = await bindery(home, ['profile', 'show', 'here'])
  assert.ok(!shown.stdout.includes(server.accessKeySecret))

  await bindery(home, ['config', 'unset', 'endpoint', '--profile', 'here'])
  assert.match((await bindery(home, ['config', 'get', 'endpoint', '--profile', 'here'])).stderr, /has no endpoint/)
  await bindery(home, ['profile', 'rm', 'here'])
  assert.equal(await readFile(file, 'utf8'), '')
  const gone = await bindery(home, ['ls', '--profile', 'here'])
  assert.deepEqual([gone.code, /there is no profile here/.test(gone.stderr)], [1, true])
})

test('a change of one setting leaves all other lines as they are', async () => {
  const text = '# mine\n[default]\nregion = cn-hangzhou\nother = kept\n\n[profile b]\nendpoint = http://b\n'
  const home = await newHome('kept', { 'settings/bindery/config': text })
  await bindery(home, ['config', 'set', 'region', 'cn-beijing'])
  await bindery(home, ['config', 'set', 'endpoint', 'http://a'])
  assert.equal(
    await readFile(path.join(home, 'settings/bindery/config'), 'utf8'),
    '# mine\n[default]\nregion = cn-beijing\nother = kept\nendpoint = http://a\n\n[profile b]\nendpoint = http://b\n',
  )
  const wrong = await bindery(home, ['config', 'set', 'endpont', 'x'])
  assert.deepEqual([wrong.code, /Expected: endpoint, region/.test(wrong.stderr)], [1, true])
})

test('profiles of ossutil 1 and 2 and of AWS are used, and not changed', async () => {
  const { endpoint, accessKeyId, accessKeySecret } = server
  const first = await newHome('ossutil1', {
    '.ossutilconfig': `[Credentials]\nlanguage=EN\nendpoint=${endpoint}\naccessKeyID=${accessKeyId}\naccessKeySecret=${accessKeySecret}\n`,
  })
  assert.match((await bindery(first, ['ls'])).stdout, /oss:\/\/demo\n/)
  const second = await newHome('ossutil2', {
    '.ossutilconfig': `[default]\nregion=cn-x\n[profile b]\naccess-key-id=${accessKeyId}\naccess-key-secret=${accessKeySecret}\nendpoint=${endpoint}\n`,
    '.aws/credentials': `[a]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${accessKeySecret}\n`,
    '.aws/config': `[profile a]\nregion = cn-hangzhou\nendpoint_url = ${endpoint}\n`,
  })
  for (const profile of ['a', 'b']) {
    const { stdout, stderr } = await bindery(second, ['ls', '--profile', profile])
    assert.match(stdout, /oss:\/\/demo\n/, stderr)
  }
  const names = (await bindery(second, ['profile', 'ls'])).stdout.split('\n').map((line) => line.split(' ')[0])
  assert.deepEqual(names, ['default', 'b', 'a', ''])
  const foreign = await bindery(second, ['profile', 'rm', 'a'])
  assert.deepEqual([foreign.code, /does not change/.test(foreign.stderr)], [1, true])
})

test('a key comes from a program, and variables never complete half of one', async () => {
  const { endpoint, accessKeyId, accessKeySecret } = server
  const home = await newHome('program')
  const program = path.join(home, 'print key.sh')
  await writeFile(
    program,
    `#!/bin/sh\necho '${JSON.stringify({ AccessKeyId: accessKeyId, SecretAccessKey: accessKeySecret })}'\n`,
  )
  await chmod(program, 0o755)
  await newHome('program', {
    'settings/bindery/config': `[profile p]\nendpoint = ${endpoint}\ncredential-process = "${program}" now\n[profile broken]\nendpoint = ${endpoint}\ncredential-process = /nowhere/at-all\n`,
  })
  const env = { OSS_ACCESS_KEY_ID: 'LTAIother', OSS_ACCESS_KEY_SECRET: 'other', OSS_SESSION_TOKEN: 'of another key' }
  const listed = await bindery(home, ['ls', '--profile', 'p'], { env })
  assert.match(listed.stdout, /oss:\/\/demo\n/, listed.stderr)
  const broken = await bindery(home, ['ls', '--profile', 'broken'])
  assert.equal(broken.code, 3)
  assert.match(broken.stderr, /\/nowhere\/at-all, which should print a key, failed/)
})

test('explain prints each option of a server, its value and its source, and no secret', async () => {
  const home = await newHome('explain', { 'bindery.json': '{"log": "warn", "reserve": "1GiB"}', secret: 'hidden-word' })
  const file = path.join(home, 'bindery.json')
  const env = {
    BINDERY_PORT: '9100',
    BINDERY_ACCESS_KEY_ID: 'dev',
    BINDERY_ACCESS_KEY_SECRET_FILE: path.join(home, 'secret'),
  }
  const args = ['config', 'explain', './here', '--config', file, '--reserve', '2GiB']
  const { code, stdout } = await bindery(home, args, { env })
  assert.equal(code, 0)
  const lineOf = (name: string) =>
    stdout
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(/ {2,}/)
  assert.deepEqual(lineOf('DIR'), ['DIR', './here', 'DIR'])
  assert.deepEqual(lineOf('--port'), ['--port', '9100', 'BINDERY_PORT'])
  assert.deepEqual(lineOf('--log'), ['--log', 'warn', file])
  assert.deepEqual(lineOf('--reserve'), ['--reserve', '2GiB', '--reserve'])
  assert.deepEqual(lineOf('--region'), ['--region', 'cn-hangzhou', 'default'])
  assert.deepEqual(lineOf('BINDERY_ACCESS_KEY_ID'), ['BINDERY_ACCESS_KEY_ID', 'dev', 'BINDERY_ACCESS_KEY_ID'])
  const secret = 'BINDERY_ACCESS_KEY_SECRET'
  assert.deepEqual(lineOf(secret), [secret, '***', `${secret}_FILE`])
  assert.doesNotMatch(stdout, /hidden-word/)
})

test('explain refuses what serve refuses, and writes JSON', async () => {
  const home = await newHome('explain-json')
  const refused = await bindery(home, ['config', 'explain', '--port', 'many'])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /--port cannot be "many"/)
  const { stdout } = await bindery(home, ['config', 'explain', '--host', '0.0.0.0', '--json'])
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    lines.find(({ option }) => option === '--host'),
    { option: '--host', value: '0.0.0.0', source: { kind: 'flag', name: '--host' } },
  )
  // only this machine may be called where others can connect
  assert.equal(lines.find(({ option }) => option === '--callback-hosts').value, '')
})

test('aliases of mc are profiles that speak S3, from its file and from its variables', async () => {
  const { endpoint, accessKeyId, accessKeySecret } = server
  const alias = { url: endpoint, accessKey: accessKeyId, secretKey: accessKeySecret, api: 'S3v4', path: 'auto' }
  const home = await newHome('mc', { '.mc/config.json': JSON.stringify({ version: '10', aliases: { store: alias } }) })
  const shown = JSON.parse((await bindery(home, ['profile', 'ls', '--json'])).stdout)
  assert.deepEqual([shown.name, shown.dialect, shown.endpoint], ['store', 's3', endpoint])
  const file = path.join(home, 'file')
  await writeFile(file, 'by S3')
  for (const args of [
    ['cp', file, 'store:demo/mc/a'],
    ['ls', 'store:demo/mc/'],
    ['cp', 'store:demo/mc/a', `${file}.back`],
    ['rm', 'store:demo/mc/a'],
  ]) {
    const { code, stderr } = await bindery(home, args)
    assert.equal(code, 0, `${args.join(' ')}: ${stderr}`)
  }
  assert.equal(await readFile(`${file}.back`, 'utf8'), 'by S3')
  await bindery(home, ['cp', file, 'store:demo/mc/file'])
  for (const args of [
    ['hash', file, 'store:demo/mc/file'],
    ['diff', `${file}.folder`, 'store:demo/mc/'],
    ['cp', file, 'store:demo/mc/file', '--overwrite', 'different', '--fail-on-skip'],
  ]) {
    await mkdir(`${file}.folder`, { recursive: true })
    await writeFile(`${file}.folder/file`, 'by S3')
    assert.equal((await bindery(home, args)).code, args.includes('--fail-on-skip') ? 6 : 0, args.join(' '))
    await writeFile(`${file}.folder/file`, 'by s3')
  }
  assert.equal((await bindery(home, ['diff', `${file}.folder`, 'store:demo/mc/'])).code, 6)
  const variable = endpoint.replace('//', `//${accessKeyId}:${encodeURIComponent(accessKeySecret)}@`)
  const listed = await bindery(await newHome('mc-variable'), ['ls', '--profile', 'here'], {
    // aliases that cannot be read are left out
    env: { MC_HOST_here: variable, MC_HOST_broken: 'https://key:50%@host', MC_HOST_text: 'no URL' },
  })
  assert.match(listed.stdout, /oss:\/\/demo\n/, listed.stderr)
  const plain = await bindery(await newHome('mc-flag'), ['ls', '--dialect', 's3'], {
    env: { OSS_ENDPOINT: endpoint, OSS_ACCESS_KEY_ID: accessKeyId, OSS_ACCESS_KEY_SECRET: accessKeySecret },
  })
  assert.match(plain.stdout, /oss:\/\/demo\n/, plain.stderr)
})
