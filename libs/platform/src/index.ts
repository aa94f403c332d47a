export {
  ConfigurationError,
  describeProfile,
  maskUrl,
  readConfig,
  SETTINGS_SCHEMA,
  settingsTable,
  type Config,
  type SettingName,
} from './config.js';
export { createLog, describeError, nestLogger, systemClock, type LogLevel } from './log.js';
export { DEMO_ACCOUNTS, DEMO_PASSWORD, demoAllowed, isLoopback } from './demo-accounts.js';
export { hashPassword, verifyPassword } from './passwords.js';
export { watchParent } from './parent-watch.js';
export { startCoordinator, type CoordinatorOptions } from './coordinator.js';
export { databaseAddress, migrateAll, openBlobs, openPlatform, type Platform } from './wiring.js';
