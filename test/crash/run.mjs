// Cycles of load, death, check and audit on one data folder: clients work on a real server, which is killed. Then the
// folder is checked as it is, the server is started again, and everything that it acknowledged must exist.

import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createRandom } from '../../packages/storage/dist/index.js'
import { startServer } from '../support/start-server.mjs'
import { auditServer } from './audit.mjs'
import { BUCKET } from './clients.mjs'
import { startLoad } from './start-load.mjs'
import { KEPT, prepareVersions } from './versions.mjs'
import { emptyWorld, replay } from './world.mjs'

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/bindery.js', import.meta.url))
const ACTORS = 6

/**
 * System calls at which a process may die, and the number of such calls by one thread after which it dies at the
 * latest.
 */
const CALLS = {
  fdatasync: 30,
  fsync: 5,
  pwrite64: 100,
  pwritev: 10,
  writev: 40,
  write: 300,
  fallocate: 30,
  flock: 10,
  unlink: 3,
  mkdir: 2,
}

/**
 * How a server dies. `group`: all its processes at once. `worker`: one at a time while it serves, then all. `call`: the
 * process that enters the chosen system call for the chosen time, then all.
 * @typedef {{ mode: 'group' | 'worker' | 'call', workers: number, loadMs: number, call?: string, when?: number }} Death
 * @typedef {{ death: Death, acknowledged: number, unanswered: number, died: boolean, bytes: number, faults: string[] }} Cycle
 */

/** Whether system calls can be made to kill on this machine. */
export function canInject() {
  const probe = spawnSync('strace', ['-f', '-o', '/dev/null', '-e', 'trace=getpid', 'true'])
  return probe.status === 0
}

/** A data folder under test, and the knowledge of its clients. */
export class CrashRun {
  /** @param {{ seed: number, inject: boolean }} options */
  constructor({ seed, inject }) {
    this.random = createRandom(seed)
    this.modes = inject ? ['group', 'worker', 'call', 'call'] : ['group', 'worker']
    this.root = mkdtempSync(path.join(tmpdir(), 'bindery-crash-'))
    this.data = path.join(this.root, 'data')
    this.world = emptyWorld()
    this.cycles = 0
    this.acknowledged = 0
  }

  /** One cycle. @returns {Promise<Cycle>} */
  async cycle() {
    this.cycles += 1
    const death = this.chooseDeath()
    const ledger = path.join(this.root, `ledger-${this.cycles}`)
    writeFileSync(ledger, '')
    const died = await this.live(death, ledger)
    const text = readFileSync(ledger, 'utf8')
    const { acknowledged, unanswered } = replay(this.world, text)
    this.acknowledged += acknowledged
    const faults = await this.fsck(this.random.below(4) === 0)
    const server = await this.start({ workers: 1 })
    try {
      const audit = await auditServer(server, this.world, (below) => this.random.below(below))
      return { death, acknowledged, unanswered, died, bytes: audit.bytes, faults: [...faults, ...audit.faults] }
    } finally {
      // Half of the folders end with an orderly stop, half with one more kill.
      if (this.random.below(2) === 0) await server.stop()
      else await server.kill()
    }
  }

