import assert from 'node:assert/strict'
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../test/support/at-end.mjs'
import { ownName } from './own-name.js'

test('the command is named as the shell finds it: on the PATH, by npx, or by the path of its launcher', async (t) => {
  const root = await realpath(newFolder(t))
  const place = async (...names: string[]) => {
    const file = join(root, ...names)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, '')
    return file
  }
  const link = async (target: string, ...names: string[]) => {
    await mkdir(join(root, ...names.slice(0, -1)), { recursive: true })
    await symlink(target, join(root, ...names))
  }
  const path = (...folders: string[]) => ({
    PATH: ['/nowhere', ...folders.map((folder) => join(root, folder))].join(':'),
  })

  const clone = await place('my clone', 'packages', 'cli', 'bin', 'bindery.js')
  const launcher = await place('my clone', 'bindery')
  await link(clone, 'my clone', 'node_modules', '.bin', 'bindery')
  const other = await place('other', 'bindery')
  assert.equal(ownName(path('other', 'my clone/node_modules/.bin'), clone, join(root, 'my clone')), './bindery')
  assert.equal(ownName(path(), clone, join(root, 'other')), `'${launcher}'`)
  await link(launcher, 'links', 'bindery')
  assert.equal(ownName(path('links'), clone, root), 'bindery')
  assert.notEqual(ownName({ PATH: dirname(other) }, clone, root), 'bindery')

  const archive = await place('bindery-1', 'node_modules', '@bindery', 'cli', 'bin', 'bindery.js')
  await place('bindery-1', 'bindery')
  assert.equal(ownName(path(), archive, root), './bindery-1/bindery')

  const local = await place('project', 'node_modules', '@bindery', 'cli', 'bin', 'bindery.js')
  await mkdir(join(root, 'project', 'bindery'))
  assert.equal(ownName(path(), local, root), 'npx bindery')
  const global = await place('usr', 'lib', 'node_modules', '@bindery', 'cli', 'bin', 'bindery.js')
  await link(global, 'usr', 'bin', 'bindery')
  assert.equal(ownName(path('usr/bin'), global, root), 'bindery')

  const modules = await place('elsewhere', 'bindery.js')
  assert.equal(ownName({}, modules, root), 'node ./elsewhere/bindery.js')
})
