// `npm run dev [-- FLAGS OF SERVE]`: builds on every change, and restarts one process with the inspector after each
// build without errors. After a build with errors the last good server keeps running.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = createRequire(import.meta.url).resolve('typescript/package.json')
const compiler = path.join(path.dirname(manifest), 'bin', 'tsc')
const command = path.join(root, 'packages', 'cli', 'bin', 'bindery.js')
const NODE_FLAGS = ['--inspect=127.0.0.1:9229', '--enable-source-maps']
const SERVE_FLAGS = ['--workers', '1', '--stop-timeout', '2s']

/** @type {import('node:child_process').ChildProcess | undefined} */
let server
let restarting = Promise.resolve()
let stopping = false

async function stopServer() {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill('SIGTERM')
  await exited
}

async function restart() {
  await stopServer()
  if (stopping) return
  const flags = [...NODE_FLAGS, command, 'serve', ...SERVE_FLAGS, ...process.argv.slice(2)]
  server = spawn(process.execPath, flags, { cwd: root, stdio: 'inherit' })
  server.on('exit', (code) => {
    if (!stopping && code !== 0) console.log('dev: the server ended; it starts again after the next build')
  })
}

const build = spawn(process.execPath, [compiler, '-b', '-w', '--preserveWatchOutput'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
})
createInterface({ input: build.stdout }).on('line', (line) => {
  if (line !== '') console.log(line)
  if (line.includes('Found 0 errors')) restarting = restarting.then(restart)
})
build.on('exit', (code) => {
  if (!stopping) process.exitCode = code ?? 1
})

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    stopping = true
    build.kill()
    await restarting
    await stopServer()
  })
}
