import { bucketName } from '@bindery/protocol'
import { andThen } from '@bindery/storage'
import { Access } from './access/access.js'
import { logObjectKey } from './access-log/line.js'
import { loggingLifecycle } from './access-log/log-lifecycle.js'
import { createBucket, readBucketIfAny } from './domain/buckets/buckets.js'
import { freeUnnamed } from './domain/bytes/blobs.js'
import { describeCluster } from './domain/cluster/describe-cluster.js'
import { createDomain, type Domain } from './domain/domain.js'
import { expireNonces } from './domain/ram/nonces.js'
import { applyLifecycle } from './domain/upkeep/apply-lifecycle.js'
import { deliverLogs } from './domain/upkeep/deliver-logs.js'
import { recoverBuried, recoverDead } from './domain/upkeep/incarnations.js'
import { keepAccess } from './domain/upkeep/keep-access.js'
import { storeTotals } from './domain/upkeep/store-status.js'
import { Sweeper } from './domain/upkeep/sweeper.js'
import { UploadActivity } from './domain/upkeep/upload-activity.js'
import { writeInventories } from './domain/upkeep/write-inventories.js'
import { AutoCompleter } from './domain/uploads/auto-complete.js'
import { scrub } from './maintenance/scrub.js'
import type { ServiceOptions } from './options.js'
import { rehearseListings } from './rehearsal.js'
import type { Service, WrittenReport } from './service.js'
import type { Handle, Surfaces } from './surface.js'
import { createDispatcher, SURFACES } from './surfaces.js'

/** Access logs first: they are due each hour. */
async function* writeReports(domain: Domain): AsyncGenerator<WrittenReport, void, undefined> {
  yield* deliverLogs(domain, logObjectKey)
  yield* writeInventories(domain)
}

/** Remembers which requests were refused, whatever the surface. */
function notingRefusals(handle: Handle, { refusals }: Access, { clock }: ServiceOptions): Handle {
  return (request) =>
    andThen(handle(request), (response) => {
      if (response.status >= 400) refusals.note(response.log, response.status, clock(), request)
      return response
    })
}

/** Creates the service over the given stores, clock, randomness and keys. */
export function createService(options: ServiceOptions, surfaces: Surfaces = SURFACES): Service {
  const domain = createDomain(options)
  const sweeper = new Sweeper(domain)
  const access = new Access(options, domain)
  const autoCompleter = new AutoCompleter(domain)
  const activity = new UploadActivity(domain)
  return {
    handle: notingRefusals(createDispatcher(surfaces, { options, domain, access }), access, options),
    refusal: (requestId) => access.refusals.find(requestId),
    totals: (largest) => storeTotals(domain, largest),
    uploadAges: () => activity.ages(),
    cluster: () => describeCluster(domain.metadata),
    ensureBucket: (name, owner, acl) =>
      createBucket(domain, { name: bucketName(name), owner, acl, keepsExisting: true }),
    hasBucket: async (name) =>
      (await domain.metadata.read((reader) => readBucketIfAny(domain, reader, name))) !== undefined,
    sweep: async (signal) => {
      await autoCompleter.step()
      await access.trail?.expire()
      await expireNonces(domain)
      return sweeper.sweep(signal)
    },
    applyLifecycle: (signal) => loggingLifecycle(domain, options.region, applyLifecycle(domain, signal)),
    keepNotes: async () => {
      await freeUnnamed(domain)
      await domain.logLines.keep()
      await keepAccess(domain)
    },
    writeReports: () => writeReports(domain),
    rehearse: () => rehearseListings(domain, options.printRows),
    finish: async () => access.trail?.settled(),
    scrub: () => scrub(domain),
    recover: async (livingIncarnations) => {
      await recoverDead(domain, livingIncarnations)
      await autoCompleter.all()
    },
    recoverBuried: async (fence, signal) => {
      // waits for the reports of all processes, and declares those dead that have owed one for too long
      await domain.cluster.settled(signal)
      if ((await recoverBuried(domain, fence)) > 0) await autoCompleter.all()
    },
  }
}
