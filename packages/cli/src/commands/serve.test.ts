import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { stat, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { COMMAND } from '../testing/support.js'

interface Server {
  readonly endpoint: string
  readonly folder: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly pid: number
  log(): string
  stop(): Promise<number | null>
  kill(): Promise<void>
  restart(): Promise<Server>
}

interface StartOptions {
  readonly folder?: string
  readonly port?: number
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const support = new URL('../../../../test/support/start-server.mjs', import.meta.url)
const { startServer } = (await import(support.href)) as { startServer(options: StartOptions): Promise<Server> }

/** A new server, killed at the end of the test if it still runs. */
async function start(t: TestContext, options: StartOptions = {}): Promise<Server> {
  const folder = options.folder ?? newFolder(t)
  const server = await startServer({ ...options, folder })
  atEnd(t, () => server.kill())
  return server
}

/** The error output and exit code of a start that fails. */
async function failure(options: StartOptions): Promise<{ message: string; exitCode: number }> {
  return await startServer(options).then(
    async (server) => {
      await server.kill()
      throw new Error('the server started')
    },
    (error) => error,
  )
}

interface Response {
  readonly status: number
  readonly body: string
}

/** A request signed with V1; `sent` writes the body, which the server reads once `isRead` has resolved. */
function begin(server: Server, method: string, path: string, bodyBytes: number) {
  const date = new Date().toUTCString()
  const signature = createHmac('sha1', server.accessKeySecret)
    .update(`${method}\n\n\n${date}\n${path}`)
    .digest('base64')
  const headers = {
    Date: date,
    Authorization: `OSS ${server.accessKeyId}:${signature}`,
    'Content-Length': bodyBytes,
    ...(bodyBytes > 0 ? { Expect: '100-continue' } : {}),
  }
  const sent = request(new URL(path, server.endpoint), { method, headers, agent: false })
  const isRead = new Promise<void>((resolve) => sent.on('continue', resolve))
  const response = new Promise<Response>((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', (incoming) => {
      let body = ''
      incoming.setEncoding('latin1').on('data', (text) => {
        body += text
      })
      incoming.on('error', reject)
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body }))
    })
  })
  return { sent, response, isRead }
}

async function call(server: Server, method: string, path: string, body = ''): Promise<Response> {
  const { sent, response } = begin(server, method, path, body.length)
  sent.end(body)
  return await response
}

/** Resolves when a server accepts no connection any more. */
async function isClosed(server: Server): Promise<void> {
  for (let code: unknown; code !== 'ECONNREFUSED'; ) {
    code = await call(server, 'GET', '/demo/k').then(
      () => undefined,
      (error) => error.code,
    )
  }
}

function childrenOf({ pid }: Server): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
}

const moment = () => new Promise((resolve) => setTimeout(resolve, 200))

test('a first start creates a key that only its owner can read, and a second start uses it without printing it', async (t) => {
  const first = await start(t, { args: ['--workers', '1', '--buckets', 'demo'] })
  const file = join(first.folder, 'keys.json')
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.equal((await call(first, 'PUT', '/demo/k', 'hello')).status, 200)
  const second = await first.restart()
  atEnd(t, () => second.kill())
  assert.equal(second.accessKeySecret, first.accessKeySecret)
  assert.deepEqual(await call(second, 'GET', '/demo/k'), { status: 200, body: 'hello' })
  assert.ok(!`${first.log()}${second.log()}`.includes(first.accessKeySecret))
})

test('a key and buckets from the environment are used and not stored', async (t) => {
  const env = {
    BINDERY_ACCESS_KEY_ID: 'me',
    BINDERY_ACCESS_KEY_SECRET: 'secret',
    BINDERY_BUCKETS: 'one-bucket,two-bucket',
  }
  const server = await start(t, { env, args: ['--workers', '1'] })
  assert.equal(server.accessKeyId, 'me')
  assert.equal((await call(server, 'PUT', '/two-bucket/k', 'x')).status, 200)
  await assert.rejects(stat(join(server.folder, 'keys.json')), { code: 'ENOENT' })
})

for (const workers of ['1', '2']) {
  const args = ['--workers', workers, '--buckets', 'demo']

  test(`with --workers ${workers}, SIGTERM lets a running part complete, and the exit code is 0`, async (t) => {
    const server = await start(t, { args })
    const { sent, response, isRead } = begin(server, 'PUT', '/demo/k', 6)
    await isRead
    sent.write('abc')
    const stopped = server.stop()
    await isClosed(server)
    sent.end('def')
    assert.equal((await response).status, 200)
    assert.equal(await stopped, 0)
    const again = await start(t, { folder: server.folder, args })
    assert.deepEqual(await call(again, 'GET', '/demo/k'), { status: 200, body: 'abcdef' })
  })

  test(`with --workers ${workers}, a second signal aborts running requests, and the exit code shows it`, async (t) => {
    const server = await start(t, { args })
    const { sent, response, isRead } = begin(server, 'PUT', '/demo/k', 6)
    response.catch(() => {})
    await isRead
    sent.write('abc')
    const stopped = server.stop()
    await isClosed(server)
    process.kill(server.pid, 'SIGINT')
    assert.equal(await stopped, 5)
    await assert.rejects(response)
  })

  test(`with --workers ${workers}, everything acknowledged before a SIGKILL exists after it`, async (t) => {
    const server = await start(t, { args })
    assert.equal((await call(server, 'PUT', '/demo/k', 'x'.repeat(200_000))).status, 200)
    await server.kill()
    const again = await server.restart()
    atEnd(t, () => again.kill())
    assert.equal((await call(again, 'GET', '/demo/k')).body.length, 200_000)
  })

  test(`with --workers ${workers}, the health pages need no signature`, async (t) => {
    const server = await start(t, { args })
    for (const page of ['live', 'ready']) {
      const response = await fetch(`${server.endpoint}/-/health/${page}`)
      assert.deepEqual([response.status, await response.text()], [200, '{"status":"ok"}\n'])
    }
  })
}

