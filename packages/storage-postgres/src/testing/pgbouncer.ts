/** PgBouncer in transaction mode before a test's PostgreSQL. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { postgresUser } from './postgres-server.js'
import { freePort, guarded } from './support.js'

/** A running pooler. Stop it at the end of the test. */
export interface Pooler {
  /** The same database, through the pooler. */
  pooled(url: string): string
  /** Leads to another server from the next transaction on. */
  moveTo(server: number): void
  stop(): Promise<void>
}

const PATHS = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', 'pgbouncer']

/** Why tests that need PgBouncer are skipped on this machine; false where they are not. */
export function withoutPgbouncer(): string | false {
  return programPath() === undefined ? 'no PgBouncer is installed' : false
}

/** Starts a pooler with few connections to the server. */
export async function startPgbouncer(server: number): Promise<Pooler> {
  const program = programPath()
  if (program === undefined) throw new Error('no PgBouncer is installed')
  const folder = mkdtempSync(join(tmpdir(), 'bindery-pgbouncer-'))
  // it refuses to run as root
  const user = process.getuid?.() === 0 ? postgresUser() : undefined
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const port = await freePort()
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(file, configOf(folder, server, port), { mode: 0o644 })
  const child = spawn(program, [file], { stdio: 'ignore', ...user })
  const hasEnded = await guarded({ pid: child.pid, folder })
  for (let tries = 0; !(await isOpen(port)); tries += 1) {
    if (tries === 100 || child.exitCode !== null) throw new Error('PgBouncer does not start')
    await sleep(50)
  }
  return {
    pooled: (url) => url.replace(`:${server}/`, `:${port}/`),
    moveTo(other) {
      writeFileSync(file, configOf(folder, other, port))
      child.kill('SIGHUP')
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
      hasEnded()
    },
  }
}

function configOf(folder: string, server: number, port: number): string {
  return `[databases]
* = host=127.0.0.1 port=${server} user=bindery
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 500
default_pool_size = 8
logfile = ${folder}/log
pidfile = ${folder}/pid
`
}

function programPath(): string | undefined {
  return PATHS.find((path) => {
    try {
      execFileSync(path, ['--version'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
