import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { lockFile } from './lock-file.js'

function lockIn(t: TestContext): string {
  return path.join(newFolder(t, 'bindery-lock-'), 'lock')
}

test('a lock is held once, and free after it was released', async (t) => {
  const file = lockIn(t)
  const release = await lockFile(file)
  assert.equal(await lockFile(file), undefined)
  await release?.()
  const again = await lockFile(file)
  assert.notEqual(again, undefined)
  await release?.()
  assert.equal(await lockFile(file), undefined, 'what released it once cannot release that of another holder')
  await again?.()
  assert.deepEqual(await readdir(path.dirname(file)), [])
})

test('the lock of a process that is gone is taken over, and that of a living one is not', async (t) => {
  const file = lockIn(t)
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
  await new Promise((resolve) => other.once('spawn', resolve))
  await writeFile(file, String(other.pid))
  assert.equal(await lockFile(file), undefined)
  other.stdin.end()
  await new Promise((resolve) => other.once('exit', resolve))
  const release = await lockFile(file)
  assert.notEqual(release, undefined)
  await release?.()
})

test('a lock is taken over where its number is that of another process now, as in a container that was started again', {
  skip: process.platform !== 'linux' && 'only Linux reports when a process began',
}, async (t) => {
  const file = lockIn(t)
  await (await lockFile(file))?.()
  for (const pid of [process.pid, process.ppid]) {
    await writeFile(file, `${pid} 1`)
    const release = await lockFile(file)
    assert.notEqual(release, undefined)
    assert.match(await readFile(file, 'utf8'), new RegExp(`^${process.pid} \\d+ \\S+ pid:`))
    await release?.()
  }
})

test('a lock is taken over where its number is that of a process of another user now, as after a start of the machine', {
  skip: (process.platform !== 'linux' || process.getuid?.() !== 0) && 'only root can become another user',
}, async (t) => {
  const file = lockIn(t)
  await chmod(path.dirname(file), 0o777)
  const stat = await readFile('/proc/1/stat', 'latin1')
  const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  for (const [holder, isTaken] of [
    ['1 1', true],
    [`1 ${began}`, false],
    ['1', false],
  ] as const) {
    await writeFile(file, holder)
    const script = `import { lockFile } from ${JSON.stringify(new URL('./lock-file.js', import.meta.url))}
      process.setgid?.(65534)
      process.setuid?.(65534)
      process.exit((await lockFile(${JSON.stringify(file)})) === undefined ? 1 : 0)`
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    assert.equal(status, isTaken ? 0 : 1, `${holder}: ${stderr}`)
  }
})

test('of many that take over the lock of a process that is gone, one has it', async (t) => {
  const file = lockIn(t)
  await writeFile(file, '99999999')
  const taken = await Promise.all(Array.from({ length: 8 }, () => lockFile(file)))
  assert.equal(taken.filter((one) => one !== undefined).length, 1)
})

/** A process with process numbers of its own, as in a container. It prints whether it has the lock, and holds it until its input ends. */
function elsewhere(t: TestContext, file: string) {
  const script = `import { lockFile } from ${JSON.stringify(new URL('./lock-file.js', import.meta.url))}
    const release = await lockFile(${JSON.stringify(file)})
    console.log(release !== undefined)
    for await (const _ of process.stdin);
    await release?.()`
  const words = ['--pid', '--fork', '--kill-child', process.execPath, '--input-type=module', '-e', script]
  const running = spawn('unshare', words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(running, 'exit')
  atEnd(t, async () => {
    running.kill('SIGKILL')
    await exited
  })
  return {
    has: once(running.stdout, 'data').then(([text]) => String(text).trim() === 'true'),
    kill: () => running.kill('SIGKILL'),
    end: () => running.stdin.end(),
    exited,
  }
}

const hasContainers = process.platform === 'linux' && spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0

test("two containers that share a folder see each other's locks: that of a living one is kept, and that of a killed one is taken over", {
  skip: !hasContainers && 'this machine allows no process numbers of its own',
}, async (t) => {
  const file = lockIn(t)
  const first = elsewhere(t, file)
  assert.equal(await first.has, true)
  assert.match(await readFile(file, 'utf8'), /^1 /)
  const second = elsewhere(t, file)
  assert.equal(await lockFile(file), undefined)
  assert.equal(await second.has, false, 'both have the number 1')
  first.kill()
  await first.exited
  const release = await lockFile(file)
  assert.notEqual(release, undefined)
  await release?.()
  assert.deepEqual(await readdir(path.dirname(file)), [])
})

test('a lock of another place without a sign of life for long is taken over at once', async (t) => {
  const file = lockIn(t)
  await writeFile(file, `${process.pid} 1 elsewhere`)
  const long = new Date(Date.now() - 2 * 3_600_000)
  await utimes(file, long, long)
  const began = performance.now()
  const release = await lockFile(file)
  assert.notEqual(release, undefined)
  assert.ok(performance.now() - began < 5_000)
  await release?.()
})
