import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceRequest } from '@bindery/service'
import { NO_CLUSTER } from '../testing/http.js'
import { answerMetrics } from './answer-metrics.js'
import { CommitMetrics, DiskMetrics } from './disk-metrics.js'
import { largest, metricsText } from './metric.js'
import { MultipartMetrics } from './multipart-metrics.js'
import { RequestMetrics } from './request-metrics.js'
import { storeMetrics } from './store-metrics.js'

function answered(operation: string | undefined, status: number, code?: string, cause?: string) {
  const dialect = operation === undefined ? undefined : 'oss'
  const answer = { status, log: { requestId: 'x', operation, dialect, code, cause } }
  const times = { milliseconds: 3, headMilliseconds: 2 }
  return { answer, method: 'GET', traceparent: undefined, bytesReceived: 10, bytesSent: 20, ...times }
}

/** `running`: requests by operation, besides one that has none. */
function metricsWith(running: Record<string, number>, replayed = 0, consoleAborts = 0): RequestMetrics {
  const counts = new Map<string | undefined, number>([...Object.entries(running), [undefined, 1]])
  return new RequestMetrics({ running: () => counts, replayed: () => replayed, consoleAborts: () => consoleAborts })
}

test('the metrics of several processes are summed, by operation, status and code', async () => {
  const processes = [metricsWith({ PutObject: 2 }), metricsWith({ PutObject: 1, GetObject: 3 })]
  for (const metrics of processes) metrics.observe(answered('PutObject', 200))
  processes[0]?.observe(answered('GetObject', 404, 'NoSuchKey'))
  processes[1]?.observe(answered(undefined, 400, 'InvalidArgument'))
  for (const metrics of processes) metrics.observe(answered('GetObject', 403, 'AccessDenied', 'aclDenies'))
  const text = await metricsText(await Promise.all(processes.map((metrics) => metrics.values())))
  for (const line of [
    'bindery_http_requests_total{op="PutObject",dialect="oss",status="200"} 2',
    'bindery_http_requests_total{op="GetObject",dialect="oss",status="404"} 1',
    'bindery_http_requests_total{op="none",dialect="none",status="400"} 1',
    'bindery_errors_total{code="NoSuchKey"} 1',
    'bindery_auth_failures_total{reason="aclDenies"} 2',
    'bindery_http_received_bytes_total 60',
    'bindery_http_sent_bytes_total 120',
    'bindery_http_inflight{op="PutObject"} 3',
    'bindery_http_inflight{op="GetObject"} 3',
    'bindery_http_inflight{op="none"} 2',
    'bindery_http_request_duration_seconds_count{op="PutObject"} 2',
    'bindery_http_request_duration_seconds_bucket{le="0.0025",op="PutObject"} 0',
    'bindery_http_request_duration_seconds_bucket{le="0.005",op="PutObject"} 2',
    'bindery_http_ttfb_seconds_bucket{le="0.001",op="PutObject"} 0',
    'bindery_http_ttfb_seconds_bucket{le="0.0025",op="PutObject"} 2',
  ]) {
    assert.ok(text.includes(`${line}\n`), line)
  }
  assert.match(text, /^process_cpu_seconds_total /m)
  assert.match(text, /^nodejs_eventloop_lag_seconds /m)
})

test('uploads are counted as they begin and end, in both protocols', async () => {
  const metrics = metricsWith({}, 1, 1)
  for (const operation of ['InitiateMultipartUpload', 'CreateMultipartUpload'])
    metrics.observe(answered(operation, 200))
  for (let count = 0; count < 3; count += 1) metrics.observe(answered('CompleteMultipartUpload', 200))
  metrics.observe(answered('UploadPart', 400, 'InvalidDigest', 'invalidDigestMismatch'))
  metrics.observe(answered('PutObject', 400, 'InvalidDigest', 'invalidDigestMismatch'))
  metrics.observe(answered('CompleteMultipartUpload', 404, 'NoSuchUpload'))
  for (let count = 0; count < 3; count += 1) metrics.observe(answered('AbortMultipartUpload', 204))
  metrics.observe(answered('AbortMultipartUpload', 404, 'NoSuchUpload'))
  const text = await metricsText([await metrics.values()])
  for (const line of [
    'bindery_multipart_initiated_total 2',
    'bindery_multipart_completed_total{result="ok"} 2',
    'bindery_multipart_completed_total{result="failed"} 1',
    'bindery_multipart_completed_total{result="replayed"} 1',
    'bindery_multipart_aborted_total{by="client"} 2',
    'bindery_multipart_aborted_total{by="console"} 1',
    'bindery_multipart_complete_duration_seconds_count 4',
    'bindery_multipart_part_checksum_mismatch_total 1',
  ]) {
    assert.ok(text.includes(`${line}\n`), line)
  }
})

