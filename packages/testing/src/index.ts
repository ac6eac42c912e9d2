export type { Fault, FaultRule, FaultSubject, Faults, TestedRequest } from '@bindery/server'
export { globalServer, type Hooks, installServer } from './install-server.js'
export { type Snapshot, type StartOptions, startServer, type TestServer } from './start-server.js'
