/** Names of checkpoints, and the options that they remember. */
import { utf8Bytes } from '@bindery/bytes'
import type { Checkpoint, CheckpointFilter, CheckpointStore } from '../types/checkpoint.js'
import type { FileHandleLike } from '../types/file-handle.js'
import type { ObjectOptions } from '../types/object-options.js'

/** 64 bits of FNV-1a: ids are names, not secrets. */
export function checkpointId(endpoint: string, bucket: string, key: string, fingerprint: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of utf8Bytes(JSON.stringify([endpoint, bucket, key, fingerprint]))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  }
  return hash.toString(16).padStart(16, '0')
}

const STORED_OPTIONS = [
  'contentType',
  'cacheControl',
  'contentDisposition',
  'contentEncoding',
  'expires',
  'meta',
  'tags',
  'acl',
  'storageClass',
  'forbidOverwrite',
  'callback',
  'headers',
] as const satisfies readonly (keyof ObjectOptions)[]

/** The options that are stored with the object. */
export function objectOptions(options: ObjectOptions): ObjectOptions {
  const given = STORED_OPTIONS.filter((name) => options[name] !== undefined)
  return Object.fromEntries(given.map((name) => [name, options[name]])) as ObjectOptions
}

/** Whether a store lists a checkpoint. */
export function isListed(
  checkpoint: Checkpoint,
  { endpoint = checkpoint.endpoint, bucket = checkpoint.bucket, prefix = '' }: CheckpointFilter = {},
): boolean {
  return checkpoint.endpoint === endpoint && checkpoint.bucket === bucket && checkpoint.key.startsWith(prefix)
}

/** Keeps checkpoints in memory: a transfer goes on after a failure, not after a restart. */
export function memoryStore(): CheckpointStore {
  const checkpoints = new Map<string, Checkpoint>()
  const locks = new Set<string>()
  const handles = new Map<string, FileHandleLike>()
  return {
    get: async (id) => checkpoints.get(id),
    put: async (checkpoint) => {
      checkpoints.set(checkpoint.id, checkpoint)
    },
    delete: async (id) => {
      checkpoints.delete(id)
      handles.delete(id)
    },
    async *list(filter) {
      for (const checkpoint of [...checkpoints.values()]) if (isListed(checkpoint, filter)) yield checkpoint
    },
    putHandle: async (id, handle) => {
      handles.set(id, handle)
    },
    getHandle: async (id) => handles.get(id),
    async lock(id) {
      if (locks.has(id)) return undefined
      locks.add(id)
      return async () => {
        locks.delete(id)
      }
    },
  }
}