test('syncs of the disk and commits are measured', async () => {
  const disk = new DiskMetrics()
  disk.synced(3)
  const commits = new CommitMetrics()
  commits.committed(20)
  const text = await metricsText([disk.values(), commits.values()])
  assert.match(text, /^bindery_metadata_commit_duration_seconds_sum 0.02$/m)
  assert.match(text, /^bindery_fsync_duration_seconds_bucket\{le="0.0025"\} 0$/m)
  assert.match(text, /^bindery_fsync_duration_seconds_bucket\{le="0.005"\} 1$/m)
  assert.match(text, /^bindery_fsync_duration_seconds_sum 0.003$/m)
})

test('uploads, replaced parts and repeated answers are counted where they happen', async () => {
  const multipart = new MultipartMetrics()
  multipart.completed(3)
  multipart.completed(400)
  multipart.replacedPart()
  multipart.answeredAgain()
  assert.equal(multipart.replayed, 1)
  const text = await metricsText([multipart.values(), multipart.values()])
  assert.match(text, /^bindery_multipart_complete_parts_bucket\{le="5"\} 2$/m)
  assert.match(text, /^bindery_multipart_complete_parts_sum 806$/m)
  assert.match(text, /^bindery_multipart_part_overwrites_total 2$/m)
})

test('the delay of the event loop is that of the busiest process', async () => {
  const text = await metricsText([
    [largest('bindery_event_loop_lag_seconds', 'x', 0.2)],
    [largest('bindery_event_loop_lag_seconds', 'x', 0.1)],
  ])
  assert.match(text, /^bindery_event_loop_lag_seconds 0.2$/m)
})

test('the figures of the stores are reported with those of the processes, once', async () => {
  const processes = [metricsWith({}), metricsWith({})]
  const totals = {
    buckets: 2,
    objects: 3,
    objectBytes: 14,
    versionBytes: 10,
    uploads: 5,
    parts: 6,
    partBytes: 7,
    largest: [],
  }
  const disk = { freeBytes: 8, totalBytes: 9 }
  const ofStores = await storeMetrics({
    totals,
    cluster: { members: [], choresWithoutMember: [], graves: 0 },
    uploads: { oldest: 90_500, states: { active: 1, idle: 1, stalled: 2 } },
    disk,
    reserveBytes: 10,
    version: '1.2.3',
  })
  const text = await metricsText([...(await Promise.all(processes.map((metrics) => metrics.values()))), ofStores])
  for (const line of [
    'bindery_buckets 2',
    'bindery_storage_objects 3',
    'bindery_storage_bytes{kind="object"} 4',
    'bindery_storage_bytes{kind="version"} 10',
    'bindery_storage_bytes{kind="part"} 7',
    'bindery_multipart_uploads{state="active"} 1',
    'bindery_multipart_uploads{state="stalled"} 2',
    'bindery_multipart_uploads{state="unknown"} 1',
    'bindery_multipart_parts 6',
    'bindery_multipart_part_bytes 7',
    'bindery_multipart_oldest_upload_seconds 90.5',
    'bindery_disk_free_bytes 8',
    'bindery_disk_total_bytes 9',
    'bindery_disk_reserve_bytes 10',
  ]) {
    assert.ok(text.includes(`${line}\n`), line)
  }
  assert.match(text, /^bindery_build_info\{version="1\.2\.3",node="[\d.]+"\} 1$/m)
})

