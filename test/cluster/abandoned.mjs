// Starts a cluster whose standby stands still, prints what it has started, and waits until it is ended. See guard.test.mjs.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runStatements } from '../../packages/storage-postgres/dist/testing/postgres-server.js'
import { startBinderyStore } from './blob-stores.mjs'
import { startWorld } from './world.mjs'

const store = await startBinderyStore()
const world = await startWorld({ ...store, standby: true })
const gateway = await world.startGateway()
const databases = [world.postgres, world.follower].map(async ({ port }) => {
  const [[data]] = await runStatements(`postgres://bindery@127.0.0.1:${port}/postgres`, 'SHOW data_directory')
  return { folder: dirname(data), pid: Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]) }
})
const started = [...(await Promise.all(databases)), gateway]
world.follower.pause()
console.log(JSON.stringify({ pids: started.map(({ pid }) => pid), folders: started.map(({ folder }) => folder) }))
setInterval(() => {}, 60_000)
