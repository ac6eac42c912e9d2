import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { phpQuoted, shellQuoted, snippets, springQuoted, sqlQuoted } from '@bindery/console/connect'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { bindery, binderyWith, start } from '../testing/support.js'

test('connect lists every client, and suggests the right one for a misspelt name', async () => {
  const { code, output } = await bindery('connect')
  assert.equal(code, 0)
  for (const [name, { title }] of snippets('')) {
    assert.ok(output.split('\n').some((line) => line.startsWith(`  ${name} `) && line.includes(title)))
  }
  assert.deepEqual(await bindery('connect', 'pyton'), {
    code: 1,
    output: 'bindery: unknown client pyton. Did you mean python?\n',
  })
})

test('the guides state how many clients there are, how many are tested, and which are not', () => {
  const clients = [...snippets('').values()]
  const untested = clients.filter((client) => client.untested !== undefined)
  const guide = (name: string) => readFileSync(new URL(`../../../../docs/guides/${name}.md`, import.meta.url), 'utf8')
  assert.match(guide('running'), new RegExp(`programs for ${clients.length} SDKs and tools`))
  const notes = guide('compatibility-notes')
  assert.match(notes, new RegExp(`with ${clients.length - untested.length} of its ${clients.length} clients`))
  const notRun = /Not run, because.*?marks them/s.exec(notes)?.[0].replaceAll('\n', ' ') ?? ''
  const named = /the programs for (.*?): they/.exec(notRun)?.[1]?.split(/, | and /) ?? []
  assert.equal(named.length, untested.length)
  for (const name of named)
    assert.ok(
      untested.some(({ title }) => title.includes(name)),
      name,
    )
})

test('a snippet has the address, region and key of the server that uses the folder, and the requested bucket', async (t) => {
  const folder = newFolder(t)
  assert.match((await bindery('connect', 'node', folder)).output, /no server is running on .*--endpoint URL/)
  const server = await start(t, folder)
  for (const client of ['node', 'curl', 'terraform', 'client']) {
    const { code, output } = await bindery('connect', client, folder, '--bucket', 'my-bucket')
    assert.equal(code, 0, output)
    for (const fact of [server.endpoint, server.accessKeyId, 'my-bucket']) assert.ok(output.includes(fact), client)
    if (client !== 'curl') assert.ok(output.includes(server.accessKeySecret), client)
  }
  const elsewhere = { OSS_ENDPOINT: 'http://127.0.0.1:1', OSS_ACCESS_KEY_ID: 'other', OSS_ACCESS_KEY_SECRET: 'x' }
  const ofFolder = await binderyWith(elsewhere, 'connect', 'node', folder)
  assert.ok(ofFolder.output.includes(server.endpoint), ofFolder.output)
  assert.match((await bindery('connect', 'node', folder, '--bucket', 'B')).output, /--bucket cannot be "B"/)
  assert.equal(await server.stop(), 0)
  assert.match((await bindery('connect', 'node', folder)).output, /no server is running on/)
})

test('a secret with quotes is a literal of its language', () => {
  const secret = `a'b"c\\d$HOME`
  assert.equal(execFileSync('sh', ['-c', `printf %s ${shellQuoted(secret)}`], { encoding: 'utf8' }), secret)
  assert.equal(phpQuoted(secret), String.raw`'a\'b"c\\d$HOME'`)
  assert.equal(sqlQuoted(secret), String.raw`'a''b"c\d$HOME'`)
  assert.equal(springQuoted('a"\x24{b}'), '"a\\"\\\\\x24{b}"')
})
