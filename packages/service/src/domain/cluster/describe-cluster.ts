/** The cluster as its rows show it, for those who operate it. */
import { type MetadataStore, together } from '@bindery/storage'
import { DamageReports, unlessDamaged } from '../stored/damage.js'
import { garbageRows, graveRows, incarnationRows, leaderRows } from '../stored/keyspace.js'
import type { MemberDetails } from '../stored/member-model.js'
import type { ReportRecord } from '../stored/model.js'
import { hasRows, readPage } from '../stored/rows-in.js'
import { readMembers } from './members.js'

const CHORES_MAX = 100
const GRAVES_MAX = 1_000
/** Members that are shown, from the first in the order of incarnations. */
const MEMBERS_MAX = 500

/** A process that serves the stores. */
export interface MemberState extends MemberDetails {
  readonly incarnation: string
  /** Milliseconds since 1970; undefined where its row cannot be read. */
  readonly joinedAt: number | undefined
  /** How many times the epoch was raised since its last report; undefined where that cannot be read. */
  readonly behind: number | undefined
  /** Manifests that its last report lists; `any`: it may use whatever exists. */
  readonly busy: number | 'any'
  /** The background tasks that it runs. */
  readonly chores: readonly string[]
}

/** The processes that serve the same stores, and what waits for them. */
export interface ClusterState {
  readonly epoch: number
  readonly members: readonly MemberState[]
  /** Not all members run with the same settings, of those that must agree. */
  readonly settingsDiffer: boolean
  /** Tasks whose holder is not a member: another process takes them over soon. */
  readonly choresWithoutMember: readonly string[]
  /** Processes that have ended and whose blobs are still searched for orphans; at most GRAVES_MAX are counted. */
  readonly graves: number
  readonly hasGarbage: boolean
}

/** Reads the state of a cluster. Damaged rows are shown as members of which nothing is known. Throws as `MetadataStore.read`. */
export async function describeCluster(metadata: MetadataStore): Promise<ClusterState> {
  const skip = new DamageReports(() => {})
  const { epoch, members } = await readMembers(metadata, skip)
  const shown = [...members].slice(0, MEMBERS_MAX)
  const [leaders, graves, hasGarbage] = await metadata.read((reader) =>
    together(
      readPage(reader, leaderRows.all, { atOnce: CHORES_MAX, onDamaged: () => {} }),
      readPage(reader, graveRows.all, { atOnce: GRAVES_MAX, onDamaged: () => {} }),
      hasRows(reader, garbageRows.all),
    ),
  )
  const held = leaders.rows.flatMap((row) => {
    const leader = skip.skip(row.key, () => leaderRows.decodeRow(row))
    return leader === undefined ? [] : [{ chore: leaderRows.namesOf(row.key).chore, holder: leader.holder }]
  })
  const states = await statesOf(metadata, { epoch, members: shown, held })
  return {
    epoch,
    members: states,
    settingsDiffer: new Set(states.flatMap(({ settings }) => settings ?? [])).size > 1,
    choresWithoutMember: held.filter(({ holder }) => !members.has(holder)).map(({ chore }) => chore),
    graves: graves.rows.length,
    hasGarbage,
  }
}

interface Found {
  readonly epoch: number
  readonly members: readonly (readonly [string, ReportRecord | undefined])[]
  readonly held: readonly { readonly chore: string; readonly holder: string }[]
}

async function statesOf(metadata: MetadataStore, { epoch, members, held }: Found): Promise<MemberState[]> {
  const records = await metadata.read((reader) =>
    together(...members.map(([incarnation]) => unlessDamaged(incarnationRows.read(reader, { incarnation })))),
  )
  return members.map(([incarnation, report], index) => {
    const { joinedAt, ...details } = records[index] ?? {}
    return {
      incarnation,
      joinedAt,
      ...details,
      behind: report && Math.max(epoch - report.seen, 0),
      busy: report === undefined || report.busy === 'any' ? 'any' : report.busy.length,
      chores: held.filter(({ holder }) => holder === incarnation).map(({ chore }) => chore),
    }
  })
}
