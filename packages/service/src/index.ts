export type { AccessKey, AccessKeys, Account } from './access/requester.js'
export { createService } from './create-service.js'
export type { Peers, ServiceOptions } from './options.js'
export type { ResponseLog, Service, ServiceRequest, ServiceResponse, SweepReport } from './service.js'
