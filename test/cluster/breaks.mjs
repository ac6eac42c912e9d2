/** Deliberate breaks of invariants in what a cluster stands on. A run of crashes must find each one. */
import { runStatements } from '../../packages/storage-postgres/dist/testing/postgres-server.js'

/**
 * @typedef {object} Break
 * @property {string} invariant
 * @property {string} effect as a sentence
 * @property {readonly string[]} deaths those by which it shows, names of DEATHS
 * @property {(cluster: import('./world.mjs').World) => Promise<unknown>} apply before the first gateway starts
 */

/** @type {Readonly<Record<string, Break>>} */
export const BREAKS = {
  unflushed: {
    invariant: 'D1',
    effect: 'the database answers a commit before its log is written through',
    deaths: ['database'],
    apply: ({ url }) => runStatements(url, 'ALTER DATABASE bindery SET synchronous_commit = off'),
  },
}
