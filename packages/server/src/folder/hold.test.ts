import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { holdFolder, isBeingCopied } from './hold.js'

test('a folder is held until the last of its holds is released', async (t) => {
  const folder = newFolder(t)
  assert.equal(await isBeingCopied(folder), false)
  const [first, second] = [await holdFolder(folder), await holdFolder(folder)]
  assert.equal(await isBeingCopied(folder), true)
  await first.release()
  assert.equal(await isBeingCopied(folder), true)
  await second.release()
  assert.equal(await isBeingCopied(folder), false)
})

test('a hold ends with its process, however that ends', async (t) => {
  const folder = newFolder(t)
  const module = new URL('./hold.js', import.meta.url).href
  const program = `import { holdFolder } from ${JSON.stringify(module)}
    await holdFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  atEnd(t, () => holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  assert.equal(await isBeingCopied(folder), true)
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  assert.equal(await isBeingCopied(folder), false)
  assert.deepEqual(await readdir(join(folder, 'holds')), [])
})

test('a folder with a long path can be held', async (t) => {
  const folder = newFolder(t, `bindery-hold-${'x'.repeat(120)}-`)
  const hold = await holdFolder(folder)
  assert.equal(await isBeingCopied(folder), true)
  await hold.release()
})
