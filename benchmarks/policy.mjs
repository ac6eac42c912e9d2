// How long does a decision take by a policy of 100 statements that are all about the requested action?
// Usage: node benchmarks/policy.mjs [runs]

import { Judge } from '@bindery/service/testing'

const RUNS = Number(process.argv[2] ?? 7)
const DECISIONS = 20_000
const STATEMENTS = 100

/** Statements of which only the last matches; each is checked for principal, resource and condition. */
function statements(extra) {
  return Array.from({ length: STATEMENTS }, (_, index) => ({
    Effect: 'Allow',
    Action: 'oss:GetObject',
    Resource: `acs:oss:*:*:bkt/t-${index}/*`,
    ...extra(index),
  }))
}

const ask = { as: 'alice', action: 'oss:GetObject', key: `t-${STATEMENTS - 1}/report.pdf`, ip: '10.1.2.3' }
const pattern = (index) => ({ Resource: `acs:oss:*:*:*/*-${index}/r*` })
const fromOffice = (index) => ({ ...pattern(index), Condition: { IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } } })
const named = { Principal: ['2000000000000001'] }

/** A RAM policy is shorter than a bucket policy: 100 statements are several policies. */
function attached(all) {
  return { alice: Array.from({ length: 5 }, (_, index) => all.slice(index * 20, (index + 1) * 20)) }
}

const worlds = {
  'no policy': { bucketAcl: 'public-read' },
  'RAM policy, resources': { attached: attached(statements(() => ({}))) },
  'RAM policy, patterns and addresses': { attached: attached(statements(fromOffice)) },
  'bucket policy, resources': { bucketPolicy: statements(() => named) },
  'bucket policy, patterns': { bucketPolicy: statements((index) => ({ ...pattern(index), ...named })) },
}

function measure(judge) {
  const begin = process.cpuUsage()
  for (let index = 0; index < DECISIONS; index += 1) {
    if (!judge.decide(ask).allowed) throw new Error('the last statement allows it')
  }
  const { user, system } = process.cpuUsage(begin)
  return (user + system) / DECISIONS
}

console.log(`| ${STATEMENTS} statements | µs of CPU per decision, median of ${RUNS} runs [range] |\n|---|---|`)
for (const [name, world] of Object.entries(worlds)) {
  const judge = new Judge(world)
  measure(judge)
  const times = Array.from({ length: RUNS }, () => measure(judge)).toSorted((one, other) => one - other)
  const [least, median, most] = [times[0], times[RUNS >> 1], times.at(-1)].map((time) => time.toFixed(2))
  console.log(`| ${name} | ${median} [${least}-${most}] |`)
}
