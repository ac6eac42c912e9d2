/** A PostgreSQL of a test's own, on loopback, from the binaries of this machine. */
import { execFile, execFileSync } from 'node:child_process'
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort, guarded } from './support.js'

const run = promisify(execFile)

/** A running server. `dispose` it at the end of the test. */
export interface PostgresServer {
  readonly port: number
  /** The URL of a database, which is created if it does not exist. */
  database(name: string): Promise<string>
  /** Ends the server at once, as a power cut would, or after its sessions. */
  stop(mode?: 'immediate' | 'fast'): Promise<void>
  /** Starts it again. */
  start(): Promise<void>
  /** Ends its main process as `kill -9` does; its other processes end when they notice. */
  kill(): Promise<void>
  /** Stops all its processes, as packets that disappear would. Returns what continues them. */
  pause(): () => void
  /** The text that it has written to its log. */
  log(): string
  /** Starts a copy of the server, for which every commit waits from then on. */
  standby(): Promise<PostgresStandby>
  /** Stops the server and removes its files. */
  dispose(): Promise<void>
}

/** A server that follows another one. */
export interface PostgresStandby extends PostgresServer {
  /** Makes it the primary, which waits for no standby. */
  promote(): Promise<void>
}

/** The folder of initdb and pg_ctl: `BINDERY_TEST_POSTGRES`, Debian's newest, or one of PATH; undefined without any. */
export function postgresBinaries(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = readableNames(debian).sort((a, b) => Number(b) - Number(a))
  const candidates = [
    process.env.BINDERY_TEST_POSTGRES ?? '',
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ]
  return candidates.find(
    (folder) => folder !== '' && ['initdb', 'pg_ctl'].every((name) => isProgram(join(folder, name))),
  )
}

/** Why tests that need PostgreSQL are skipped on this machine; false where they are not. */
export function withoutPostgres(): string | false {
  if (postgresBinaries() === undefined) return 'no PostgreSQL is installed (initdb, pg_ctl)'
  return process.getuid?.() === 0 && postgresUser() === undefined
    ? 'PostgreSQL does not run as root, and there is no user postgres'
    : false
}

/**
 * `durable`: with the settings of a real server; otherwise it writes nothing through, and is as fast as it can be.
 * `host`: the address where it listens.
 */
export async function startPostgres({ durable = false, host = LOOPBACK } = {}): Promise<PostgresServer> {
  const place = await newPlace({ durable, host })
  await place.call('initdb', '-D', place.data, '-U', 'bindery', '--auth=trust', '-E', 'UTF8', '--locale=C', '-N', '-k')
  const server = serverIn(place)
  await server.start()
  return server
}

interface Place {
  readonly folder: string
  readonly data: string
  readonly port: number
  readonly durable: boolean
  readonly host: string
  /** Runs a program of PostgreSQL, which refuses to run as root. */
  readonly call: (program: string, ...input: string[]) => Promise<unknown>
  /** To be called when nothing of it is left. */
  readonly hasEnded: () => void
}

const LOOPBACK = '127.0.0.1'

async function newPlace(settings: Pick<Place, 'durable' | 'host'>): Promise<Place> {
  const binaries = postgresBinaries()
  if (binaries === undefined) throw new Error('no PostgreSQL is installed')
  const user = process.getuid?.() === 0 ? postgresUser() : undefined
  const folder = mkdtempSync(join(tmpdir(), 'bindery-postgres-'))
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const call = (program: string, ...input: string[]) => run(join(binaries, program), input, { cwd: folder, ...user })
  const data = join(folder, 'data')
  const hasEnded = await guarded({ pidFiles: join(data, 'postmaster.pid'), signal: 'QUIT', folder })
  return { folder, data, port: await freePort(), ...settings, call, hasEnded }
}

function serverIn(place: Place): PostgresServer {
  const { folder, data, port, durable, host, call, hasEnded } = place
  const settings = durable ? [] : ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off']
  const options = [
    `port=${port}`,
    `unix_socket_directories=${folder}`,
    `listen_addresses=${host}`,
    'max_connections=200',
  ]
  const stop = async (mode: 'immediate' | 'fast' = 'fast'): Promise<void> => {
    await call('pg_ctl', '-D', data, '-m', mode, '-w', 'stop')
  }
  return {
    port,
    async database(name) {
      await call('createdb', '-h', '127.0.0.1', '-p', String(port), '-U', 'bindery', name).catch((error) => {
        if (!String(error).includes('already exists')) throw error
      })
      return `postgres://bindery@127.0.0.1:${port}/${name}`
    },
    async start() {
      const switches = [...options, ...settings].map((setting) => `-c ${setting}`).join(' ')
      await call('pg_ctl', '-D', data, '-l', join(folder, 'log'), '-w', '-t', '120', '-o', switches, 'start')
    },
    stop,
    async kill() {
      const [pid] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
      process.kill(Number(pid), 'SIGKILL')
    },
    pause() {
      const [main = ''] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
      const signal = (pids: readonly string[], name: 'SIGSTOP' | 'SIGCONT') => {
        for (const pid of pids) process.kill(Number(pid), name)
      }
      // first and last the main process: while it stands still, it starts no other, and the number of one that ends stays taken
      signal([main], 'SIGSTOP')
      try {
        const children = execFileSync('pgrep', ['-P', main], { encoding: 'utf8' }).trim().split('\n')
        signal(children, 'SIGSTOP')
        return () => signal([...children, main], 'SIGCONT')
      } catch (error) {
        signal([main], 'SIGCONT')
        throw error
      }
    },
    log: () => readFileSync(join(folder, 'log'), 'utf8'),
    standby: () => standbyOf(port, durable),
    async dispose() {
      await stop('immediate').catch(() => {})
      rmSync(folder, { recursive: true, force: true })
      hasEnded()
    },
  }
}

async function standbyOf(primary: number, durable: boolean): Promise<PostgresStandby> {
  const place = await newPlace({ durable, host: LOOPBACK })
  const { data, call } = place
  await call('pg_basebackup', '-h', '127.0.0.1', '-p', String(primary), '-U', 'bindery', '-D', data, '-R', '-c', 'fast')
  const server = serverIn(place)
  await server.start()
  const url = `postgres://bindery@127.0.0.1:${primary}/postgres`
  await runStatements(url, "ALTER SYSTEM SET synchronous_standby_names = '*'")
  await runStatements(url, 'SELECT pg_reload_conf()')
  for (let state: unknown; state !== 'sync'; ) {
    await sleep(50)
    const [[found] = []] = await runStatements(url, 'SELECT sync_state FROM pg_stat_replication')
    state = found
  }
  return {
    ...server,
    async promote() {
      await call('pg_ctl', '-D', data, '-w', 'promote')
    },
  }
}

/** Runs statements on a connection of their own; the rows of the last one. */
export async function runStatements(url: string, text: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const result = await client.query<unknown[]>({ text, rowMode: 'array' })
    return result.rows
  } finally {
    await client.end()
  }
}

/** The user as which programs of PostgreSQL run where tests run as root; undefined if it does not exist. */
export function postgresUser(): { uid: number; gid: number } | undefined {
  try {
    const idOf = (flag: string) =>
      Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }))
    return { uid: idOf('-u'), gid: idOf('-g') }
  } catch {
    return undefined
  }
}

function readableNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
