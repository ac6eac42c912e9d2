import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { ADMIN_OPERATIONS } from '@bindery/protocol'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { ADMIN_COMMANDS } from '../admin/commands.js'
import { bindery, send, start } from '../testing/support.js'

const POLICY = JSON.stringify({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: 'oss:GetObject', Resource: 'acs:oss:*:*:demo/a/*' }],
})

test('a user is created with a key and a policy, from the command line', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder)
  await send(server, 'PUT', 'a/1', 'hello')
  const file = join(folder, 'policy')
  await writeFile(file, POLICY)
  const admin = (...args: readonly string[]) => bindery('admin', ...args, '--dir', folder)
  const ok = async (...args: readonly string[]) => {
    const { code, output } = await admin(...args)
    assert.equal(code, 0, output)
    return output
  }
  assert.equal(await ok('user', 'list'), 'None.\n')
  assert.match(
    await ok('user', 'create', 'alice', '--display-name', 'Alice'),
    /UserName: +alice\nDisplayName: +Alice\n/,
  )
  const created = await ok('key', 'create', 'alice')
  assert.match(created, /The secret is shown only this once/)
  const [, accessKeyId = ''] = /AccessKeyId: +(\w+)/.exec(created) ?? []
  const [, accessKeySecret = ''] = /AccessKeySecret: +(\w+)/.exec(created) ?? []
  await ok('policy', 'create', 'reads', file)
  assert.equal(await ok('user', 'attach', 'alice', 'reads'), 'Done.\n')
  await writeFile(file, POLICY.replace('GetObject', 'GetObjekt'))
  const warning = /Warning: no feature of this server needs the action oss:GetObjekt\./
  assert.match(await ok('policy', 'create', 'misspelt', file), warning)
  const alice = { ...server, accessKeyId, accessKeySecret }
  assert.equal(await send(alice, 'GET', 'a/1'), 'hello')
  await assert.rejects(send(alice, 'PUT', 'a/1', 'x'), /AccessDenied/)
  const explained = await ok('explain', 'oss:GetObject', 'demo/a/1', '--user', 'alice', '--json')
  assert.deepEqual(JSON.parse(explained).Reason, {
    Source: 'ramPolicy',
    Policy: 'reads',
    StatementIndex: 0,
    Statement: JSON.parse(POLICY).Statement[0],
  })
  assert.match(await ok('explain', 'oss:PutObject', 'oss://demo/a/1', '--user', 'alice'), /^Decision: +Deny\n/)
  assert.match(await ok('key', 'list', 'alice'), new RegExp(`^AccessKeyId .*\n${accessKeyId} +Active +20`))
  await ok('key', 'disable', 'alice', accessKeyId)
  await assert.rejects(send(alice, 'GET', 'a/1'), /InvalidAccessKeyId/)
  assert.match(await ok('policy', 'list'), /AliyunOSSFullAccess +System[\s\S]*reads +Custom/)
  const refused = await admin('user', 'show', 'bob')
  assert.equal(refused.code, 2)
  assert.match(refused.output, /EntityNotExist\.User: The user bob does not exist\./)
})

test('each process explains a request that another one refused', async (t) => {
  const folder = newFolder(t)
  const server = await start(t, folder, {}, 3)
  const response = await fetch(`${server.endpoint}/demo/hidden`, { headers: { connection: 'close' } })
  const id = response.headers.get('x-oss-request-id') ?? ''
  assert.equal(response.status, 403)
  const explain = (request: string) =>
    bindery('admin', 'explain', '--request', request, '--dir', folder, '--endpoint', server.endpoint, '--json')
  // each is a connection of its own, which the system gives to one of three processes
  for (let one = 0; one < 6; one += 1) {
    const { code, output } = await explain(id)
    assert.equal(code, 0, output)
    const { Decision, Reason, Request } = JSON.parse(output)
    assert.deepEqual([Decision, Reason, Request.Action], ['Deny', { Source: 'acl' }, 'oss:GetObject'])
  }
  const unknown = await explain('0'.repeat(24))
  assert.match(unknown.output, /EntityNotExist\.Request: The server has no record of a refusal of the request 0{24}/)
})

test('a wrong command line is refused with its usage', async (t) => {
  const folder = newFolder(t)
  const faults: (readonly [args: string, expected: RegExp])[] = [
    ['user creat alice', /unknown command admin user creat\. Did you mean admin user create\?/],
    ['user', /an argument is missing\. Usage: bindery admin user create\|list\|show\|/],
    ['explain --user alice', /an argument is missing\. Usage: bindery admin explain \[ACTION\]/],
    ['user create', /an argument is missing\. Usage: bindery admin user create USER \[--display-name TEXT\]/],
    ['user create a b', /unexpected argument b/],
    ['user create a --comment x', /unknown flag --comment\. Did you mean --comments\?/],
    [`policy create p ${folder}/none`, /none cannot be read/],
    [`user list --dir ${folder}`, /no key to sign with/],
  ]
  for (const [args, expected] of faults) {
    const { code, output } = await bindery('admin', ...args.split(' '))
    assert.equal(code, 1, output)
    assert.match(output, expected)
  }
  const { code, output } = await bindery('admin', '--help')
  assert.equal(code, 0)
  for (const { words } of ADMIN_COMMANDS) assert.ok(output.includes(`bindery admin ${words}`))
})

test('every operation of the admin interface has a command', () => {
  const reached = new Set(ADMIN_COMMANDS.map(({ operation }) => operation))
  for (const { name } of ADMIN_OPERATIONS) assert.ok(reached.has(name), name)
})
