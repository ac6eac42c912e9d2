import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { COMMAND } from '../testing/support.js'

interface Starting {
  readonly command: ChildProcess
  output(): string
  /** Its exit code and signal, after the last of its output. */
  readonly closed: Promise<unknown[]>
}

function start(t: TestContext, folder: string): Starting {
  const command = spawn(process.execPath, [COMMAND, 'serve', folder, '--port', '0', '--workers', '2'], {
    env: { ...process.env, BINDERY_LANG: 'en' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  atEnd(t, () => command.kill('SIGKILL'))
  let output = ''
  for (const stream of [command.stdout, command.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return { command, output: () => output, closed: once(command, 'close') }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('a signal while a start waits for another process is obeyed at once', async (t) => {
  const folder = newFolder(t)
  // the socket of a starting process that never claims the folder: a start waits for it
  await mkdir(join(folder, 'lock'))
  const silent = createServer().listen(join(folder, 'lock', 'silent'))
  atEnd(t, () => silent.close())
  const { command, output, closed } = start(t, folder)
  await once(silent, 'connection')
  command.kill('SIGINT')
  assert.deepEqual(await closed, [0, null], output())
  assert.equal(output(), 'Stopped.\n')
  assert.deepEqual(readdirSync(join(folder, 'lock')), ['silent'])
})

for (const name of ['format.json', 'keys.json', 'metadata', 'blobs']) {
  test(`a signal when a start has just made ${name} leaves no lock, no noise, and no key that was not shown`, async (t) => {
    const folder = newFolder(t)
    const { command, output, closed } = start(t, folder)
    while (!existsSync(join(folder, name))) await turn()
    command.kill('SIGTERM')
    assert.deepEqual(await closed, [0, null], output())
    assert.deepEqual(readdirSync(join(folder, 'lock')), [])
    assert.match(output(), /^Stopped\.$/m)
    assert.doesNotMatch(output(), /Error/)
    assert.equal(output().includes('shown once'), existsSync(join(folder, 'keys.json')), output())
  })
}

test('a second signal ends a start at once, as one that was interrupted', async (t) => {
  const { command, closed } = start(t, newFolder(t))
  const isWorker = (pid: string) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker-main')
  let workers: string[] = []
  while (workers.length < 2) {
    const children = readFileSync(`/proc/${command.pid}/task/${command.pid}/children`, 'utf8')
    // before that, the server waits for the system to load its program
    workers = children.split(' ').filter(Boolean).filter(isWorker)
    await turn()
  }
  // workers that never answer
  for (const worker of workers) process.kill(Number(worker), 'SIGSTOP')
  const signals = setInterval(() => command.kill('SIGTERM'), 100)
  const [code] = await once(command, 'exit').finally(() => clearInterval(signals))
  for (const worker of workers) process.kill(Number(worker), 'SIGKILL')
  await closed
  assert.equal(code, 5)
})

test('a signal before the program of a server is loaded ends the process with exit code 0', async (t) => {
  const early = new URL('../../bin/early-signals.js', import.meta.url).href
  const file = join(newFolder(t), 'load.mjs')
  await writeFile(file, `import ${JSON.stringify(early)}; console.log('loading'); setInterval(() => {}, 1e6)`)
  for (const [word, end] of [
    ['serve', [0, null]],
    ['ls', [null, 'SIGTERM']],
  ] as const) {
    const loading = spawn(process.execPath, [file, word], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(loading, 'exit')
    await once(loading.stdout, 'data')
    loading.kill('SIGTERM')
    assert.deepEqual(await exited, end)
  }
})