test('a killed worker is replaced, and the others serve meanwhile', async (t) => {
  const server = await start(t, { args: ['--workers', '2', '--buckets', 'demo'] })
  assert.equal((await call(server, 'PUT', '/demo/k', 'hello')).status, 200)
  const before = childrenOf(server)
  process.kill(Number(before[0]), 'SIGKILL')
  while (childrenOf(server).length < 2 || childrenOf(server).includes(Number(before[0]))) {
    const response = await call(server, 'GET', '/demo/k').catch(() => undefined)
    if (response !== undefined) assert.deepEqual(response, { status: 200, body: 'hello' })
  }
  process.kill(Number(before[1]), 'SIGKILL')
  while (childrenOf(server).length < 2 || childrenOf(server).includes(Number(before[1]))) await moment()
  for (let index = 0; index < 10; index += 1) {
    assert.equal((await call(server, 'PUT', `/demo/k${index}`, 'hello')).status, 200)
  }
  assert.equal(await server.stop(), 0)
})

test('a server whose workers keep being killed ends all of them, and reports why', async (t) => {
  const server = await start(t, { args: ['--workers', '2'] })
  let last: number | undefined
  for (let killed = 0; killed < 6; ) {
    const [pid, other] = childrenOf(server)
    // one that has just been killed may still be listed
    if (pid !== undefined && other !== undefined && pid !== last) {
      process.kill(pid, 'SIGKILL')
      last = pid
      killed += 1
    }
    await moment()
  }
  while (!server.log().includes('keep exiting (6 times')) await moment()
  assert.equal(await server.stop(), 3)
})

test('a port in use is reported with an alternative', async (t) => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  atEnd(t, () => taken.close())
  const { port } = taken.address() as { port: number }
  for (const workers of ['1', '2']) {
    const { message, exitCode } = await failure({ folder: newFolder(t), port, args: ['--workers', workers] })
    assert.match(message, new RegExp(`port ${port} of 127\\.0\\.0\\.1 is in use.*--port ${port + 1}`))
    assert.equal(exitCode, 3)
  }
})

test('a folder in use is refused with the pid of its user', async (t) => {
  const server = await start(t, { args: ['--workers', '2'] })
  const { message, exitCode } = await failure({ folder: server.folder })
  assert.match(message, new RegExp(`is in use by process ${server.pid}\\. Stop it first`))
  assert.equal(exitCode, 3)
})

test('a folder of a newer format is refused with advice', async (t) => {
  const folder = newFolder(t)
  await writeFile(join(folder, 'format.json'), '{"format":99}')
  const { message, exitCode } = await failure({ folder })
  assert.match(message, /written by a newer Bindery \(format 99; this version reads up to 1\)\. Update Bindery/)
  assert.equal(exitCode, 3)
})

test('a folder of an unreleased layout is refused with what to do', async (t) => {
  const folder = newFolder(t)
  await writeFile(join(folder, 'format.json'), '{"format":1}\n')
  const { message, exitCode } = await failure({ folder })
  assert.match(
    message,
    /written by a development build of Bindery .*\(layout 1; this build reads layout 2\)\. Name a new folder/,
  )
  assert.equal(exitCode, 3)
})

test('a wrong flag or variable is refused with the right one, in the language of the environment', async (t) => {
  const folder = newFolder(t)
  const flag = await failure({ folder, args: ['--worker', '1'] })
  assert.match(flag.message, /unknown flag --worker\. Did you mean --workers\?/)
  assert.equal(flag.exitCode, 1)
  const variable = await failure({ folder, env: { BINDERY_PROT: '1', BINDERY_LANG: 'zh' } })
  assert.match(variable.message, /未知的环境变量 BINDERY_PROT。是不是 BINDERY_PORT？/)
})

test('a folder that is a link to nothing, or that the system forbids, is refused with what to do', async (t) => {
  const folder = newFolder(t)
  await symlink(join(folder, 'volume'), join(folder, 'link'))
  for (const name of ['link', 'link/deep/er']) {
    const { message, exitCode } = await failure({ folder: join(folder, name) })
    assert.match(message, /link is a link to .*volume, which does not exist\. If that is a volume, mount it first/)
    assert.equal(exitCode, 3)
  }
  const { message, exitCode } = await failure({ folder: '/proc/bindery' })
  assert.match(message, /this user cannot write to \/proc\/bindery/)
  assert.equal(exitCode, 3)
})

