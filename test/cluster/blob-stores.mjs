/** S3 stores for the tests and demonstrations of clusters: Bindery itself, and Ceph where it is installed. */
import { execFile, execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { parseS3Place } from '../../packages/storage-s3/dist/index.js'
import { S3Client } from '../../packages/storage-s3/dist/s3-client.js'
import { freePort } from '../support/free-port.mjs'
import { guard } from '../support/guard.mjs'
import { startServer } from '../support/start-server.mjs'

const run = promisify(execFile)

/**
 * @typedef {object} StartedStore
 * @property {string} name
 * @property {string} blobs the URL for `--blobs`
 * @property {Readonly<Record<string, string>>} env the key of the bucket as variables of a gateway
 * @property {() => Promise<string>} killNode ends a node of the store as `kill -9` does; resolves with a sentence about it
 * @property {() => Promise<void>} stop
 */

const keyOf = ({ accessKeyId, accessKeySecret }) => ({
  BINDERY_BLOBS_ACCESS_KEY_ID: accessKeyId,
  BINDERY_BLOBS_ACCESS_KEY_SECRET: accessKeySecret,
})

/**
 * Another Bindery, whose only process is killed and started again. `host`: where it listens.
 * @returns {Promise<StartedStore>}
 */
export async function startBinderyStore({ host = '127.0.0.1' } = {}) {
  let store = await startServer({ args: ['--workers', '1', '--host', host, '--buckets', 'blobs'] })
  const { folder } = store
  const hasEnded = guard({ folder })
  const port = Number(new URL(store.endpoint).port)
  async function withoutNode(work) {
    await store.kill()
    try {
      return await work()
    } finally {
      store = await startServer({ folder, port, args: ['--workers', '1', '--host', host] })
    }
  }
  return {
    name: 'one Bindery',
    blobs: `s3://blobs/cluster?endpoint=http://127.0.0.1:${port}&part=5MiB`,
    env: keyOf(store),
    async killNode() {
      await withoutNode(() => sleep(500))
      return 'The blob store was killed with SIGKILL, and started again after half a second.'
    },
    /** Killed, and started again when `work` has ended. Resolves with what it resolves with. */
    withoutNode,
    /** Stands still until the function that this resolves with is called. */
    async pauseNode() {
      process.kill(store.pid, 'SIGSTOP')
      return async () => process.kill(store.pid, 'SIGCONT')
    },
    async stop() {
      await store.stop()
      await rm(folder, { recursive: true, force: true })
      hasEnded()
    },
  }
}

/** Whether the programs of Ceph are installed. */
export function hasCeph() {
  try {
    for (const program of ['ceph-mon', 'ceph-mgr', 'ceph-osd', 'radosgw']) execFileSync('which', [program])
    return true
  } catch {
    return false
  }
}

const OSDS = 3
const KEY = { accessKeyId: 'bindery', accessKeySecret: 'bindery-secret' }

/** Ceph on loopback: three nodes with a copy of everything each, in memory, and a gateway. @returns {Promise<StartedStore>} */
export async function startCephStore() {
  const folder = await mkdtemp(join(tmpdir(), 'bindery-ceph-'))
  const hasEnded = guard({ pidFiles: join(folder, 'run', '*.pid'), folder })
  const ports = await Promise.all([freePort(), freePort(), freePort()])
  const file = join(folder, 'ceph.conf')
  const call = (program, ...args) => run(program, ['-c', file, ...args])
  const fsid = randomUUID()
  await Promise.all(['run', 'log', 'mon.a', 'mgr.x'].map((name) => mkdir(join(folder, name))))
  await writeFile(file, cephConfig(folder, fsid, ports))
  const map = join(folder, 'monmap')
  const addresses = `[v2:127.0.0.1:${ports[0]}/0,v1:127.0.0.1:${ports[1]}/0]`
  await run('monmaptool', ['--create', '--addv', 'a', addresses, '--fsid', fsid, map])
  await call('ceph-mon', '--mkfs', '-i', 'a', '--monmap', map)
  await call('ceph-mon', '-i', 'a')
  await call('ceph-mgr', '-i', 'x')
  await Promise.all(Array.from({ length: OSDS }, (_, index) => startOsd(call, folder, index)))
  const user = ['--uid=bindery', '--display-name=bindery']
  const secrets = [`--access-key=${KEY.accessKeyId}`, `--secret-key=${KEY.accessKeySecret}`]
  await call('radosgw-admin', 'user', 'create', ...user, ...secrets)
  await call('radosgw', '-n', 'client.rgw.a')
  const blobs = `s3://blobs/cluster?endpoint=http://127.0.0.1:${ports[2]}&part=5MiB`
  await createBlobBucket(blobs, KEY)
  return {
    name: `Ceph with ${OSDS} nodes`,
    blobs,
    env: keyOf(KEY),
    async killNode() {
      process.kill(Number(await readFile(join(folder, 'run', 'osd.0.pid'), 'utf8')), 'SIGKILL')
      return 'One of the three nodes of the blob store was killed with SIGKILL.'
    },
    async stop() {
      for (const name of await readdir(join(folder, 'run'))) {
        if (!name.endsWith('.pid')) continue
        try {
          process.kill(Number(await readFile(join(folder, 'run', name), 'utf8')), 'SIGKILL')
        } catch (error) {
          if (error.code !== 'ESRCH') throw error
        }
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
      hasEnded()
    },
  }
}

async function startOsd(call, folder, index) {
  const uuid = randomUUID()
  await mkdir(join(folder, `osd.${index}`))
  const { stdout } = await call('ceph', 'osd', 'new', uuid)
  const id = stdout.trim()
  await mkdir(join(folder, `osd.${id}`), { recursive: true })
  await call('ceph-osd', '-i', id, '--mkfs', '--osd-uuid', uuid)
  await call('ceph-osd', '-i', id)
}

/** Makes the bucket of a place, as soon as its store answers. @param {string} blobs as for `--blobs` */
export async function createBlobBucket(blobs, key) {
  const client = new S3Client(parseS3Place(blobs, key))
  for (let tries = 0; ; tries += 1) {
    try {
      await client.send({ method: 'PUT', key: '' })
      break
    } catch (error) {
      if (tries === 100) throw error
      await sleep(300)
    }
  }
  client.close()
}

/** `ms … mode = crc` because without cephx there is nothing to encrypt with; `tcp_nodelay`, else small reads wait for 40 ms. */
function cephConfig(folder, fsid, [v2, v1, s3]) {
  return `[global]
fsid = ${fsid}
mon host = v2:127.0.0.1:${v2}/0,v1:127.0.0.1:${v1}/0
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
ms client mode = crc
ms cluster mode = crc
ms service mode = crc
osd crush chooseleaf type = 0
osd pool default size = ${OSDS}
osd pool default min size = ${OSDS - 1}
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd objectstore = memstore
memstore device bytes = 1073741824
run dir = ${folder}/run
admin socket = ${folder}/run/$cluster-$name.asok
pid file = ${folder}/run/$type.$id.pid
log file = ${folder}/log/$name.log
mon data = ${folder}/mon.a
mgr data = ${folder}/mgr.x
osd data = ${folder}/osd.$id
rgw frontends = beast endpoint=127.0.0.1:${s3} tcp_nodelay=1
`
}
