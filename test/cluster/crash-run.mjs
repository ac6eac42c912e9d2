// Cycles of load, death and audit on one cluster: clients work through all gateways, while one of them, all of them, the
// database, or the blob store is killed, a gateway is cut off, or its clock is set. Everything that was acknowledged must
// exist.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom, StorageError } from '../../packages/storage/dist/index.js'
import { runStatements } from '../../packages/storage-postgres/dist/testing/postgres-server.js'
import { auditServer } from '../crash/audit.mjs'
import { BUCKET } from '../crash/clients.mjs'
import { startLoad } from '../crash/start-load.mjs'
import { KEPT, prepareVersions } from '../crash/versions.mjs'
import { emptyWorld, replay } from '../crash/world.mjs'
import { guard } from '../support/guard.mjs'
import { auditCluster } from './audit.mjs'
import { startBinderyStore } from './blob-stores.mjs'
import { canSetClocks, createClock } from './clock.mjs'
import { DEATHS } from './deaths.mjs'
import { hasPrivateNetwork } from './network.mjs'
import { startWorld } from './world.mjs'

export const GATEWAYS = 3
const ACTORS = 6
/** Cycles between two audits of all rows and blobs. */
const AUDIT_EVERY = 10
/** A dead process is declared so after a minute, and its blobs are freed after that. */
const SETTLE_MS = 180_000
/** As long as a gateway that was cut off may need until it serves again. */
const READY_MS = 60_000
const AUDIT_TRIES = 5

/** @typedef {{ death: string, loadMs: number, acknowledged: number, unanswered: number, seconds: Record<string, number>, faults: string[] }} Cycle */
/** @typedef {import('../support/start-server.mjs').StartedServer} Gateway */

/** A cluster under test, and the knowledge of its clients. */
export class ClusterCrashRun {
  /**
   * @param {{ seed: number, deaths?: readonly string[], broken?: import('./breaks.mjs').Break }} options `deaths`: only these
   *   happen; `broken`: a break that the run must find
   */
  constructor({ seed, broken, deaths = broken?.deaths }) {
    this.broken = broken
    this.random = createRandom(seed)
    this.root = mkdtempSync(path.join(tmpdir(), 'bindery-cluster-crash-'))
    this.hasEnded = guard({ folder: this.root })
    this.world = emptyWorld()
    this.cycles = 0
    this.kills = {}
    /** Gateways that had been declared dead, and ended. */
    this.fenced = 0
    /** @type {(Gateway | undefined)[]} */
    this.gateways = Array.from({ length: GATEWAYS }, () => undefined)
    const clockOf = (slot) => createClock(path.join(this.root, `clock-${slot}`))
    this.clocks = this.gateways.map((_, slot) => (canSetClocks() ? clockOf(slot) : undefined))
    this.deaths = Object.entries(DEATHS).flatMap(([name, { often, needs }]) =>
      (deaths?.includes(name) ?? needs?.() ?? true) ? Array.from({ length: often }, () => name) : [],
    )
  }

  async start() {
    const host = hasPrivateNetwork() ? '0.0.0.0' : '127.0.0.1'
    this.store = await startBinderyStore({ host })
    this.cluster = await startWorld({ ...this.store, durable: true, host })
    await this.broken?.apply(this.cluster)
    await this.startMissing()
    await prepareVersions(this.gateways[0])
  }

  /** One cycle. @returns {Promise<Cycle>} */
  async cycle() {
    this.cycles += 1
    const seconds = {}
    const timed = async (phase, work) => {
      const began = performance.now()
      const result = await work()
      seconds[phase] = Math.round((performance.now() - began) / 100) / 10
      return result
    }
    const death = this.deaths[this.random.below(this.deaths.length)]
    const loadMs = 300 + this.random.below(1_700)
    const ledger = path.join(this.root, `ledger-${this.cycles}`)
    writeFileSync(ledger, '')
    const settings = { servers: this.gateways, seed: this.random.below(2 ** 31), actors: ACTORS, world: this.world }
    const load = await timed('begin', () => startLoad({ root: this.root, ledger, ...settings }))
    await sleep(loadMs)
    const atRest = await timed('death', () => DEATHS[death].strike(this))
    this.kills[death] = (this.kills[death] ?? 0) + 1
    await timed('drain', () => load.stop())
    await timed('rest', async () => atRest?.())
    await timed('start', () => this.startMissing())
    const { acknowledged, unanswered } = replay(this.world, readFileSync(ledger, 'utf8'))
    const gateway = this.gateways[this.random.below(GATEWAYS)]
    const chance = (below) => this.random.below(below)
    const { faults } = await timed('check', () => auditServer(gateway, this.world, chance))
    if (this.cycles % AUDIT_EVERY === 0) faults.push(...(await timed('audit', () => this.audit(true))))
    return { death, loadMs, acknowledged, unanswered, seconds, faults }
  }

