import { type MaintenanceSentences, sizeText, subjectOf } from './maintenance-words.js'

/** The texts of maintenance commands in Chinese. */
export const CHINESE_MAINTENANCE: MaintenanceSentences = {
  severity: { lost: '丢失', wrong: '错误', left: '残留' },
  subject: (facts) => {
    const subject = subjectOf(facts, { upload: '上传', part: '分片' })
    return subject === '' ? '' : `${subject}：`
  },
  findings: {
    rowDamaged: ({ rowKind, blob, incarnation, row, found }) =>
      `${[rowKind, blob ?? incarnation, '记录已损坏'].filter((word) => word !== undefined).join(' ')}（${found}），键为 ${row}`,
    rowUnknown: ({ row }) => `一条记录的种类未知，键为 ${row}`,
    bucketMissing: () => '没有这个 Bucket，但有内容属于它',
    documentBroken: ({ document }) => `它的 ${document} 配置不完整或无法读取`,
    blobMissing: ({ blob }) => `数据不存在（blob ${blob}）`,
    blobDamaged: ({ blob }) => `部分数据已损坏（blob ${blob}）`,
    manifestMissing: ({ manifest }) => `分片列表不存在（manifest ${manifest}）`,
    partMissing: ({ expected }) => (expected === undefined ? '列表中有此分片，但它不存在' : '它的分片都不存在'),
    sliceBroken: ({ found, expected }) => `引用了 ${found} 的前 ${expected} 字节`,
    objectTouched: ({ manifest }) => `包含已丢失的数据（manifest ${manifest}）`,
    sizeWrong: ({ expected, found, blob }) =>
      `记录的大小为 ${expected}，实际为 ${found} 字节${blob === undefined ? '' : `（blob ${blob}）`}`,
    crc64Wrong: ({ expected, found }) => `记录的 CRC-64 为 ${expected}，各分片合并为 ${found}`,
    holderMissing: () => '它引用的内容没有受到保护，可能被释放',
    holderShared: ({ reference }) => `与另一条记录使用同一个引用 ${reference}`,
    ownerWrong: ({ blob }) => `它的 blob ${blob} 被记为属于另一条记录`,
    usageWrong: ({ expected, found }) => `记录为 ${found}（分片数、字节数），实际为 ${expected}`,
    countersWrong: ({ expected, found }) => `计数为 [${found}]，实际为 [${expected}]`,
    nullVersionMissing: () => '它的 null 版本没有位置记录，无法查到',
    nullVersionStray: () => '记录的 null 版本位置上没有该版本',
    identityBroken: ({ identityKind, identity }) =>
      `${identityKind} ${identity} 引用的策略、用户组或密钥不存在，或缺少对应的记录`,
    identityCountersWrong: ({ account, expected, found }) =>
      `账号 ${account} 的计数为 ${found}（用户、用户组、角色、策略），实际为 ${expected}`,
    identityStray: ({ accessKeyId, policy, group, identity, user }) =>
      accessKeyId === undefined
        ? `有记录称 ${identity ?? user} 拥有 ${policy ?? group}，实际没有`
        : `访问密钥 ${accessKeyId} 不属于任何用户`,
    domainMissing: ({ domain }) => `它列出的域名 ${domain} 没有指向它`,
    entranceMissing: ({ entrance }) => `它列出的接入点的名称 ${entrance} 没有指向它`,
    entranceStray: ({ entrance }) => `名称 ${entrance} 指向它，但它没有列出这样的接入点`,
    domainStray: ({ domain }) => `域名 ${domain} 指向它，但它没有列出该域名`,
    documentStray: ({ document }) => `一份不在它的列表中的 ${document} 配置`,
    usageStray: () => '已不存在的上传的计数',
    holderStray: ({ manifest }) => `已不存在的内容仍占用 manifest ${manifest}`,
    manifestStray: () => '没有内容使用这个 manifest，也不会自动释放',
    partStray: ({ found }) => `有 ${found} 个分片不在任何列表中，也不会自动释放`,
    ownerStray: ({ blob }) => `blob ${blob} 的归属记录指向没有引用它的内容`,
    blobStray: ({ blob, found }) => `没有内容引用 blob ${blob}（${found} 字节），也不会自动释放`,
  },
  repairedNote: '［已修复］',
  progress: ({ objects, uploads, parts, bytesNamed, blobs }) =>
    `${objects} 个对象、${uploads} 个上传、${parts} 个分片，${sizeText(bytesNamed)}；已列出 ${blobs} 个 blob`,
  checked: ({ objects, uploads, parts, blobs, bytes }, all) =>
    `已检查 ${objects} 个对象、${uploads} 个未完成的上传、${parts} 个分片和 ${blobs} 个 blob（${sizeText(bytes)}）${all ? '，包括全部数据' : '；--bytes 可同时读取数据'}。`,
  waiting: (blobs) => `${blobs} 个不再被引用的 blob 将在服务器运行时释放。`,
  verdict: ({ findings, repaired, lost }, repair) => {
    const all = Object.values(findings).reduce((sum, number) => sum + number, 0)
    if (all === 0) return '没有发现问题。'
    if (repaired > 0) return `发现 ${all} 个问题，已修复 ${repaired} 个，剩余 ${all - repaired} 个。`
    return `发现 ${all} 个问题，其中 ${lost} 个表示有内容丢失。${repair ? '没有可修复的问题。' : '用 --repair 修复可修复的问题。'}`
  },
  copying: ({ blobs, bytes }) => `已复制 ${blobs} 个 blob，${sizeText(bytes)}`,
  copied: ({ blobs, bytes, present }, target) =>
    `${target}：${blobs} 个 blob（${sizeText(bytes)}），其中 ${present} 个之前已存在。`,
  copiedDamage: '复制已完成，但来源有问题，见上文。',
  moving: (step, { rows, changed, blobs, bytes }) =>
    `${{ copy: '正在复制', last: '正在复制剩余内容', verify: '正在比较' }[step]}：${rows} 行，写入 ${changed} 行；${blobs} 个 blob，${sizeText(bytes)}`,
  movedBack: (place) => `${place} 重新接受写入。此后写入目标的内容不在其中。`,
  moved: ({ from, to, copied, pausedMs }) =>
    `${from} → ${to}：共 ${copied.rows} 行，复制了 ${copied.blobs} 个 blob（${sizeText(copied.bytes)}）。${copied.damaged === 0 ? '' : `来源中有 ${copied.damaged} 个行或 blob 损坏，未复制。`}${pausedMs === undefined ? '' : `来源从 ${(pausedMs / 1000).toFixed(1)} 秒前起不再接受写入。`}`,
  quarantined: (folder) => `移出的内容保存在 ${folder}。`,
  upgrade: {
    supported: (release, { format, layout }) => `Bindery ${release} 读写格式 ${format}、布局 ${layout}。`,
    outcome: {
      data: (folder) =>
        `${folder} 为这种格式：服务器可以直接启动，不做任何转换；之后，支持这种格式的其他版本也能读取。`,
      backup: (folder) => `${folder} 是这种格式的完整备份，可以直接恢复。`,
      new: (folder) => `${folder} 为空或不存在：服务器会将其创建为这种格式的数据目录。`,
    },
    cluster: ({ place, version, supported, floor }) =>
      `${place} 的表结构版本为 ${version}，本版本需要 ${supported}。${floor === 0 ? '旧版本也可以提交。' : `版本 ${floor} 及更新的版本可以提交。`}`,
    running: (endpoint) => `${endpoint} 的服务器正在使用它。启动其他版本之前，请先停止该服务器。`,
  },
}