  /** Serves until all garbage is freed, stops, and reads every byte. @returns {Promise<string[]>} faults */
  async settle() {
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const server = await this.start({ workers: 1 })
      await sleep(12_000)
      await server.stop()
      const { report, faults } = await this.check(true)
      if (faults.length > 0) return faults
      if (report.checked.blobsToFree + report.checked.blobsToRecover === 0) return this.accountFor(report.checked)
    }
    return ['garbage is left after six passes of the sweeper']
  }

  remove() {
    rmSync(this.root, { recursive: true, force: true })
  }

  chooseDeath() {
    const mode = this.modes[this.random.below(this.modes.length)]
    const calls = Object.keys(CALLS)
    const call = calls[this.random.below(calls.length)]
    return {
      mode,
      workers: mode === 'worker' ? 2 : 1 + this.random.below(2),
      loadMs: 300 + this.random.below(1_700),
      // Most kills come early, because threads differ in how often they make a call.
      ...(mode === 'call' && { call, when: 1 + Math.floor(this.random.fraction() ** 2 * CALLS[call]) }),
    }
  }

  start({ workers, wrapper = [] }) {
    const args = ['--workers', String(workers), '--buckets', `${BUCKET},${KEPT}`, '--log', 'error']
    return startServer({ folder: this.data, args, wrapper, ownGroup: true })
  }

  /** Serves a load until the kill. Returns whether the server died before it was killed. */
  async live(death, ledger) {
    const server = await this.start({ workers: death.workers, wrapper: wrapperOf(death) }).catch((error) => {
      // The chosen call may come before the server is ready.
      if (death.mode !== 'call') throw error
      return undefined
    })
    if (server === undefined || !(await this.prepare(server, death))) return true
    const load = await this.startLoad(server, ledger)
    const lives = death.mode === 'worker' ? 1 + this.random.below(3) : 0
    for (let life = 0; life < lives; life += 1) {
      await sleep(death.loadMs / lives)
      killOneWorker(server.pid, this.random.below(8))
    }
    if (lives === 0) await sleep(death.loadMs)
    const died = !isRunning(server.pid) || server.log().includes('a process has ended')
    await server.kill()
    await load.stop()
    return died
  }

  /** Whether the server lived until it kept versions. */
  async prepare(server, { mode }) {
    try {
      await prepareVersions(server)
      return true
    } catch (error) {
      if (mode !== 'call') throw error
      await server.kill()
      return false
    }
  }

  startLoad(server, ledger) {
    const settings = { servers: [server], seed: this.random.below(2 ** 31), actors: ACTORS, world: this.world }
    return startLoad({ root: this.root, ledger, ...settings })
  }

  async fsck(bytes) {
    // a server that died before it created its folder has promised nothing
    if (this.acknowledged === 0 && !existsSync(path.join(this.data, 'format.json'))) return []
    return (await this.check(bytes)).faults
  }

  async check(bytes) {
    const args = [COMMAND, 'fsck', this.data, '--json', ...(bytes ? ['--bytes'] : [])]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 28 }).catch(
      (error) => error,
    )
    const lines = stdout.trim().split('\n')
    const report = lines.at(-1)?.startsWith('{"findings"') ? JSON.parse(lines.at(-1)) : undefined
    if (report === undefined) return { report, faults: [`fsck could not check: ${stdout}${stderr}`] }
    return { report, faults: lines.slice(0, -1).map((line) => `fsck: ${line}`) }
  }

  /** Every stored blob is named by a record, and the disk usage is little more than their bytes. */
  accountFor({ blobs, blobsNamed, bytes }) {
    const faults = blobs === blobsNamed ? [] : [`${blobs} blobs exist, and ${blobsNamed} are named`]
    // Each blob has a header, a footer and alignment; packs that are being filled are reserved in advance.
    const most = bytes + blobs * 16_384 + 2 ** 20
    const used = diskBytes(path.join(this.data, 'blobs'))
    return used <= most ? faults : [...faults, `blobs of ${bytes} bytes take ${used} on the disk`]
  }
}

function wrapperOf({ mode, call, when }) {
  if (mode !== 'call') return []
  const inject = `inject=${call}:signal=KILL:when=${when}`
  return ['strace', '-f', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject]
}

/** Disk space of the files below a folder, in bytes. */
function diskBytes(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => statSync(path.join(folder, name)))
    .filter((stat) => stat.isFile())
    .reduce((sum, stat) => sum + stat.blocks * 512, 0)
}

function killOneWorker(primary, index) {
  const workers = readdirSync('/proc').filter((pid) => parentOf(pid) === primary)
  const pid = workers[index % workers.length]
  if (pid === undefined) return
  try {
    process.kill(Number(pid), 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error // it died by itself meanwhile: the audit finds what that cost
  }
}

function parentOf(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1])
  } catch {
    return undefined // not a process, or it has just ended
  }
}

function isRunning(pid) {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}
