// The failures of crash runs.

import { setTimeout as sleep } from 'node:timers/promises'
import { runStatements } from '../../packages/storage-postgres/dist/testing/postgres-server.js'
import { canSetClocks } from './clock.mjs'
import { cutAddress, hasPrivateNetwork } from './network.mjs'

const PAUSE_MS = 1_500
/** Longer than the time for which a gateway may answer after it was last confirmed. */
const CUT_MS_LONG = 23_000
/** Longer than the time after which a silent gateway is declared dead. */
const EXILE_MS = 75_000
/** Seconds by which a clock may be wrong so that requests which other clocks have dated are still accepted. */
const CLOCK_OFF_MAX = 800
const RESTARTS_MAX = 50

/**
 * @typedef {object} Death
 * @property {number} often how many times as likely as one that is 1
 * @property {() => boolean} [needs] whether this machine can do it
 * @property {(run: import('./crash-run.mjs').ClusterCrashRun) => Promise<(() => Promise<void>) | void>} strike returns what happens when the load has ended
 */

/** @type {Readonly<Record<string, Death>>} */
export const DEATHS = {
  gateway: { often: 6, strike: (run) => run.kill() },
  two: { often: 2, strike: (run) => together(run, 2) },
  all: { often: 2, strike: (run) => together(run, run.gateways.length) },
  database: { often: 3, strike: killDatabase },
  /** The database ends as its operator ends it, and starts again. */
  restart: {
    often: 2,
    async strike({ cluster }) {
      await cluster.postgres.stop('fast')
      await cluster.postgres.start()
    },
  },
  blobs: { often: 3, strike: async ({ store }) => void (await store.killNode()) },
  /** A gateway stands still for a while, as a machine that swaps. */
  pause: {
    often: 3,
    async strike(run) {
      const { pid } = run.gateways[anySlot(run)]
      process.kill(pid, 'SIGSTOP')
      await sleep(PAUSE_MS)
      process.kill(pid, 'SIGCONT')
    },
  },
  /** The database ends all connections: answers of commits are lost. */
  sessions: {
    often: 3,
    async strike({ cluster, random }) {
      for (let times = 0; times < 3; times += 1) {
        await runStatements(cluster.url, END_ALL)
        await sleep(random.below(300))
      }
    },
  },
  /** Packets between a gateway and both stores disappear. */
  cut: { often: 5, needs: hasPrivateNetwork, strike: (run) => cutFor(run, 500 + run.random.below(4_000)) },
  lease: { often: 1, needs: hasPrivateNetwork, strike: (run) => cutAtRest(run, CUT_MS_LONG) },
  exile: { often: 1, needs: hasPrivateNetwork, strike: (run) => cutAtRest(run, EXILE_MS) },
  /** The clock of a gateway is set, forwards or backwards. */
  clock: {
    often: 4,
    needs: canSetClocks,
    strike: async (run) => run.clocks[anySlot(run)].set(run.random.below(2 * CLOCK_OFF_MAX) - CLOCK_OFF_MAX),
  },
}

const anySlot = (run) => run.random.below(run.gateways.length)

async function together(run, count) {
  await Promise.all(Array.from({ length: count }, () => run.kill()))
}

async function killDatabase({ cluster }) {
  await cluster.postgres.kill()
  // its other processes, which end when they notice, keep a new one from starting
  for (let tries = 0; ; tries += 1) {
    await sleep(300)
    try {
      await cluster.postgres.start()
      return
    } catch (error) {
      if (tries === RESTARTS_MAX) throw error
    }
  }
}

async function cutFor(run, milliseconds) {
  const address = run.addressOf(anySlot(run))
  cutAddress(address, true)
  try {
    await sleep(milliseconds)
  } finally {
    cutAddress(address, false)
  }
}

/** Cuts a gateway off under load, and connects it again long after that has ended. */
async function cutAtRest(run, milliseconds) {
  const address = run.addressOf(anySlot(run))
  cutAddress(address, true)
  await sleep(1_000)
  return async () => {
    await sleep(milliseconds)
    cutAddress(address, false)
  }
}

const END_ALL = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'bindery%'`
