// The files of deploy/: the chart, the Compose files, the unit, the alert rules and the dashboard.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { EXIT } from '../../packages/cli/dist/index.js'
import { GO_ENVIRONMENT } from '../conformance/programs.mjs'
import { atEnd } from '../support/at-end.mjs'
import { startServer } from '../support/start-server.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dockerfile = readFileSync(path.join(root, 'deploy', 'Dockerfile'), 'utf8')
const alerts = path.join(root, 'deploy', 'prometheus', 'alerts.yaml')
const folder = mkdtempSync(path.join(tmpdir(), 'bindery-deploy-'))
const reader = path.join(folder, 'deploy')
after(() => rmSync(folder, { recursive: true, force: true }))

test('the chart has one server that Kubernetes accepts, with the probes, the user and the folder of the image', () => {
  const program = buildReader()
  const settings = [
    'image.tag=1.2.3',
    'env.BINDERY_BUCKETS=demo',
    'existingSecret=oss-key',
    'persistence.storageClass=fast',
  ]
  const { Service, StatefulSet } = readWith(program, 'chart', path.join(root, 'deploy', 'helm', 'bindery'), ...settings)
  const { template, volumeClaimTemplates, selector, replicas } = StatefulSet.spec
  const [container] = template.spec.containers
  assert.equal(replicas, 1)
  assert.equal(container.image, 'bindery:1.2.3')
  assert.deepEqual(container.env, [{ name: 'BINDERY_BUCKETS', value: 'demo' }])
  assert.deepEqual(container.envFrom, [{ secretRef: { name: 'oss-key' } }])
  assert.equal(volumeClaimTemplates[0].spec.storageClassName, 'fast')
  assert.deepEqual(Service.spec.selector, selector.matchLabels)
  assert.deepEqual(template.metadata.labels, selector.matchLabels)
  assert.equal(Service.spec.ports[0].targetPort, container.ports[0].name)

  const { runAsUser, runAsGroup } = template.spec.securityContext
  assert.match(dockerfile, new RegExp(`^USER ${runAsUser}:${runAsGroup}$`, 'm'))
  assert.match(dockerfile, new RegExp(`^EXPOSE ${container.ports[0].containerPort}$`, 'm'))
  assert.match(
    dockerfile,
    new RegExp(`^VOLUME ${container.volumeMounts.find(({ name }) => name === 'data').mountPath}$`, 'm'),
  )
  const probes = [container.livenessProbe, container.readinessProbe, container.startupProbe]
  assert.deepEqual(
    probes.map(({ httpGet }) => httpGet.path),
    ['/-/health/live', '/-/health/ready', '/-/health/startup'],
  )
})

test('an ingress passes bodies of any size, for every host, and a service cannot set variables of the server', () => {
  const chart = path.join(root, 'deploy', 'helm', 'bindery')
  const settings = ['ingress.enabled=true', 'ingress.hosts={oss.example,*.oss.example}', 'ingress.tlsSecret=oss-tls']
  const { Ingress, Service, StatefulSet } = readWith(buildReader(), 'chart', chart, ...settings)
  assert.equal(Ingress.metadata.annotations['nginx.ingress.kubernetes.io/proxy-body-size'], '0')
  assert.deepEqual(
    Ingress.spec.rules.map(({ host }) => host),
    ['oss.example', '*.oss.example'],
  )
  assert.deepEqual(Ingress.spec.tls, [{ hosts: ['oss.example', '*.oss.example'], secretName: 'oss-tls' }])
  const { service } = Ingress.spec.rules[0].http.paths[0].backend
  assert.deepEqual([service.name, service.port.name], [Service.metadata.name, Service.spec.ports[0].name])
  assert.equal(StatefulSet.spec.template.spec.enableServiceLinks, false)
})