test('signals at any moment of a stop, to the process and to its group, change neither its exit code nor its log', async (t) => {
  for (let round = 0; round < 3; round += 1) {
    const command = spawn(process.execPath, [COMMAND, 'serve', newFolder(t), '--port', '0', '--workers', '2'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const ready = new Promise<void>((resolve) => {
      for (const stream of [command.stdout, command.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text
          if (output.includes('AccessKey ID')) resolve()
        })
      }
    })
    const exited = once(command, 'exit')
    const early = await Promise.race([ready, exited])
    assert.equal(early, undefined, `it ended before it was ready: ${early}\n${output}`)
    const pid = command.pid ?? 0
    process.kill(pid, 'SIGTERM')
    const more = setInterval(() => {
      if (command.exitCode === null && command.signalCode === null) process.kill(-pid, 'SIGTERM')
    }, 2)
    assert.deepEqual(await exited.finally(() => clearInterval(more)), [0, null], output)
    assert.doesNotMatch(output, /an error was not caught/)
  }
})

test('the command runs through links, from any folder', async (t) => {
  const folder = newFolder(t)
  await symlink(fileURLToPath(new URL('../../../../bindery', import.meta.url)), join(folder, 'first'))
  await symlink('first', join(folder, 'bindery'))
  const { stdout } = await promisify(execFile)(join(folder, 'bindery'), ['version'], { cwd: folder })
  assert.match(stdout, /^\d+\.\d+\.\d+/)
})

test('SIGTERM to npm start ends the server', async (t) => {
  const root = fileURLToPath(new URL('../../../../', import.meta.url))
  const npm = spawn('npm', ['--ignore-scripts', 'start', '--', newFolder(t), '--port', '0', '--workers', '1'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const endpoint = await new Promise<string>((resolve) => {
    let output = ''
    npm.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]
      if (found !== undefined && output.includes('AccessKey ID')) resolve(found)
    })
  })
  assert.equal((await fetch(`${endpoint}/-/health/live`)).status, 200)
  // the server holds the pipe too: it has ended when the pipe closes
  const ended = once(npm, 'close')
  npm.kill('SIGTERM')
  await ended
  await assert.rejects(fetch(`${endpoint}/-/health/live`))
})

test('a server that npx or a script runs ends with the shell that npm put in between', async (t) => {
  const folder = newFolder(t)
  // the shell waits, because a command follows
  const shell = spawn('sh', ['-c', `"${process.execPath}" "${COMMAND}" serve "${folder}" --port 0 --json; true`], {
    env: { ...process.env, npm_lifecycle_event: 'npx', npm_lifecycle_script: "'bindery'" },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [line] = await once(createInterface({ input: shell.stdout }), 'line')
  const { endpoint } = JSON.parse(line)
  // the server holds the pipe too: it has ended when the pipe closes
  const ended = once(shell, 'close')
  shell.kill('SIGTERM')
  await ended
  await assert.rejects(fetch(`${endpoint}/-/health/live`))
})

test('SIGUSR2 switches the log of every process to debug and back, and SIGHUP stops no daemon', async (t) => {
  const server = await start(t, { args: ['--workers', '2', '--log', 'warn'] })
  const lines = () => server.log().split('\n').length
  const refuse = async () => {
    for (let n = 0; n < 8; n += 1) await fetch(`${server.endpoint}/no-such-bucket/x`, { keepalive: false })
  }
  await refuse()
  assert.equal(server.log(), '')
  process.kill(server.pid, 'SIGUSR2')
  while (!server.log().includes('the log level was changed')) await moment()
  await refuse()
  while (lines() < 10) await moment()
  assert.match(server.log(), /"level":30.*NoSuchBucket/)
  process.kill(server.pid, 'SIGHUP')
  process.kill(server.pid, 'SIGUSR2')
  while (!/"level":40,.*"level":"warn"/.test(server.log())) await moment()
  const before = lines()
  await refuse()
  assert.equal(lines(), before)
  assert.equal(await server.stop(), 0)
})

test('a start that fails because its certificate is missing leaves no new folder', async (t) => {
  const folder = join(newFolder(t), 'new')
  const { message, exitCode } = await failure({
    folder,
    args: ['--tls-cert', '/nothing.crt', '--tls-key', '/nothing.key'],
  })
  assert.match(message, /nothing\.crt/)
  assert.equal(exitCode, 3)
  await assert.rejects(stat(folder), { code: 'ENOENT' })
})

test('a start that fails because the port is taken leaves no new folder', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  atEnd(t, () => other.close())
  const folder = join(newFolder(t), 'new')
  const { port } = other.address() as AddressInfo
  assert.match((await failure({ folder, port })).message, /is in use, perhaps by another Bindery/)
  await assert.rejects(stat(folder), { code: 'ENOENT' })
})
