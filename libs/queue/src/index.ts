export { createJobQueue, type JobQueueOptions, type QueueEngine } from './job-queue.js';
export { migrateJobQueue, type PostgresConnection } from './postgres.js';
