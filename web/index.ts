/** What is served of a run over HTTP. Reads its database, and nothing else. */
export { metricsText } from './metrics-text.ts';
export { type ReportOrder, type WrittenReport, writeReport } from './report/write-report.ts';
export { type RunServer, type ServedRun, serveRun } from './server.ts';
