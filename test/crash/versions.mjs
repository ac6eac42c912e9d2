// Versions under test: clients write and delete versions in a bucket that keeps them, and each that was acknowledged
// must be there with its bytes until it is deleted by its id.

import { setTimeout as sleep } from 'node:timers/promises'
import { rawClient } from './clients.mjs'
import { bytesOf } from './contents.mjs'

/** The bucket that keeps versions. */
export const KEPT = 'crash-kept'

const KEYS_PER_KEEPER = 3

/**
 * A version: its content, or null for a delete marker. `mayBeGone`: its deletion was not answered.
 * @typedef {{ key: string, content: import('./world.mjs').Content | null, mayBeGone: boolean }} VersionState
 */

/** The effect of requests on versions, as in `world.mjs`. */
export const VERSION_EFFECTS = {
  keep(world, { key, content }, answer) {
    if (answer === undefined) world.maybeKept.push({ key, content })
    else {
      world.maybeKept.splice(indexOfMaybe(world, key, content), 1)
      world.versions[answer.version] = { key, content, mayBeGone: false }
    }
  },
  forget(world, { version }, answer) {
    if (answer === undefined) world.versions[version].mayBeGone = true
    else delete world.versions[version]
  },
}

function indexOfMaybe({ maybeKept }, key, content) {
  const wanted = JSON.stringify(content)
  return maybeKept.findIndex((maybe) => maybe.key === key && JSON.stringify(maybe.content) === wanted)
}

/** Makes the bucket keep versions. */
export async function prepareVersions(server) {
  const client = rawClient(server, KEPT)
  try {
    await client.keepVersions()
  } finally {
    client.agent.destroy()
  }
}

/** A client that writes, deletes and forgets versions of its own keys. */
export class Keeper {
  /** `perform` sends a request and records it; `newContent` makes one; `random` and `pick` choose. */
  constructor(index, { server, world, perform, newContent, random, pick }) {
    Object.assign(this, { perform, newContent, random, pick })
    this.client = rawClient(server, KEPT)
    this.keys = Array.from({ length: KEYS_PER_KEEPER }, (_, key) => `${index}/kept ${key}`)
    this.known = new Map(this.keys.map((key) => [key, []]))
    for (const [version, { key }] of Object.entries(world.versions)) this.known.get(key)?.push(version)
  }

  async run(isStopping) {
    while (!isStopping() && this.keys.length > 0) {
      const key = this.pick(this.keys)
      const versions = this.known.get(key)
      const choice = this.random.below(10)
      let isKnown
      if (choice < 6 || versions.length === 0) isKnown = await this.keep(key, this.newContent())
      else if (choice < 8) isKnown = await this.keep(key, null)
      else isKnown = await this.forget(key, this.pick(versions))
      if (isKnown) continue
      this.keys = this.keys.filter((other) => other !== key)
      await sleep(20)
    }
  }

  /** Whether the outcome is known. */
  async keep(key, content) {
    const send = () => (content === null ? this.client.remove(key) : this.client.put(key, bytesOf(content)))
    const answer = await this.perform({ op: 'keep', key, content }, async () => {
      const { headers } = await send()
      return { version: headers['x-oss-version-id'] }
    })
    if (answer === undefined) return false
    this.known.get(key).push(answer.version)
    return true
  }

  async forget(key, version) {
    const answer = await this.perform({ op: 'forget', key, version }, async () => {
      await this.client.forget(key, version)
    })
    if (answer === undefined) return false
    this.known.set(
      key,
      this.known.get(key).filter((other) => other !== version),
    )
    return true
  }
}

/** Compares the versions of a server with those that its clients know, and resolves what was uncertain. */
export async function auditVersions(server, world) {
  const client = rawClient(server, KEPT)
  const faults = []
  const listed = await client.versions()
  const newest = new Map()
  for (const { key, version, isMarker, isLatest } of listed) {
    if (isLatest !== !newest.has(key)) faults.push(`version ${version} of ${key} is the latest: ${isLatest}`)
    if (!newest.has(key)) newest.set(key, { version, isMarker })
    const bytes = isMarker ? null : await client.readVersion(key, version)
    const known = world.versions[version] ?? takeMaybe(world, key, bytes)
    if (known === undefined) faults.push(`no client made version ${version} of ${key}`)
    else if (known.key !== key || !isContent(known.content, bytes)) {
      faults.push(`version ${version} of ${key} has other bytes than ${JSON.stringify(known)}`)
    }
    world.versions[version] = { ...(known ?? { key, content: null }), mayBeGone: false }
  }
  const present = new Set(listed.map(({ version }) => version))
  for (const [version, { key, mayBeGone }] of Object.entries(world.versions)) {
    if (present.has(version)) continue
    if (!mayBeGone) faults.push(`version ${version} of ${key} does not exist`)
    delete world.versions[version]
  }
  for (const [key, { version, isMarker }] of newest) {
    const current = await client.current(key)
    if (current !== (isMarker ? undefined : version)) faults.push(`the current version of ${key} is ${current}`)
  }
  world.maybeKept = []
  client.agent.destroy()
  return faults
}

/** The version that an unanswered request made, if it is this one. */
function takeMaybe(world, key, bytes) {
  const at = world.maybeKept.findIndex((maybe) => maybe.key === key && isContent(maybe.content, bytes))
  return at === -1 ? undefined : world.maybeKept.splice(at, 1)[0]
}

function isContent(content, bytes) {
  return content === null || bytes === null ? content === bytes : bytes.equals(bytesOf(content))
}
