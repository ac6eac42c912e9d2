// What does a request cost next to other servers, and which goals does it reach? Workloads of small, large and upload,
// in runs of about a second or two, each after one of the same length on the same server, and a table of ratios.

import { workloads as large } from './large.mjs'
import { workloads as small } from './small.mjs'
import { workloads as upload } from './upload.mjs'

const OTHERS = new Map([...small, ...large, ...upload].map((workload) => [workload.name, workload]))

/**
 * @typedef {object} Goal  a figure of this clone's server, divided by that of a peer if there is one
 * @property {'rate' | 'CPU' | 'CPU s/GB'} figure
 * @property {string} [peer]
 * @property {number} goal  at least this for a rate, at most this for CPU
 *
 * @typedef {object} Load
 * @property {string} workload
 * @property {number} scale  of the workload's run, so that one takes about a second or two
 * @property {readonly Goal[]} goals
 */

/** @param {string} peer @param {number} goal @returns {Goal} */
const rate = (peer, goal) => ({ figure: 'rate', peer, goal })
/** @param {number} goal @returns {Goal} */
const ofBare = (goal) => ({ figure: 'CPU', peer: 'bare', goal })
/** @param {number} goal @returns {Goal} */
const perGb = (goal) => ({ figure: 'CPU s/GB', goal })

/**
 * Small writes run longer: 24,000 and 10,000 requests, the most that an upload has parts. V8 compiles during the first 30,000, of which the first
 * third costs two to three times as much as later ones, and a server lives longer than that.
 */
const SMALL_WRITES = { puts: 4, parts: 5 }

/** @type {readonly Load[]} */
const LOADS = [
  { workload: 'HeadObject 4 KiB, 64 in flight', scale: 1, goals: [ofBare(2.2), rate('seaweedfs', 3)] },
  { workload: 'GetObject 4 KiB, 64 in flight', scale: 1, goals: [ofBare(2.8), rate('seaweedfs', 4)] },
  { workload: 'GetObject 100 KiB, 16 in flight', scale: 1, goals: [rate('versitygw', 2)] },
  { workload: 'GetObject 1 MiB, 8 in flight', scale: 3, goals: [rate('versitygw', 2), perGb(0.35)] },
  { workload: 'GetObject 8 MiB, 8 in flight', scale: 2, goals: [rate('versitygw', 1.8), perGb(0.3)] },
  { workload: 'GetObject 64 MiB, 4 in flight', scale: 4, goals: [rate('nginx', 1), perGb(0.35)] },
  {
    workload: 'GetObject 1 MiB ranges at random offsets of 64 MiB, 8 in flight',
    scale: 3,
    goals: [rate('nginx', 0.6), rate('versitygw', 1.5)],
  },
  { workload: 'PutObject 4 KiB, 64 in flight', scale: SMALL_WRITES.puts, goals: [rate('seaweedfs', 8), ofBare(6)] },
  {
    workload: 'UploadPart 100 KiB, 16 in flight',
    scale: SMALL_WRITES.parts,
    goals: [rate('seaweedfs', 5), rate('versitygw', 1)],
  },
  { workload: 'UploadPart 1 MiB, 8 in flight', scale: 2, goals: [rate('seaweedfs', 4), rate('versitygw', 1)] },
  {
    workload: 'UploadPart 8 MiB, 8 in flight',
    scale: 2,
    goals: [rate('seaweedfs', 4), perGb(2), rate('durable files of 8 MiB, 8 at once', 0.6)],
  },
  { workload: 'UploadPart 8 MiB, 64 in flight', scale: 1, goals: [rate('seaweedfs', 6)] },
  { workload: 'UploadPart 8 MiB, 1 in flight', scale: 2, goals: [rate('seaweedfs', 3)] },
]

/** @type {readonly import('./support/suite.mjs').Workload[]} */
export const workloads = LOADS.map(({ workload: name, scale: longer }) => {
  const workload = OTHERS.get(name)
  if (workload === undefined) throw new Error(`there is no workload called ${name}`)
  return { ...workload, isShort: false, prepare: (session, scale) => workload.prepare(session, scale * longer) }
})

const FIGURES = {
  rate: ({ requests, seconds }) => requests / seconds,
  CPU: ({ requests, cpuSeconds }) => cpuSeconds / requests,
  'CPU s/GB': ({ bytes, cpuSeconds }) => cpuSeconds / (bytes / 1e9),
}

/** @param {readonly number[]} values */
function median(values) {
  return values.toSorted((one, other) => one - other)[values.length >> 1]
}

/**
 * The goals and what a run had, in Markdown; '–' where a peer was not measured. A peer is a target, or a row of the disk.
 * @param {readonly import('./support/suite.mjs').Outcome[]} outcomes
 */
export function conclusion(outcomes) {
  const medianOf = (figure, workload, target) => {
    const isDisk = target.startsWith('durable files')
    const found = outcomes.find((one) =>
      isDisk ? one.workload === target : one.workload === workload && one.target === target,
    )
    return found === undefined || found.runs.length === 0 ? undefined : median(found.runs.map(FIGURES[figure]))
  }
  const rows = LOADS.flatMap(({ workload, goals }) =>
    goals.map(({ figure, peer, goal }) => {
      const own = medianOf(figure, workload, 'bindery')
      const other = peer === undefined ? 1 : medianOf(figure, workload, peer)
      const isRate = figure === 'rate'
      const name = peer === undefined ? figure : `${figure} / ${peer}`
      const cells = [workload, name, `${isRate ? '≥' : '≤'} ${goal}`]
      if (own === undefined || other === undefined) return [...cells, '–', '–']
      const value = own / other
      return [...cells, value.toFixed(2), (isRate ? value >= goal : value <= goal) ? 'yes' : 'no']
    }),
  )
  const head = ['workload', 'figure', 'goal', 'measured', 'reached']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
