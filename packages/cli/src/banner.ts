import { resolve } from 'node:path'
import { type Config, FORMAT, type RunningServer } from '@bindery/server'
import { padColumns } from './columns.js'
import type { Messages } from './messages.js'
import { version } from './version.js'

/** The facts about a started server that are shown. */
type Started = Pick<RunningServer, 'endpoint' | 'rootKey' | 'deployment' | 'consoleUrl' | 'hashing'>

/** The line of JSON for programs. It contains the secret only at the start that also prints it for people. */
export function readyLine(config: Config, { endpoint, rootKey, deployment, hashing }: Started): string {
  return `${JSON.stringify({
    endpoint,
    ...(config.socket === undefined ? {} : { socket: resolve(config.socket) }),
    region: config.region,
    folder: deployment.location,
    pid: process.pid,
    accessKeyId: rootKey.accessKeyId,
    ...(rootKey.isNew ? { accessKeySecret: rootKey.accessKeySecret } : {}),
    ...(rootKey.file === undefined ? {} : { keysFile: rootKey.file }),
    hashing,
  })}\n`
}

/**
 * The text for people at start-up: the address of the server, its key, and a line to paste for each of four
 * clients. `command`: how this command is called here.
 */
export function banner(config: Config, server: Started, messages: Messages, command: string): string {
  const { endpoint, rootKey, deployment } = server
  const facts: [string, string][] = [
    [messages.endpoint, endpoint],
    ...(config.socket === undefined ? [] : ([[messages.socket, resolve(config.socket)]] as [string, string][])),
    [messages.region, config.region],
    [messages.folder, `${deployment.location}${deployment.isNew ? ` ${messages.newFolder}` : ''}`],
    ...(config.buckets.length === 0
      ? []
      : ([[messages.buckets, config.buckets.map(bucketText).join(', ')]] as [string, string][])),
    ['AccessKey ID', rootKey.accessKeyId],
    ['AccessKey secret', secretOf(server, messages)],
    [messages.console, `${server.consoleUrl}   ${messages.consoleOnce}`],
  ]
  const lines = [
    `bindery ${version()} · node ${process.versions.node} · format ${FORMAT} · ${messages.hashing[server.hashing]}`,
    '',
    ...facts.map(([name, value]) => `  ${padColumns(name, 18)}${value}`),
    '',
    `  ${messages.connect}`,
    ...snippets(config, server).map(([client, line]) => `    ${client.padEnd(9)}${line}`),
    `    ${messages.connectMore(command)}`,
    '',
    `  ${whoConnects(config, messages)}`,
    `  ${messages.howToStop}`,
    '',
  ]
  return `${lines.join('\n')}\n`
}

function bucketText({ name, acl = 'private' }: Config['buckets'][number]): string {
  return acl === 'private' ? name : `${name} (${acl})`
}

function secretOf({ rootKey }: Started, messages: Messages): string {
  if (rootKey.file === undefined) return messages.secretFromEnvironment
  if (rootKey.isNew) return `${rootKey.accessKeySecret}   ${messages.secretShownOnce(rootKey.file)}`
  return messages.secretKept(rootKey.file)
}

/** ali-oss reaches a bucket at an IP address only with `sldEnable`. */
function snippets({ region }: Config, { endpoint, rootKey }: Started): [client: string, line: string][] {
  const id = rootKey.accessKeyId
  const secret = rootKey.isNew ? rootKey.accessKeySecret : 'SECRET'
  return [
    ['ossutil', `ossutil ls -e ${endpoint} --region ${region} --sign-version v4 -i ${id} -k ${secret}`],
    [
      'ali-oss',
      `new OSS({ endpoint: '${endpoint}', region: 'oss-${region}', accessKeyId: '${id}', accessKeySecret: '${secret}', authorizationV4: true, sldEnable: true })`,
    ],
    ['Python', `oss2.Service(oss2.AuthV4('${id}', '${secret}'), '${endpoint}', region='${region}')`],
    ['Go', `oss.New("${endpoint}", "${id}", "${secret}", oss.Region("${region}"), oss.AuthVersion(oss.AuthV4))`],
  ]
}

function whoConnects({ host, tlsCertificate }: Config, messages: Messages): string {
  if (isLoopback(host)) return messages.onlyHere
  return tlsCertificate === undefined ? messages.reachable : messages.reachableByTls
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
