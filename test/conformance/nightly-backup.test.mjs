// The recipe of a nightly backup, as the guide prints it: only its addresses, paths and keys are those of this machine.

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { guideBlocks } from '../support/guide-blocks.mjs'
import { openServed } from './guides/place.mjs'

test('the nightly backup keeps what was overwritten and deleted, and is restored', async (t) => {
  const { cwd, sh, server, client } = await openServed(t)
  const [setUp, script, compare, restore, rule, ...others] = guideBlocks('nightly').map(({ code }) => code)
  assert.deepEqual(others, [])
  const variables = { HOME: cwd, XDG_CONFIG_HOME: path.join(cwd, 'settings'), XDG_STATE_HOME: path.join(cwd, 'state') }
  const versions = async () => {
    const { objects = [] } = await client('nightly').getBucketVersions({ prefix: 'data/report.xlsx' })
    return objects.map(({ versionId }) => versionId)
  }
  const run = async (code, exit = 0) => {
    const [, oldest = ''] = code.includes('CAEQ…') ? await versions() : []
    const here = code
      .replaceAll('/srv', path.join(cwd, 'srv'))
      .replace('https://oss.example', server.endpoint)
      .replace('LTAI…', server.accessKeyId)
      .replace('CAEQ…', oldest)
    return sh(exit === 0 ? here : `(${here}) || [ $? -eq ${exit} ]`, variables)
  }
  const files = path.join(cwd, 'srv', 'data')
  const write = (name, content) => writeFileSync(path.join(files, name), content)
  mkdirSync(path.join(files, 'cache'), { recursive: true })
  writeFileSync(path.join(cwd, 'secret.txt'), `${server.accessKeySecret}\n`)
  for (const name of ['report.xlsx', 'gone.txt', 'half.tmp', 'cache/page']) write(name, 'first')

  await run(setUp)
  assert.equal(await run(script), '')
  const keys = async () => ((await client('nightly').list({ prefix: 'data/' })).objects ?? []).map(({ name }) => name)
  assert.deepEqual(await keys(), ['data/gone.txt', 'data/report.xlsx'])
  write('report.xlsx', 'other')
  rmSync(path.join(files, 'gone.txt'))
  assert.match(await run(compare, 6), /^! report\.xlsx/m)
  await run(script)
  assert.deepEqual(await keys(), ['data/report.xlsx'])
  assert.match(await run(compare), /1 equal/)

  assert.match(await run(restore), /data\/report\.xlsx {2}\w+/)
  assert.equal(readFileSync(path.join(cwd, 'report.xlsx'), 'utf8'), 'first')
  assert.equal(readFileSync(path.join(cwd, 'srv', 'restored', 'report.xlsx'), 'utf8'), 'other')
  await run(rule)
  const rules = await sh('bindery bucket lifecycle get oss://nightly --profile backup', variables)
  assert.match(rules, /<NoncurrentDays>90<\/NoncurrentDays>/)

  rmSync(files, { recursive: true })
  assert.match(await run(script, 1), /the backup failed with 1/)
  mkdirSync(files)
  assert.match(await run(script, 3), /the backup failed with 3/)
  assert.deepEqual(await keys(), ['data/report.xlsx'])
})
