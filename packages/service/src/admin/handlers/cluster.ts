import { describeCluster, type MemberState } from '../../domain/cluster/describe-cluster.js'
import type { AdminHandlers } from '../context.js'

/** The handler of the state of a cluster. */
export const clusterHandlers: AdminHandlers<'GetCluster'> = {
  async GetCluster({ domain }) {
    const { epoch, members, settingsDiffer, choresWithoutMember, graves, hasGarbage } = await describeCluster(
      domain.metadata,
    )
    return {
      Members: {
        Member: members.map((member) => shownMember(member, member.incarnation === domain.blobs.incarnation)),
      },
      Cluster: {
        Epoch: epoch,
        SettingsDiffer: settingsDiffer,
        ChoresWithoutMember: choresWithoutMember.join(','),
        Graves: graves,
        HasGarbage: hasGarbage,
      },
    }
  },
}

function shownMember(member: MemberState, isThis: boolean): object {
  const { incarnation, host, version, settings, joinedAt, behind, busy, chores } = member
  return {
    Incarnation: incarnation,
    Host: host,
    Version: version,
    Settings: settings,
    JoinDate: joinedAt === undefined ? undefined : new Date(joinedAt).toISOString(),
    ReportsBehind: behind,
    Reading: busy,
    Chores: chores.join(','),
    Answers: isThis ? 'this request' : undefined,
  }
}