test('the chart refuses a value that it does not have, and one of another type', () => {
  const chart = path.join(root, 'deploy', 'helm', 'bindery')
  for (const setting of ['persistance.size=1Gi', 'service.port=many', 'image.pullPolicy=Sometimes'])
    assert.throws(() => readWith(buildReader(), 'chart', chart, setting), /values don't meet the specifications/)
})

test('the version of the chart is that of the packages', () => {
  const chart = readFileSync(path.join(root, 'deploy', 'helm', 'bindery', 'Chart.yaml'), 'utf8')
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  assert.deepEqual(/^version: (.+)\nappVersion: (.+)$/m.exec(chart).slice(1), [version, version])
})

test('the library of Docker Compose accepts the services, and their volumes are those of the image', () => {
  const program = buildReader()
  const { services } = readWith(program, 'compose', path.join(root, 'deploy', 'compose.yaml'))
  const { oss } = services
  assert.equal(path.join(oss.build.context, oss.build.dockerfile), path.join(root, 'deploy', 'Dockerfile'))
  assert.deepEqual(
    oss.ports.map(({ host_ip, target }) => [host_ip, target]),
    [['127.0.0.1', 9000]],
  )
  assert.match(dockerfile, new RegExp(`^VOLUME ${oss.volumes[0].target}$`, 'm'))
  const cluster = readWith(program, 'compose', path.join(root, 'deploy', 'cluster', 'compose.yaml'))
  assert.ok(Object.keys(cluster.services).includes('balancer'))
})

test('systemd accepts the unit', () => {
  const unit = readFileSync(path.join(root, 'deploy', 'systemd', 'bindery.service'), 'utf8')
  const folder = mkdtempSync(path.join(tmpdir(), 'bindery-unit-'))
  const file = path.join(folder, 'bindery.service')
  // the command need not be installed here
  execFileSync('sh', ['-c', 'cat > "$0"', file], { input: unit.replace('/usr/local/bin/bindery', '/bin/true') })
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' })
  rmSync(folder, { recursive: true, force: true })
  assert.equal(stderr, '')
  assert.equal(status, 0)
})

test('the units name the exit codes of the command', () => {
  for (const name of ['systemd/bindery.service', 'cluster/bindery-gateway.service']) {
    const unit = readFileSync(path.join(root, 'deploy', name), 'utf8')
    const [, prevented] = /^RestartPreventExitStatus=(.+)$/m.exec(unit)
    const [, success] = /^SuccessExitStatus=(.+)$/m.exec(unit)
    assert.deepEqual([Number(prevented), Number(success)], [EXIT.usage, EXIT.interrupted], name)
  }
})

test('Prometheus accepts the alert rules, and they fire when they should', () => {
  execFileSync('promtool', ['check', 'rules', alerts])
  execFileSync('promtool', ['test', 'rules', alerts.replace('.yaml', '.test.yaml')])
})

test('a server has every metric that the dashboard and the alert rules use', async (t) => {
  const server = await startServer({ args: ['--workers', '1', '--log', 'error'] })
  atEnd(t, () => server.stop())
  await fetch(`${server.endpoint}/no-such-bucket`)
  const text = await (await fetch(`${server.endpoint}/-/metrics`)).text()
  const names = new Set([...text.matchAll(/^([a-z_0-9]+)(?:\{| )/gm)].map(([, name]) => name))
  const dashboard = readFileSync(path.join(root, 'deploy', 'grafana', 'bindery.json'), 'utf8')
  const panels = JSON.parse(dashboard).panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  const rules = [...readFileSync(alerts, 'utf8').matchAll(/expr: (.+)/g)].map(([, expr]) => expr)
  const used = [...panels, ...rules].flatMap((expr) => expr.match(/\b(?:bindery|nodejs|process)_\w+/g) ?? [])
  assert.ok(used.length > 20)
  for (const name of used) assert.ok(names.has(name), name)
})

/** Builds the program that reads files as Helm, Kubernetes and Compose do; returns its path. */
function buildReader() {
  if (existsSync(reader)) return reader
  const options = { cwd: path.join(root, 'test', 'packages', 'deploy'), env: { ...process.env, ...GO_ENVIRONMENT } }
  execFileSync('go', ['build', '-o', reader, '.'], { ...options, stdio: ['ignore', 'ignore', 'inherit'] })
  return reader
}

function readWith(program, ...args) {
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8' }))
}
