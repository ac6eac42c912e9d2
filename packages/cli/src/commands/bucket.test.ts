import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { startShared } from '../testing/shared.js'

const { folder, bindery, succeed } = await startShared()

test('documents of a bucket are set as XML or JSON, read in the same form, and deleted', async () => {
  const rule =
    '<Rule><ID>a</ID><Prefix>tmp/</Prefix><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule>'
  await writeFile(path.join(folder, 'rules.xml'), `<LifecycleConfiguration>${rule}</LifecycleConfiguration>`)
  assert.equal(
    await succeed(['bucket', 'lifecycle', 'set', 'oss://demo', path.join(folder, 'rules.xml')]),
    'Changed lifecycle of oss://demo.\n',
  )
  const xml = await succeed(['bucket', 'lifecycle', 'get', 'oss://demo'])
  assert.match(xml, /^ {4}<ID>a<\/ID>$/m)
  const json = await succeed(['bucket', 'lifecycle', 'get', 'oss://demo', '--json'])
  assert.deepEqual(JSON.parse(json), {
    rules: [{ id: 'a', prefix: 'tmp/', status: 'Enabled', expiration: { days: 3 } }],
  })
  for (const form of [xml, json]) {
    await succeed(['bucket', 'lifecycle', 'rm', 'oss://demo'])
    assert.equal((await bindery(['bucket', 'lifecycle', 'get', 'oss://demo'])).code, 2)
    await succeed(['bucket', 'lifecycle', 'set', 'oss://demo', '-'], form)
    assert.equal(await succeed(['bucket', 'lifecycle', 'get', 'oss://demo', '--json']), json)
  }
})

test('every document that a bucket has is set again as it is read', async () => {
  const listed = (await succeed(['bucket'])).trimEnd().split('\n')
  assert.ok(listed.length >= 20, listed.join(', '))
  for (const line of listed) {
    const [, name = '', actions = ''] = /^(\S+) +(.+)$/.exec(line) ?? []
    if (!actions.includes('set') || name === 'acl') continue
    const read = await bindery(['bucket', name, 'get', 'oss://demo', '--json'])
    if (read.code !== 0 || read.stdout === '{}\n') continue
    const set = await bindery(['bucket', name, 'set', 'oss://demo', '-'], read.stdout)
    assert.ok(set.code === 0 || /^bindery: the server refused/.test(set.stderr), `${name}: ${set.stderr}`)
  }
})

test('a setting that is a header takes its value, and what does not exist is refused', async () => {
  await succeed(['bucket', 'acl', 'set', 'oss://demo', 'public-read'])
  assert.match(await succeed(['bucket', 'acl', 'get', 'oss://demo']), /<Grant>public-read<\/Grant>/)
  await succeed(['bucket', 'acl', 'set', 'oss://demo', 'private'])
  for (const [args, message] of [
    [['bucket', 'acl', 'set', 'oss://demo'], /needs ACL/],
    [['bucket', 'lifecyle', 'get', 'oss://demo'], /Did you mean bucket lifecycle/],
    [['bucket', 'acl', 'rm', 'oss://demo'], /Did you mean bucket acl get\|set/],
    [['bucket', 'cors', 'set', 'oss://demo', '/nowhere'], /nowhere cannot be read/],
    [['bucket', 'cors', 'get', 'oss://demo/key'], /it needs oss:\/\/BUCKET/],
  ] as const) {
    const { code, stderr } = await bindery(args)
    assert.equal(code, 1, stderr)
    assert.match(stderr, message)
  }
})