test('OpenMetrics names counters without their ending, and its bounds are never whole numbers', async () => {
  const process = metricsWith({})
  process.observe(answered('PutObject', 200))
  const disk = new DiskMetrics()
  disk.synced(3)
  const text = await metricsText([await process.values(), disk.values()], 'openmetrics')
  assert.match(text, /^# TYPE bindery_http_requests counter$/m)
  assert.match(text, /^bindery_http_requests_total\{op="PutObject",dialect="oss",status="200"\} 1$/m)
  assert.match(text, /^bindery_fsync_duration_seconds_bucket\{le="1\.0"\} 1$/m)
  assert.doesNotMatch(text, /_total_total|le="\d+"|\n\n/)
  assert.ok(text.endsWith('\n# EOF\n'))
})

test('a client gets OpenMetrics if it prefers that, and otherwise the text of Prometheus', async () => {
  const formatFor = async (accept: string | undefined) => {
    const headers = accept === undefined ? {} : { accept }
    const request = { method: 'GET', host: '127.0.0.1', target: '/-/metrics', headers, remoteAddress: '127.0.0.1' }
    const text = async (format: string) => format
    const options = { domains: [], token: () => undefined, text, cluster: async () => NO_CLUSTER }
    const answer = await answerMetrics(request as unknown as ServiceRequest, options)
    const [, type] = answer?.headers.find(([name]) => name === 'Content-Type') ?? []
    return [String(answer?.body), type?.split(';')[0]]
  }
  const openMetrics = ['openmetrics', 'application/openmetrics-text']
  const prometheus = ['prometheus', 'text/plain']
  const sentByPrometheus =
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.2,*/*;q=0.1'
  assert.deepEqual(await formatFor(sentByPrometheus), openMetrics)
  assert.deepEqual(await formatFor('application/openmetrics-text'), openMetrics)
  for (const accept of [undefined, '*/*', 'text/html,*/*;q=0.8', 'application/openmetrics-text;version=0.0.1'])
    assert.deepEqual(await formatFor(accept), prometheus)
  assert.deepEqual(await formatFor('application/openmetrics-text;q=0.3,text/plain;q=0.7'), prometheus)
})

async function statusOf(request: Partial<ServiceRequest>, token?: string): Promise<number | undefined> {
  const asked = {
    method: 'GET',
    scheme: 'http',
    host: '127.0.0.1:9000',
    target: '/-/metrics',
    headers: {},
    remoteAddress: '127.0.0.1',
    ...request,
  } as ServiceRequest
  const text = async () => 'text'
  const cluster = async () => NO_CLUSTER
  return (await answerMetrics(asked, { domains: ['oss.example'], token: () => token, text, cluster }))?.status
}

test('this machine may read the metrics, unless its request came through a proxy', async () => {
  assert.equal(await statusOf({}), 200)
  assert.equal(await statusOf({ remoteAddress: '::1', method: 'HEAD' }), 200)
  assert.equal(await statusOf({ remoteAddress: '::ffff:127.0.0.1' }), 200)
  assert.equal(await statusOf({ remoteAddress: '10.0.0.1' }), 403)
  assert.equal(await statusOf({ remoteAddress: '' }), 403)
  assert.equal(await statusOf({ headers: { 'x-forwarded-for': '9.9.9.9' } }), 403)
})

test('the state of the cluster is for the same readers as the metrics', async () => {
  const target = '/-/cluster'
  assert.equal(await statusOf({ target }), 200)
  assert.equal(await statusOf({ target, remoteAddress: '10.0.0.1' }), 403)
  const headers = { authorization: 'Bearer secret' }
  assert.equal(await statusOf({ target, remoteAddress: '10.0.0.1', headers }, 'secret'), 200)
  assert.equal(await statusOf({ target, method: 'POST' }), undefined)
})

test('a page of another site gets no metrics, by a name of its own or from where it is', async () => {
  assert.equal(await statusOf({ host: 'localhost:9000' }), 200)
  assert.equal(await statusOf({ host: '[::1]:9000' }), 200)
  assert.equal(await statusOf({ host: 'rebound.example:9000' }), 403)
  assert.equal(await statusOf({ headers: { 'x-real-ip': '9.9.9.9' } }), 403)
  assert.equal(await statusOf({ headers: { origin: 'http://other.example' } }), 403)
  const headers = { authorization: 'Bearer secret', 'x-real-ip': '9.9.9.9' }
  assert.equal(await statusOf({ host: 'metrics.example', headers }, 'secret'), 200)
})

test('other machines may read them with the token, and with no other', async () => {
  const headers = { authorization: 'Bearer secret' }
  assert.equal(await statusOf({ remoteAddress: '10.0.0.1', headers }, 'secret'), 200)
  assert.equal(await statusOf({ remoteAddress: '10.0.0.1', headers }, 'other'), 403)
  assert.equal(await statusOf({ remoteAddress: '10.0.0.1', headers }), 403)
  assert.equal(await statusOf({ headers }, 'other'), 403)
})

test('under the host of a bucket, and with other methods, the path is not of the server', async () => {
  assert.equal(await statusOf({ host: 'bucket.oss.example' }), undefined)
  assert.equal(await statusOf({ method: 'PUT' }), undefined)
  assert.equal(await statusOf({ target: '/-/metrics2' }), undefined)
})
