// Cycles of load, death and audit on one cluster: clients work through all gateways, while one of them, all of them, the
// database, or the blob store is killed, or a gateway is cut off from the database. Everything that was acknowledged must exist.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../packages/storage/dist/index.js'
import { runStatements } from '../../packages/storage-postgres/dist/testing/postgres-server.js'
import { auditServer } from '../crash/audit.mjs'
import { BUCKET } from '../crash/clients.mjs'
import { startLoad } from '../crash/start-load.mjs'
import { KEPT, prepareVersions } from '../crash/versions.mjs'
import { emptyWorld, replay } from '../crash/world.mjs'
import { auditCluster } from './audit.mjs'
import { startBinderyStore } from './blob-stores.mjs'
import { startWorld } from './world.mjs'

const GATEWAYS = 3
const ACTORS = 6
/** Each death as often as it is listed. */
const DEATHS = ['gateway', 'gateway', 'gateway', 'two', 'all', 'database', 'restart', 'blobs', 'pause', 'sessions']
const PAUSE_MS = 1_500
/** Cycles between two audits of all rows and blobs. */
const AUDIT_EVERY = 10
/** A dead process is declared so after a minute, and its blobs are freed after that. */
const SETTLE_MS = 180_000

/** @typedef {{ death: string, loadMs: number, acknowledged: number, unanswered: number, faults: string[] }} Cycle */

/** A cluster under test, and the knowledge of its clients. */
export class ClusterCrashRun {
  /** @param {{ seed: number }} options */
  constructor({ seed }) {
    this.random = createRandom(seed)
    this.root = mkdtempSync(path.join(tmpdir(), 'bindery-cluster-crash-'))
    this.world = emptyWorld()
    this.cycles = 0
    this.kills = {}
    /** @type {import('../support/start-server.mjs').StartedServer[]} */
    this.gateways = []
  }

  async start() {
    this.store = await startBinderyStore()
    this.cluster = await startWorld({ ...this.store, durable: true })
    await this.startMissing()
    await prepareVersions(this.gateways[0])
  }

  /** One cycle. @returns {Promise<Cycle>} */
  async cycle() {
    this.cycles += 1
    await this.startMissing()
    const death = DEATHS[this.random.below(DEATHS.length)]
    const loadMs = 300 + this.random.below(1_700)
    const ledger = path.join(this.root, `ledger-${this.cycles}`)
    writeFileSync(ledger, '')
    const settings = { servers: this.gateways, seed: this.random.below(2 ** 31), actors: ACTORS, world: this.world }
    const load = await startLoad({ root: this.root, ledger, ...settings })
    await sleep(loadMs)
    await this[death]()
    this.kills[death] = (this.kills[death] ?? 0) + 1
    await load.stop()
    await this.startMissing()
    const { acknowledged, unanswered } = replay(this.world, readFileSync(ledger, 'utf8'))
    const gateway = this.gateways[this.random.below(GATEWAYS)]
    const { faults } = await auditServer(gateway, this.world, (below) => this.random.below(below))
    if (this.cycles % AUDIT_EVERY === 0) faults.push(...(await this.audit(true)))
    return { death, loadMs, acknowledged, unanswered, faults }
  }

  /** Waits until everything that nothing names is freed, and reads every byte. @returns {Promise<string[]>} faults */
  async settle() {
    const end = performance.now() + SETTLE_MS
    for (;;) {
      const { findings, report } = await auditCluster(this.cluster.url, this.store, false)
      if (findings.length > 0) return findings.map((finding) => JSON.stringify(finding))
      const [[graves]] = await runStatements(this.cluster.url, GRAVES)
      const { blobs, blobsNamed, blobsToFree, blobsToRecover } = report.checked
      if (blobsToFree + blobsToRecover === 0 && blobs === blobsNamed) {
        console.log(`settled: ${blobs} blobs, all of them named; ${graves} graves`)
        return this.audit(true)
      }
      if (performance.now() > end) return [`not settled: ${JSON.stringify(report)}`]
      await sleep(5_000)
    }
  }

  async audit(bytes) {
    const { findings } = await auditCluster(this.cluster.url, this.store, bytes)
    return findings.map((finding) => `audit: ${JSON.stringify(finding)}`)
  }

  async remove() {
    await this.cluster?.dispose()
    await this.store?.stop()
    rmSync(this.root, { recursive: true, force: true })
  }

  async gateway() {
    const [gateway] = this.gateways.splice(this.random.below(this.gateways.length), 1)
    await gateway.kill()
  }

  async two() {
    await Promise.all([this.gateway(), this.gateway()])
  }

  async all() {
    await Promise.all(Array.from({ length: GATEWAYS }, () => this.gateway()))
  }

  async database() {
    await this.cluster.postgres.kill()
    // its other processes, which end when they notice, keep a new one from starting
    for (let tries = 0; ; tries += 1) {
      await sleep(300)
      try {
        await this.cluster.postgres.start()
        return
      } catch (error) {
        if (tries === 50) throw error
      }
    }
  }

  async restart() {
    await this.cluster.postgres.stop('fast')
    await this.cluster.postgres.start()
  }

  async blobs() {
    await this.store.killNode()
  }

  /** A gateway stands still for a while, as a machine that swaps. */
  async pause() {
    const { pid } = this.gateways[this.random.below(GATEWAYS)]
    process.kill(pid, 'SIGSTOP')
    await sleep(PAUSE_MS)
    process.kill(pid, 'SIGCONT')
  }

  /** The database ends all connections: answers of commits are lost. */
  async sessions() {
    for (let times = 0; times < 3; times += 1) {
      await runStatements(this.cluster.url, END_ALL)
      await sleep(this.random.below(300))
    }
  }

  async startMissing() {
    const args = ['--buckets', `${BUCKET},${KEPT}`, '--log', 'error']
    while (this.gateways.length < GATEWAYS) this.gateways.push(await this.cluster.startGateway({ args }))
  }
}

const END_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'bindery%'`
const GRAVES = "SELECT count(*) FROM bindery.kv WHERE k >= 'x' AND k < 'y'"