  /** Waits until everything that nothing names is freed, and reads every byte. @returns {Promise<string[]>} faults */
  async settle() {
    const end = performance.now() + SETTLE_MS
    for (;;) {
      const { findings, report } = await this.#findings(false)
      if (findings.length > 0) return findings.map((finding) => JSON.stringify(finding))
      const [[graves, members]] = await runStatements(this.cluster.url, GRAVES)
      const { blobs, blobsNamed, blobsToFree, blobsToRecover } = report.checked
      if (blobsToFree + blobsToRecover === 0 && blobs === blobsNamed) {
        console.log(`settled: ${blobs} blobs, all of them named; ${graves} graves`)
        return this.audit(true)
      }
      if (performance.now() > end)
        return [`not settled: ${members} members, ${graves} graves, ${JSON.stringify(report)}`]
      await sleep(5_000)
    }
  }

  async audit(bytes) {
    const { findings } = await this.#findings(bytes)
    return findings.map((finding) => `audit: ${JSON.stringify(finding)}`)
  }

  /** On a busy machine a store may be silent for longer than the audit waits. */
  async #findings(bytes) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await auditCluster(this.cluster.url, this.store, bytes)
      } catch (error) {
        if (!(error instanceof StorageError && error.kind === 'unavailable') || tries === AUDIT_TRIES) throw error
      }
    }
  }

  async remove() {
    await this.cluster?.dispose()
    await this.store?.stop()
    rmSync(this.root, { recursive: true, force: true })
    this.hasEnded()
  }

  /** Kills a gateway that runs. */
  async kill() {
    const slots = [...this.gateways.keys()].filter((slot) => this.gateways[slot] !== undefined)
    const slot = slots[this.random.below(slots.length)]
    const gateway = this.gateways[slot]
    this.gateways[slot] = undefined
    await gateway.kill()
  }

  /** Where a gateway finds the database and the blob store, in a network of the run's own. */
  addressOf(slot) {
    return hasPrivateNetwork() ? `127.0.1.${slot + 1}` : '127.0.0.1'
  }

  async startMissing() {
    const missing = [...this.gateways.keys()].filter((slot) => this.gateways[slot] === undefined)
    await Promise.all(missing.map((slot) => this.#start(slot)))
    await Promise.all([...this.gateways.keys()].map((slot) => this.#untilReady(slot)))
  }

  /** A gateway that was declared dead has ended, for its operator to start again. */
  async #untilReady(slot) {
    const end = performance.now() + READY_MS
    for (;;) {
      const { endpoint, pid, log } = this.gateways[slot]
      const answer = await fetch(`${endpoint}/-/health/ready`).catch((error) => error)
      if (answer.status === 200) return
      if (!isRunning(pid)) {
        if (!ENDED.test(log())) throw new Error(`a gateway has ended: ${log()}`)
        this.fenced += 1
        await this.#start(slot)
      }
      if (performance.now() > end)
        throw new Error(`a gateway is not ready: ${(await answer.text?.()) ?? answer}\n${log()}`)
      await sleep(100)
    }
  }

  async #start(slot) {
    const there = (url) => url.replace('127.0.0.1', this.addressOf(slot))
    const args = ['--buckets', `${BUCKET},${KEPT}`, '--log', 'error', '--blobs', there(this.store.blobs)]
    const env = { ...this.clocks[slot]?.env, BINDERY_METADATA: there(this.cluster.url) }
    this.gateways[slot] = await this.cluster.startGateway({ args, env })
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The end of a process that was declared dead. */
const ENDED = /another process has ended this session|this process was declared dead/
const GRAVES = `SELECT count(*) FILTER (WHERE k >= 'x' AND k < 'y'), count(*) FILTER (WHERE k >= 'i' AND k < 'j')
  FROM bindery.kv`
