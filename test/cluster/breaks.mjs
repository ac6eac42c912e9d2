/** Deliberate breaks of invariants in what a cluster stands on. A run of crashes must find each one. */
import { prepareDatabase } from '../../packages/storage-postgres/dist/index.js'
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
    async apply({ url }) {
      await prepareDatabase(url)
      // the statement of a commit has set more before it calls this
      const unflushed = "PERFORM set_config('synchronous_commit', 'off', true)"
      const admit = 'CREATE OR REPLACE FUNCTION bindery.admit_2(release int) RETURNS void LANGUAGE plpgsql VOLATILE AS'
      await runStatements(url, `${admit} $$ BEGIN ${unflushed}; END $$`)
    },
  },
}
