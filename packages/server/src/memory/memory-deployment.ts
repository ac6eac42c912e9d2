/** A deployment in memory, for tests: nothing of it outlives the process. */
import { randomBytes } from 'node:crypto'
import { formatMasterKeys, KeyRing, MASTER_KEY_BYTES, masterKeyOf } from '@bindery/encryption'
import { createMemoryBlobStore, createMemoryMetadataStore, type MemoryBlobStore } from '@bindery/storage'
import { newCallbackKey } from '../callbacks/callback-key.js'
import type { Deployment } from '../deployment.js'
import { masterKeysIn } from '../encryption/master-keys.js'
import { SupervisedCluster } from '../processes/supervised-cluster.js'
import { newRootKey } from '../root-key.js'

/** A deployment in memory that can return to an earlier state. */
export interface MemoryDeployment extends Deployment {
  /** Holds the present state of both stores. Returns what brings it back, any number of times. */
  capture(): () => void
}

/** Opens an empty deployment for one process. */
export function openMemoryDeployment(): MemoryDeployment {
  const metadata = createMemoryMetadataStore()
  const masterKeys = formatMasterKeys([masterKeyOf(randomBytes(MASTER_KEY_BYTES))])
  const { ring } = new KeyRing().with('', { master: masterKeysIn(masterKeys)[0], now: Date.now(), random: randomBytes })
  let blobs: MemoryBlobStore | undefined
  return {
    location: 'memory',
    isNew: true,
    rootKey: async () => ({ ...newRootKey(), isNew: true, file: undefined }),
    callbackKey: () => newCallbackKey(),
    masterKeys: async (given) => given ?? masterKeys,
    openMetadata: async () => metadata,
    async openBlobs({ incarnation }) {
      blobs = createMemoryBlobStore({ incarnation })
      return blobs
    },
    join: SupervisedCluster.join,
    keyRing: async () => ring,
    disk: async () => undefined,
    failureOf: (error) => error,
    isBeingCopied: async () => false,
    announce: () => {},
    supportWorkers: () => Promise.reject(new TypeError('a deployment in memory has one process')),
    release: async () => {},
    capture() {
      const restored = [metadata.capture(), blobs?.capture()]
      return () => {
        for (const restore of restored) restore?.()
      }
    },
  }
}
