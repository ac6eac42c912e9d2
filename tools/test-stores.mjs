// `npm run test:stores [-- ceph seaweedfs]`: starts other S3 stores and runs the tests of storage-s3 on each, the suite and those
// with faults. Without names: those that are installed. Ceph: `apt-get install --no-install-recommends ceph-mon ceph-osd ceph-mgr
// radosgw ceph-common`. SeaweedFS: `node benchmarks/peers.mjs install seaweedfs`. For a nightly run: each takes minutes.

import { spawnSync } from 'node:child_process'
import { installedPeers, startPeer } from '../benchmarks/peers.mjs'
import { createBlobBucket, hasCeph, startCephStore } from '../test/cluster/blob-stores.mjs'

const TESTS = ['s3-blob-store', 'faults'].map((name) => `packages/storage-s3/dist/${name}.test.js`)

/** The stores, each with its URL as for `--blobs` and its key. */
const STORES = {
  ceph: {
    isInstalled: hasCeph,
    async start() {
      const store = await startCephStore()
      const { BINDERY_BLOBS_ACCESS_KEY_ID: id, BINDERY_BLOBS_ACCESS_KEY_SECRET: secret } = store.env
      return { ...store, key: `${id}:${secret}` }
    },
  },
  seaweedfs: {
    isInstalled: () => installedPeers().includes('seaweedfs'),
    async start() {
      const { endpoint, accessKeyId, accessKeySecret, stop } = await startPeer('seaweedfs')
      const blobs = `s3://blobs/cluster?endpoint=${endpoint}&part=5MiB`
      await createBlobBucket(blobs, { accessKeyId, accessKeySecret })
      return { name: 'SeaweedFS with one node, which syncs', blobs, key: `${accessKeyId}:${accessKeySecret}`, stop }
    },
  },
}

const named = process.argv.slice(2)
const chosen = named.length > 0 ? named : Object.keys(STORES).filter((name) => STORES[name].isInstalled())
if (chosen.length === 0) {
  console.error('No other store is installed.')
  process.exit(3)
}
for (const name of chosen) {
  const store = await STORES[name].start()
  try {
    console.log(store.name)
    const env = { ...process.env, BINDERY_TEST_S3: store.blobs, BINDERY_TEST_S3_KEY: store.key }
    const { status } = spawnSync(process.execPath, ['--test', ...TESTS], { env, stdio: 'inherit' })
    if (status !== 0) process.exitCode = 1
  } finally {
    await store.stop()
  }
}
