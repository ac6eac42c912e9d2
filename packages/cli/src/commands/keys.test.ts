import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { bindery, binderyWith, send, start } from '../testing/support.js'

const RULE =
  '<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>KMS</SSEAlgorithm></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

async function keysOf(
  folder: string,
): Promise<{ id: string; state: string; isDefault: boolean; versions: number[] }[]> {
  const { code, output } = await bindery('keys', 'list', folder, '--json')
  assert.equal(code, 0, output)
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('a folder has a default key; keys are created, rotated, disabled and enabled', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  const [first] = await keysOf(folder)
  assert.ok(first !== undefined && UUID.test(first.id))
  assert.deepEqual([first.state, first.isDefault, first.versions.length], ['enabled', true, 1])
  const created = await bindery('keys', 'create', folder)
  assert.match(created.output, /^\S{36} {2}enabled {2}1 {2}\S+Z\n$/)
  const id = created.output.slice(0, 36)
  assert.equal((await bindery('keys', 'rotate', id, folder)).code, 0)
  assert.match((await bindery('keys', 'disable', id, folder)).output, / disabled /)
  const [, second] = await keysOf(folder)
  assert.deepEqual([second?.id, second?.state, second?.isDefault, second?.versions.length], [id, 'disabled', false, 2])
  assert.match((await bindery('keys', 'enable', id, folder)).output, / enabled /)
  await server.stop()
})

test('an object is legible nowhere on the disk, and readable after a rotation and a restart', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  const bodies = ['few words to be hidden', 'many words to be hidden '.repeat(20_000)]
  await send(server, 'PUT', '?encryption', RULE)
  for (const [index, body] of bodies.entries()) {
    await send(server, 'PUT', `k${index}`, body)
  }
  const [key] = await keysOf(folder)
  assert.equal((await bindery('keys', 'rotate', key?.id ?? '', folder)).code, 0)
  await server.stop()
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    const bytes = await readFile(join(file.parentPath, file.name))
    for (const text of ['words to be hidden', Buffer.from('few words to be hidden').toString('base64url')]) {
      assert.ok(!bytes.includes(text), file.name)
    }
  }
  const checked = await bindery('fsck', folder, '--bytes')
  assert.equal(checked.code, 0, checked.output)
  const again = await start(t, folder)
  for (const [index, body] of bodies.entries()) {
    assert.equal(await send(again, 'GET', `k${index}`), body)
  }
  await again.stop()
})

test('an unknown action or key, and a missing id, are reported', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  const cases: [args: string[], message: RegExp][] = [
    [['keys'], /keys needs ACTION/],
    [['keys', 'rotat', 'x'], /unknown command keys rotat\. Did you mean keys rotate\?/],
    [['keys', 'rotate'], /keys rotate needs ID/],
    [['keys', 'rotate', 'none', folder], /has no key none/],
  ]
  for (const [args, message] of cases) assert.match((await bindery(...args)).output, message)
  await server.stop()
})

test('with master keys from outside the folder has none, and nothing encrypted opens without them', async (t) => {
  const folder = newFolder(t)
  const env = { BINDERY_MASTER_KEYS: Buffer.alloc(32, 7).toString('base64') }
  const server = await start(t, folder, env)
  await send(server, 'PUT', '?encryption', RULE.replace('KMS', 'AES256'))
  await send(server, 'PUT', 'k', 'hidden')
  assert.equal(await send(server, 'GET', 'k'), 'hidden')
  await server.stop()
  assert.ok(!(await readdir(folder)).includes('master-keys'))
  const without = await start(t, folder)
  await assert.rejects(send(without, 'GET', 'k'))
  await without.stop()
  const again = await start(t, folder, env)
  assert.equal(await send(again, 'GET', 'k'), 'hidden')
  await again.stop()
})

