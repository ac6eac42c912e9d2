/** Power losses under a whole service: the order between the two stores. */
import { audit, type Finding } from '@bindery/service'
import { call, startService } from '@bindery/service/testing'
import { createRandom, type Random } from '@bindery/storage'
import { openLocalBlobStore } from '@bindery/storage-local'
import { CommitLog, storeOf } from './commits.js'
import { type CrashState, describeState, keepAsBase, randomState, rootIn } from './crash-state.js'
import { Disk } from './disk.js'
import { BrokenPromise, withFolder } from './explore.js'
import { FolderNode } from './inodes.js'
import { Promises } from './promises.js'
import { bucketOf, type Living, liveAtRandom, prepareBuckets } from './service-clients.js'
import { randomBytes } from './source.js'

const LIVES = 3
const STATES_A_LIFE = 5
const BUFFER_BYTES = 8 * 1024 * 1024

/** Counters of the exploration. */
export interface Explored {
  states: number
  /**
   * Blobs that take up space until an audit finds them, and that no record names: their deletion was lost and no
   * garbage row is left, or their end was written and not their beginning, which names the owner.
   */
  strays: number
}

interface World extends Living {
  readonly log: CommitLog
}

interface Opening {
  readonly folder: string
  readonly root: FolderNode
  readonly canPunch: boolean
  readonly incarnation: string
  readonly writes: ReturnType<CommitLog['writesAt']>
  readonly seed: number
}

/** Runs services one after another on states that power losses left. Throws BrokenPromise. */
export function exploreService(seed: number): Promise<Explored> {
  return withFolder(async (folder) => {
    const random = createRandom(seed)
    const canPunch = random.below(2) === 0
    const explored = { states: 0, strays: 0 }
    let root = new FolderNode()
    let writes: Opening['writes'] = []
    let promises = new Promises()
    for (let life = 0; life < LIVES; life += 1) {
      const opening = { folder, root, canPunch, incarnation: `a${life}`, writes, seed: seed * LIVES + life }
      const world = await open(opening, promises, random)
      await liveAtRandom(world, random)
      const { disk, log } = world
      for (let count = 0; count < STATES_A_LIFE; count += 1) {
        const state = randomState(random, disk.journal, random.below(disk.journal.tick + 1))
        const durable = log.writesAt(state.tick, random.below(log.unansweredAt(state.tick) + 1))
        const left = { ...opening, root: rootIn(disk.journal, disk.root, state), writes: durable }
        const check = { ...left, root: rootIn(disk.journal, disk.root, state), incarnation: `z${life}` }
        const found = await checkAftermath(check, world, state, explored, `--seed ${seed}, service, life ${life}`)
        explored.states += 1
        root = left.root
        writes = durable
        if (count === STATES_A_LIFE - 1) promises = promises.after(found)
      }
    }
    return explored
  })
}

async function open(opening: Opening, promises: Promises, random: Random): Promise<World> {
  const { folder, root, canPunch, incarnation, writes } = opening
  keepAsBase(root)
  const disk = new Disk({ folder, root, canPunch, random })
  const log = new CommitLog(disk.journal, writes)
  const metadata = log.recording(await storeOf(writes))
  const blobs = await openLocalBlobStore({ folder, incarnation, files: disk.operations, bufferBytes: BUFFER_BYTES })
  const started = await startService({ metadata, blobs, seed: opening.seed })
  await started.service.recover([])
  await prepareBuckets(started)
  return { disk, log, started, promises }
}

async function checkAftermath(
  opening: Opening,
  { disk: before, promises }: World,
  state: CrashState,
  explored: Explored,
  story: string,
): Promise<Map<string, Buffer | undefined>> {
  const { folder, root, canPunch, incarnation, writes } = opening
  const disk = new Disk({ folder, root, canPunch })
  const metadata = await storeOf(writes)
  const blobs = await openLocalBlobStore({ folder, incarnation, files: disk.operations, bufferBytes: BUFFER_BYTES })
  const found: string[] = []
  const random = createRandom(state.tick)
  const auditing = async (onFinding: (finding: Finding) => void) => {
    const bytesOf = (bytes: number) => randomBytes(random, bytes)
    await audit({ metadata, blobs, random: bytesOf, bytes: true, onFinding })
  }
  await auditing((finding) => {
    if (finding.kind !== 'blobStray') found.push(`the audit finds ${JSON.stringify(finding)}`)
  })
  const started = await startService({ metadata, blobs, seed: state.tick })
  await started.service.recover([])
  while ((await started.service.sweep()).more);
  await auditing((finding) => {
    if (finding.kind === 'blobStray') explored.strays += 1
    else found.push(`after the recovery the audit finds ${JSON.stringify(finding)}`)
  })
  const contents = new Map<string, Buffer | undefined>()
  for (const key of promises.keys) {
    const { status, bytes } = await call(started, { method: 'GET', bucket: bucketOf(key), key })
    const content = status === 200 ? Buffer.from(bytes) : undefined
    if (status !== 200 && status !== 404) found.push(`${key} is answered ${status}`)
    const allowed = promises.allowedAt(key, state.tick)
    const isAllowed = allowed.some((one) =>
      one === undefined ? content === undefined : content && one.equals(content),
    )
    if (!isAllowed) found.push(`${key} is ${content?.length} bytes, and no acknowledged request explains it`)
    contents.set(key, content)
  }
  await blobs.close()
  if (disk.openFiles > 0) found.push(`${disk.openFiles} files stayed open`)
  if (found.length > 0) throw new BrokenPromise([story, ...found, describeState(before.journal, state)].join('\n'))
  return contents
}
