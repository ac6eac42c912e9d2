import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { atEnd, newFolder } from '../../../../test/support/at-end.mjs'
import { bindery, COMMAND, startWith } from '../testing/support.js'

/** Sends a GET to a Unix domain socket; resolves with the status and the body. */
function getLocally(
  socketPath: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    get({ socketPath, path, headers: { host: '127.0.0.1', ...headers } }, async (answer) =>
      resolve({ status: answer.statusCode, body: await text(answer) }),
    ).on('error', reject)
  })
}

for (const workers of [1, 2]) {
  test(`a server of ${workers} also listens on a Unix domain socket, and trusts its proxies only if an option names them`, async (t) => {
    const folder = newFolder(t)
    const socket = join(folder, 'bindery.sock')
    const flags = ['--socket', socket, '--socket-mode', '600', '--log', 'info', '--buckets', 'photos:public-read']
    const server = await startWith(t, join(folder, 'data'), flags, {}, workers)
    assert.equal(statSync(socket).mode & 0o777, 0o600)
    const forwarded = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' }
    assert.equal((await getLocally(socket, '/photos/a', forwarded)).status, 404)
    assert.equal((await getLocally(socket, '/-/metrics')).status, 403)

    const second = await bindery('serve', join(folder, 'other'), '--port', '0', '--socket', socket)
    assert.match(second.output, /another program listens on .*bindery\.sock/)
    assert.throws(() => statSync(join(folder, 'other')), 'nothing was created for it')

    await server.kill()
    assert.doesNotMatch(server.log(), /203\.0\.113\.7/)
    assert.ok(statSync(socket).isSocket())
    const after = await startWith(t, join(folder, 'data'), [...flags, '--trusted-proxies', 'unix'], {}, workers)
    assert.equal((await getLocally(socket, '/photos/a', forwarded)).status, 404)
    assert.equal(await after.stop(), 0)
    assert.match(after.log(), /"remote":"203\.0\.113\.7"/)
    assert.throws(() => statSync(socket))
  })
}

test('a descriptor gets the line of JSON when the server accepts requests, and is closed for its reader', async (t) => {
  const folder = newFolder(t)
  const args = [COMMAND, 'serve', folder, '--port', '0', '--workers', '2', '--log', 'error', '--ready-fd', '3']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] })
  atEnd(t, () => void child.kill('SIGKILL'))
  const pipe = child.stdio[3]
  assert.ok(pipe !== null && pipe !== undefined && 'read' in pipe)
  // ends although the server and its workers run
  const { endpoint, pid } = JSON.parse(await text(pipe)) as { readonly endpoint: string; readonly pid: number }
  assert.equal(pid, child.pid)
  assert.equal((await fetch(`${endpoint}/-/health/ready`)).status, 200)

  assert.deepEqual(await bindery('serve', folder, '--ready-fd', '99'), {
    code: 1,
    output: 'bindery: --ready-fd names the descriptor 99, but no pipe, socket or file is open there.\n',
  })
})

test('a descriptor that Node.js needs itself, or that is only read, is refused instead of closed', async (t) => {
  const folder = newFolder(t)
  for (let descriptor = 3; descriptor <= 8; descriptor += 1) {
    const args = [COMMAND, 'serve', folder, '--port', '0', '--ready-fd', String(descriptor)]
    const { status, stderr } = spawnSync(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 60_000,
    })
    assert.equal(status, 1, `${descriptor}: ${stderr}`)
    assert.match(String(stderr), new RegExp(`the descriptor ${descriptor},`))
  }
  const file = openSync(COMMAND, 'r')
  atEnd(t, () => closeSync(file))
  const args = [COMMAND, 'serve', folder, '--port', '0', '--ready-fd', '3']
  assert.equal(spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', file] }).status, 1)
})

test('a bucket is created with its ACL, and one that exists keeps its own', async (t) => {
  const folder = newFolder(t)
  const first = await startWith(t, folder, ['--buckets', 'photos:public-read,private-one:private'])
  const statusOf = async (endpoint: string, bucket: string) => (await fetch(`${endpoint}/${bucket}/a`)).status
  assert.equal(await statusOf(first.endpoint, 'photos'), 404)
  assert.equal(await statusOf(first.endpoint, 'private-one'), 403)
  await first.stop()
  const again = await startWith(t, folder, ['--buckets', 'photos,private-one:public-read'])
  assert.equal(await statusOf(again.endpoint, 'photos'), 404)
  assert.equal(await statusOf(again.endpoint, 'private-one'), 403)
  await again.stop()
  for (const wrong of ['photos:public', 'photos:public-read:x', 'photos:', ':private']) {
    const { code, output } = await bindery('serve', folder, '--buckets', wrong)
    assert.equal(code, 1)
    assert.match(output, new RegExp(`--buckets cannot be "${wrong}".*public-read-write.*b-bucket:public-read`))
  }
})

test('no command hangs where the home folder can have no folders, and each reports that', {
  skip: process.platform === 'linux' ? false : 'needs /proc',
}, async () => {
  const run = (...args: readonly string[]) => {
    const env = { PATH: process.env.PATH, HOME: '/proc/nowhere', BINDERY_LANG: 'en' }
    try {
      return execFileSync(process.execPath, [COMMAND, ...args], { env, timeout: 60_000, stdio: 'pipe' }).toString()
    } catch (error) {
      const { stderr, status } = error as { readonly stderr: Buffer; readonly status: number | null }
      return `${status}: ${stderr}`
    }
  }
  assert.match(run('config', 'set', 'region', 'cn-beijing'), /^3: bindery: .*\/proc\/nowhere\/\.config\/bindery/)
  assert.match(run('backup', '/tmp', '/proc/nowhere/backup'), /^[13]: bindery: /)
})

test('a data folder that is deleted while the server starts is reported, or the server runs on', async (t) => {
  for (const wait of [0, 30, 60, 120]) {
    const folder = join(newFolder(t), 'data')
    mkdirSync(folder)
    writeFileSync(join(folder, 'lost+found'), '')
    const args = [COMMAND, 'serve', folder, '--port', '0', '--workers', '1', '--log', 'error', '--json']
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, BINDERY_LANG: 'en' },
    })
    atEnd(t, () => void child.kill('SIGKILL'))
    const errors = text(child.stderr)
    while (child.exitCode === null) {
      try {
        statSync(join(folder, 'lock'))
        break
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
    await new Promise((resolve) => setTimeout(resolve, wait))
    // at once, because the server adds files meanwhile
    renameSync(folder, `${folder}.deleted`)
    rmSync(`${folder}.deleted`, { recursive: true, force: true })
    await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), errors])
    child.kill('SIGTERM')
    const said = await errors
    assert.doesNotMatch(said, /bug in Bindery/)
    if (child.exitCode === 3) assert.match(said, /was deleted while it was being opened/)
  }
})