test('after a rewrap the older master keys are needed no more', async (t) => {
  const folder = newFolder(t)
  const [old, next] = [7, 8].map((byte) => Buffer.alloc(32, byte).toString('base64'))
  const withKeys = (...keys: (string | undefined)[]) => ({ BINDERY_MASTER_KEYS: keys.join(',') })
  const server = await start(t, folder, withKeys(old))
  const bodies = { AES256: 'hidden', KMS: 'hidden too' }
  for (const [algorithm, body] of Object.entries(bodies)) {
    await send(server, 'PUT', '?encryption', RULE.replace('KMS', algorithm))
    await send(server, 'PUT', algorithm, body)
  }
  const admin = (...args: string[]) => bindery('admin', ...args, '--dir', folder, '--endpoint', server.endpoint)
  assert.equal((await admin('user', 'create', 'alice')).code, 0)
  const key = await admin('key', 'create', 'alice')
  assert.equal(key.code, 0, key.output)
  assert.notEqual(
    (await binderyWith(withKeys(next, old), 'keys', 'rewrap', folder)).code,
    0,
    'a server uses the folder',
  )
  await server.stop()
  const missing = await binderyWith(withKeys(next), 'keys', 'rewrap', folder)
  assert.match(missing.output, /with a master key that is not given/)
  const rewrapped = await binderyWith(withKeys(next, old), 'keys', 'rewrap', folder)
  assert.deepEqual([rewrapped.code, rewrapped.output], [0, '1 records  1 secrets\n'])
  const again = await start(t, folder, withKeys(next))
  for (const [algorithm, body] of Object.entries(bodies)) assert.equal(await send(again, 'GET', algorithm), body)
  const [, accessKeyId = ''] = /AccessKeyId: +(\w+)/.exec(key.output) ?? []
  const [, accessKeySecret = ''] = /AccessKeySecret: +(\w+)/.exec(key.output) ?? []
  const asAlice = { ...again, accessKeyId, accessKeySecret }
  await assert.rejects(send(asAlice, 'GET', 'AES256'), /AccessDenied/)
  await again.stop()
})

test('a master key is generated, and an older one retired when nothing needs it', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  await send(server, 'PUT', '?encryption', RULE.replace('KMS', 'AES256'))
  await send(server, 'PUT', 'before', 'hidden')
  const masters = async () => (await bindery('keys', 'masters', folder)).output.trimEnd().split('\n')
  const [first = ''] = await masters()
  assert.match(first, /^[0-9a-f]{16} {2}newest {2}file$/)
  const old = first.slice(0, 16)
  assert.notEqual((await bindery('keys', 'generate', folder)).code, 0, 'a server uses the folder')
  await server.stop()
  assert.match((await bindery('keys', 'retire', old, folder)).output, /is the newest master key/)
  const generated = await bindery('keys', 'generate', folder)
  assert.match(generated.output, /^[0-9a-f]{16} {2}newest {2}file\n$/)
  const next = generated.output.slice(0, 16)
  assert.deepEqual(await masters(), [`${next}  newest  file`, `${old}  older  file`])
  const again = await start(t, folder)
  assert.equal(await send(again, 'GET', 'before'), 'hidden')
  await send(again, 'PUT', 'after', 'hidden too')
  await again.stop()
  const retired = await bindery('keys', 'retire', old, folder)
  assert.deepEqual([retired.code, retired.output], [0, '1 records  0 secrets\n'])
  assert.deepEqual(await masters(), [`${next}  newest  file`])
  assert.match((await bindery('keys', 'retire', old, folder)).output, /has no master key/)
  const last = await start(t, folder)
  assert.deepEqual([await send(last, 'GET', 'before'), await send(last, 'GET', 'after')], ['hidden', 'hidden too'])
  await last.stop()
})

test('master keys of the variable are changed where it is set; the file gives way to them', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  await send(server, 'PUT', '?encryption', RULE.replace('KMS', 'SM4'))
  await send(server, 'PUT', 'k', 'hidden')
  await server.stop()
  const [kept = ''] = (await bindery('keys', 'masters', folder)).output.split(' ')
  const outside = { BINDERY_MASTER_KEYS: Buffer.alloc(32, 9).toString('base64') }
  const keys = (...args: string[]) => binderyWith(outside, 'keys', ...args, folder)
  assert.match((await keys('generate')).output, /BINDERY_MASTER_KEYS gives the master keys/)
  const [first = '', second = ''] = (await keys('masters')).output.split('\n')
  assert.match(first, /newest {2}variable$/)
  assert.equal(second, `${kept}  older  file`)
  assert.equal((await keys('retire', kept)).code, 0)
  assert.equal((await keys('masters')).output, `${first}\n`)
  assert.ok(!(await readdir(folder)).includes('master-keys'))
  const again = await start(t, folder, outside)
  assert.equal(await send(again, 'GET', 'k'), 'hidden')
  await again.stop()
})
